"""What the audit log keeps of an order: who, where, what, about what; never a secret."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.parse import HIDDEN_PARAMS, ITEM_SEPARATOR
from bot.spec import Kind
from core.model import SpaceName
from core.names import shorten
from core.people import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context
    from bot.reply import Reply
    from bot.spec import CommandSpec, Param

MAX_DETAIL: Final = 300
REFUSED: Final = "refused"
ACTION: Final = "action"
LOOKING: Final = frozenset({"", "show"})
"""Actions that change nothing, of those commands that have actions."""
_HIDDEN: Final = frozenset(param.name for param in HIDDEN_PARAMS)


def is_change(spec: CommandSpec, args: Mapping[str, str], reply: Reply) -> bool:
    """Return whether an order changed something: not where it was asked back, or only looked."""
    looked = any(param.name == ACTION for param in spec.params) and args.get(ACTION, "") in LOOKING
    return spec.changes and reply.ok and "ask" not in reply.data and not looked


def build_entry(ctx: Context, args: Mapping[str, str], reply: Reply) -> AuditEntry:
    """Return the entry for an order that was carried out.

    Its subject is what the handler named in the reply's data (`stream`, else `name`), so that `#7` and `lof` are found
    under the name that the stream has.
    """
    action = f"{ctx.spec.name} {args[ACTION]}" if ACTION in args else ctx.spec.name
    told = {param.name: param for param in ctx.spec.params if param.audited and param.name in args}
    subject = _find_subject(reply)
    shown = {**args, **_find_names(reply)}
    kept = {name: param for name, param in told.items() if name not in _HIDDEN | {ACTION} and shown[name] != subject}
    detail = " ".join(_tell(param, shown[name]) for name, param in kept.items())
    space = SpaceName(str(reply.data.get("space") or ctx.space))  # an invitation may lead elsewhere
    return replace(_entry(ctx, action, subject, shorten(detail, MAX_DETAIL) or None), space=space)


def build_refused_entry(ctx: Context) -> AuditEntry:
    """Return the entry for an order that was refused for the asker's role; what it was about was not looked at."""
    return _entry(ctx, ctx.spec.name, None, REFUSED)


def _find_subject(reply: Reply) -> str | None:
    stream = reply.data.get("stream")
    named = stream.get("name") if isinstance(stream, dict) else reply.data.get("name")
    return shorten(str(named)) if named else None


def _find_names(reply: Reply) -> dict[str, str]:
    """Return what the words that may have been ids (`#3`) mean."""
    stream = reply.data.get("stream")
    if not isinstance(stream, dict) or not stream.get("outputs"):
        return {}
    return {"source": stream["source"], "destination": ",".join(o["destination"] for o in stream["outputs"])}


def _tell(param: Param, value: str) -> str:
    shown = value.replace(ITEM_SEPARATOR, ",")
    if param.kind is Kind.URL and "://" in shown:
        scheme, _, rest = shown.partition("://")
        shown = f"{scheme}://{rest.partition('/')[0].rpartition('@')[2]}/…"
    return f"{param.name}={shown}"


def _entry(ctx: Context, action: str, subject: str | None, detail: str | None) -> AuditEntry:
    caller = ctx.caller
    return AuditEntry(
        at=ctx.now,
        space=ctx.space,
        user=caller.user,
        user_name=caller.name,
        via=caller.platform,
        chat=None if caller.private_chat else caller.chat.chat,
        action=action,
        subject=subject,
        detail=detail,
    )
