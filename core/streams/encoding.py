"""The one encoding that several outputs of a stream pass on; it tells people nothing: they tell what they suffer.

FFmpeg's own way to encode once for many (`tee`) would put all destinations into one process: none could be replaced,
stopped or taken over alone, and its log would hold their keys. So the encoding is a process that writes segments, and
each destination has one of its own that copies them: about 1 % of a core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.events import OutputRotated
from core.model import State
from core.streams.output import OutputSession
from core.streams.verdict import HOPE, Done, Fatal, Hope, Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from core.events import Event
    from core.ffmpeg.contract import Part, Running
    from core.model import Cause, Trouble
    from core.streams.order import OutputOrder, Owner, Surroundings


class Encoding:
    """The session of a stream's one encoding: its owner, and the `Source` of the outputs that relay it.

    Args:
        owner: The stream.
        relays: Returns the outputs that pass it on now.
    """

    source = None  # it passes nothing on

    def __init__(
        self,
        order: OutputOrder,
        around: Surroundings,
        owner: Owner,
        relays: Callable[[], Iterable[OutputSession]],
        adopted: Running | None = None,
        before: Trouble | None = None,
    ) -> None:
        self._owner = owner
        self._relays = relays
        self._failures = 0
        self._was = State.STARTING
        self.session = OutputSession(order, around, self, adopted, before)

    # As the source of its relays

    @property
    def open(self) -> bool:
        """Whether it can be read now."""
        return self.session.state is State.LIVE and not self.session.leaving

    @property
    def over(self) -> Done | Fatal | None:
        """How it ended for good, None while it has not."""
        if self.session.finished:
            return Done()
        if self.session.state is State.FAILED and self.session.cause is not None:
            return Fatal(self.session.cause)
        return None

    @property
    def parts(self) -> tuple[Part, ...]:
        """What it reads, one after the other."""
        return self.session.parts

    @property
    def next_try_at(self) -> datetime | None:
        """When it is tried again, None where it is not waiting for that."""
        return self.session.next_try_at

    # As the owner of its session

    def event_fields(self) -> Mapping[str, object]:
        """Return what every event of this run holds."""
        return self._owner.event_fields()

    def tell(self, event: Event) -> None:
        """Let the relays take part in a planned break, and say so; all else they notice and tell themselves."""
        if isinstance(event, OutputRotated):
            for relay in self._relays():
                relay.rotate()

    def changed(self) -> None:
        """Pass on to the relays what has become of it."""
        session, was = self.session, self._was
        self._was = session.state
        if session.state is State.LIVE:
            self._failures = 0
        if session.state is State.STARTING and was is State.LIVE:
            self._break()
        elif session.cause is not None and session.state in {State.RETRYING, State.FAILED}:
            self._fail(session.cause)
        else:
            self._wake()
        self._owner.changed()

    def _break(self) -> None:
        """A planned restart of it is one of all that goes out."""
        for relay in self._relays():
            relay.restart(planned=True)

    def _fail(self, cause: Cause) -> None:
        """Let each failure count for every relay, once."""
        if self.session.state is State.FAILED:
            verdict: Retry | Fatal = Fatal(cause)
        elif self.session.darkness.failures != self._failures:
            self._failures = self.session.darkness.failures
            verdict = Retry(cause, HOPE.get(cause.code, Hope.PASSING))
        else:
            return
        for relay in self._relays():
            relay.lose_source(verdict)

    def _wake(self) -> None:
        for relay in self._relays():
            relay.wake()
