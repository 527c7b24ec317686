"""A refused order and what is known around it; a value, no words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.parse import build_order
from bot.spec import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.i18n import Words
    from bot.spec import CommandSpec
    from core.errors import CoreError
    from core.model import StreamView

HIDDEN_VALUE: Final = "…"
"""Shown in place of anything typed to a command that takes a key: it may be the key, in the wrong place."""

TYPED: Final = ("name", "value", "word", "url")
"""Fields of errors that hold what somebody typed."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused order and what is known around it.

    `args`: things in them stand by id where their names mean something, since buttons hold 64 bytes. `views` are the
    space's streams, to bind buttons to their runs. `right_names`: what stands in orders for the names that are offered.
    `encode_cores`: what encoding would take of the host, where that is offered and known.
    """

    error: CoreError
    t: Words
    now: datetime
    spec: CommandSpec | None = None
    args: Mapping[str, str] = field(default_factory=dict)
    words: str = ""  # what stood behind the command, as typed
    views: Sequence[StreamView] = ()
    right_names: Mapping[str, str] = field(default_factory=dict)
    encode_cores: float | None = None

    @property
    def secret(self) -> bool:
        """Whether nothing that was typed may be shown."""
        return self.spec is not None and any(param.kind is Kind.KEY for param in self.spec.params)

    def order(self, changes: Mapping[str, str | None]) -> str | None:
        """Return the same order with these words changed or, where None, left out."""
        if self.spec is None:
            return None
        args = {**self.args, **changes}
        return build_order(self.spec, {name: value for name, value in args.items() if value})

    def find_view(self, name: str | None) -> StreamView | None:
        """Return the stream of that name."""
        return next((view for view in self.views if view.name == name), None)
