"""How a command is typed, as one line and as a page of help; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.spec import CommandSpec, Param

_EXAMPLES: Final[Mapping[Kind, str]] = {
    Kind.DURATION: "6h",
    Kind.MOMENT: "23:00",
    Kind.NUMBER: "20",
    Kind.ZONE: "Asia/Jakarta",
}


def tell_usage(spec: CommandSpec) -> str:
    """Return the command with its parameters: `/stop stream`, `[...]` around what may be left out."""
    return " ".join([f"/{spec.name}", *(_tell_param(param) for param in spec.params if not param.hidden)])


def _tell_param(param: Param) -> str:
    if param.kind is Kind.CHOICE and not param.positional:
        told = f"{param.name}={'|'.join(param.choices)}"
    elif param.kind is Kind.CHOICE and not param.required:
        told = "|".join(param.choices)
    elif not param.positional:
        told = f"{param.name}={_EXAMPLES.get(param.kind, '…')}"
    else:
        told = param.name + ("…" if param.many else "")
    return told if param.required else f"[{told}]"
