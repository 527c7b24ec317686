"""What went wrong for one output: its outage, its failures in a row, how long to wait; alone tells people of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from core.events import OutputRecovered, OutputStillDark, OutputWentDark
from core.model import Trouble
from core.streams.backoff import delay_s
from core.streams.outage import Failures, Outage, recall_outage

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import Cause, OutputId
    from core.streams.order import Surroundings, Tell
    from core.streams.verdict import Retry


class Darkness:
    """One output's troubles in one run.

    Args:
        output: Whose they are.
        before: What it has behind it from an earlier service.
        tell: Takes what people are to know.
    """

    def __init__(self, output: OutputId, around: Surroundings, before: Trouble | None, tell: Tell) -> None:
        self._output = output
        self._around = around
        self._tell = tell
        self._past_s = 0.0
        before = before or Trouble(output)
        now_s = around.clock.monotonic()
        self._outage = recall_outage(before, around.clock.now(), now_s)
        refused_since_s = self._outage.since_s if self._outage else now_s
        self._failures = Failures(before.failures, before.refusals, before.lasting, refused_since_s)
        self._was_live = before.was_live

    @property
    def since(self) -> datetime | None:
        """Since when it is dark, None where it is not."""
        return self._outage.since if self._outage else None

    @property
    def known(self) -> bool:
        """Whether it is in an outage that people were told of."""
        return self._outage is not None and self._outage.told

    @property
    def past_s(self) -> float:
        """For how long it was dark in outages that are over."""
        return self._past_s

    @property
    def all_s(self) -> float:
        """For how long it was dark in this run, what is still dark included."""
        return self._past_s + (self._outage.lasted_s(self._around.clock.monotonic()) if self._outage else 0.0)

    @property
    def failures(self) -> int:
        """Failed attempts in a row."""
        return self._failures.count

    @property
    def lasting(self) -> int:
        """How many of them, the last ones, are of a kind that does not pass by itself."""
        return self._failures.lasting

    @property
    def trouble(self) -> Trouble | None:
        """What it has behind it, for a later service; None where that is nothing."""
        outage, failures = self._outage, self._failures
        if outage is None and not failures.count:
            return None
        return Trouble(
            output=self._output,
            dark_since=outage.since if outage else None,
            told=self.known,
            tries=outage.tries if outage else 0,
            failures=failures.count,
            refusals=failures.refusals,
            lasting=failures.lasting,
            was_live=self._was_live,
        )

    def remind(self) -> None:
        """Tell, at an output's first moment in this service, that an outage of before goes on."""
        if self.known and self._outage is not None:
            self._tell(OutputStillDark, dark_since=self._outage.since)

    def pause_s(self, verdict: Retry) -> float:
        """Count a failure and return for how long to wait after it, in seconds."""
        failures, now_s = self._failures, self._around.clock.monotonic()
        failures.add(verdict.hope, now_s)
        refusals = failures.refusals if failures.is_refused(now_s, was_live=self._was_live) else 0
        wait_s = delay_s(failures.count, refusals, self._around.config.retry, self._around.rng)
        return wait_s + self._around.brake.reserve(now_s + wait_s, now_s)

    def fall(self, cause: Cause, moved_s: float | None, next_try_s: float) -> None:
        """Begin an outage or count one more try in it, and tell where that is due.

        `moved_s`: when the last byte moved, by the monotonic clock, None where none did.
        """
        now_s = self._around.clock.monotonic()
        if self._outage is None:
            since_s = now_s if moved_s is None else moved_s
            self._outage = Outage(self._around.clock.now() - timedelta(seconds=now_s - since_s), since_s)
        outage = self._outage
        if outage.fail(now_s):
            told = {"failures": outage.tries, "next_try_s": next_try_s, "dark_since": outage.since}
            self._tell(OutputWentDark, cause=cause, **told)

    def lift(self, until_s: float) -> bool:
        """End it where it is live again, and tell those who knew; return whether there was an outage."""
        self._was_live = True
        outage = self.close(until_s)
        if outage is not None and outage.told:
            dark_s = outage.lasted_s(until_s)
            self._tell(OutputRecovered, dark_s=dark_s, tries=outage.tries, dark_since=outage.since)
        return outage is not None

    def close(self, until_s: float | None = None) -> Outage | None:
        """End the outage, by default now, without a word; return it."""
        outage, self._outage = self._outage, None
        end_s = self._around.clock.monotonic() if until_s is None else until_s
        self._past_s += outage.lasted_s(end_s) if outage else 0.0
        return outage

    def forget_failures(self) -> bool:
        """Begin to count anew: it has been stable; return whether that changes anything."""
        had = self._failures.count > 0
        self._failures.forget()
        return had
