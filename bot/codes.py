"""One-time codes that let people in: making, reading and digesting them, and slowing down who guesses."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from bot.errors import TooManyGuesses

if TYPE_CHECKING:
    from core.clock import Clock

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that looks like something else
LENGTH: Final = 16
"""80 bits: a digest of it, read from a stolen database, can't be turned round by trying."""

_LOOKALIKES: Final = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None, "_": None})

MAX_WRONG: Final = 5
FORGIVEN_AFTER_S: Final = 600
MAX_GUESSERS: Final = 10_000


def make_code() -> str:
    """Return a new code in groups of four; it fits behind `t.me/BOT?start=`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def digest_code(typed: str) -> str:
    """Return what is stored of a code; case, dashes and lookalikes don't matter."""
    return hashlib.sha256(typed.upper().translate(_LOOKALIKES).encode()).hexdigest()


class Guesses:
    """Counts wrong codes per person, in memory, of the latest `MAX_GUESSERS` persons only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def check(self, platform: str, person: str) -> None:
        """Refuse another guess of who was wrong too often.

        Raises:
            TooManyGuesses: `MAX_WRONG` wrong ones within `FORGIVEN_AFTER_S`.
        """
        recent = self._recent((platform, person))
        if len(recent) >= MAX_WRONG:
            raise TooManyGuesses(max(1, round(recent[0] + FORGIVEN_AFTER_S - self._clock.monotonic())))

    def note_wrong(self, platform: str, person: str) -> None:
        """Count a wrong code. Called before the code is tried, taken back by `forgive`: guesses at once count too."""
        key = (platform, person)
        self._wrong[key] = [*self._recent(key), self._clock.monotonic()]
        self._wrong.move_to_end(key)
        while len(self._wrong) > MAX_GUESSERS:
            self._wrong.popitem(last=False)

    def forgive(self, platform: str, person: str) -> None:
        """Forget the wrong codes of who had a right one."""
        self._wrong.pop((platform, person), None)

    def _recent(self, key: tuple[str, str]) -> list[float]:
        now = self._clock.monotonic()
        return [at for at in self._wrong.get(key, []) if now - at < FORGIVEN_AFTER_S]
