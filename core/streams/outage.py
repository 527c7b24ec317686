"""Counts of what went wrong for one output: failures in a row and the outage they make; it tells nobody itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.streams.verdict import Hope

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Trouble

TOLD_AGAIN_AT: Final = 3
"""A first failure may pass by itself; from the third on people should look."""

TOLD_AGAIN_S: Final = 3600.0

TRUSTED_S: Final = 600.0
"""An ingest that refuses a key for a while which it took before flaps: a key that is wrong was never live."""


class Failures:
    """Failures in a row, for the backoff; they outlast a recovery until it has been stable.

    `refused_since_s`: since when there were only refusals.
    """

    def __init__(self, count: int = 0, refusals: int = 0, lasting: int = 0, refused_since_s: float = 0.0) -> None:
        self.count = count
        self.refusals = refusals
        self.lasting = lasting
        self._refused_since_s = refused_since_s

    def is_refused(self, now_s: float, *, was_live: bool) -> bool:
        """Return whether the refusals mean that the key is wrong: at once, or of one that `was_live` after a while."""
        return self.refusals > 0 and (not was_live or now_s - self._refused_since_s >= TRUSTED_S)

    def add(self, hope: Hope, now_s: float) -> None:
        """Count one more."""
        self.count += 1
        if hope is Hope.REFUSED and not self.refusals:
            self._refused_since_s = now_s
        self.refusals = self.refusals + 1 if hope is Hope.REFUSED else 0
        self.lasting = self.lasting + 1 if hope is Hope.LASTING else 0

    def forget(self) -> None:
        """Begin anew: it has been stable."""
        self.count = self.refusals = self.lasting = 0


class Outage:
    """One stretch of darkness, from the last moved byte to the next. `since` names it in all that is told of it.

    `since_s` is the same moment by the monotonic clock.
    """

    def __init__(self, since: datetime, since_s: float, *, tries: int = 0, told_s: float | None = None) -> None:
        self.since = since
        self.tries = tries
        self.since_s = since_s
        self._told_s = told_s

    @property
    def told(self) -> bool:
        """Whether people know of it."""
        return self._told_s is not None

    def fail(self, now_s: float) -> bool:
        """Count a failed try; return whether people are to be told: at the first, the third, then hourly."""
        self.tries += 1
        due = self._told_s is None or self.tries == TOLD_AGAIN_AT or now_s - self._told_s >= TOLD_AGAIN_S
        if due:
            self._told_s = now_s
        return due

    def lasted_s(self, now_s: float) -> float:
        """Return how long it has been dark."""
        return max(0.0, now_s - self.since_s)


def recall_outage(trouble: Trouble, now: datetime, now_s: float) -> Outage | None:
    """Return the outage that an earlier service left open, None where it left none."""
    since = trouble.dark_since
    if since is None:
        return None
    since_s = now_s - max(0.0, (now - since).total_seconds())
    return Outage(since, since_s, tries=trouble.tries, told_s=now_s if trouble.told else None)
