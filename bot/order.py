"""An order on its way from a person's words to its answer; plain data that the dispatcher fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.misplaced import takes_key

if TYPE_CHECKING:
    from bot.spec import CommandSpec


@dataclass(slots=True)
class Order:
    """An order on its way, filled as it is understood; what is known when it is refused shapes the refusal."""

    spec: CommandSpec | None = None
    args: dict[str, str] = field(default_factory=dict)
    words: str = ""  # what stood behind the command, as typed
    secret: str | None = field(default=None, repr=False)
    keys: frozenset[str] = field(default=frozenset(), repr=False)  # words that may be keys where none belongs
    answered: bool = False  # it came as the answer to a question

    @property
    def takes_key(self) -> bool:
        """Whether a key may be among its words."""
        return self.spec is not None and takes_key(self.spec)
