"""Who takes up a place now: admission and reservation in one breath, so that two orders never share the last one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from core.errors import AlreadyRunning
from core.ffmpeg.contract import Ended, Started
from core.model import LimitUse, Mode, State, build_output_id
from core.names import fold
from core.streams.limits import Slot, check_keys, check_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from core.config import LimitsConfig
    from core.ffmpeg.contract import Report
    from core.model import Actor, Destination, OutputId, SpaceName, StreamId, UserId
    from core.streams.session import StreamSession


@dataclass(slots=True)
class Place:
    """What a stream holds from its order until its end. `session` is None while the order is being written down.

    `locks` maps those of its destinations to their names. A key may have changed since a process got it: `pushed` are
    the locks of the processes that exist, `built` of those that are about to.
    """

    space: SpaceName
    name: str
    user: UserId
    user_name: str
    locks: Mapping[str, str]
    since: datetime
    mode: Mode = Mode.COPY
    session: StreamSession | None = None
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    pushed: dict[OutputId, str] = field(default_factory=dict)
    built: dict[OutputId, str] = field(default_factory=dict)

    @property
    def slot(self) -> Slot:
        """What the rules of admission look at."""
        state = self.session.view().state if self.session else State.STARTING
        held = self.locks.keys() | self.pushed_beside(None)
        return Slot(self.space, self.name, self.user, self.user_name, frozenset(held), self.since, state)

    def is_over(self, at: datetime) -> bool:
        """Return whether it is to stop by then."""
        ends_at = self.session.record.ends_at if self.session else None
        return ends_at is not None and ends_at <= at

    def pushed_beside(self, output: OutputId | None) -> frozenset[str]:
        """Return the locks of what all outputs but this one push, or are about to."""
        runs = (*self.pushed.items(), *self.built.items())
        return frozenset(lock for owner, lock in runs if owner != output)

    def note(self, report: Report) -> None:
        """Take note that a process began with what was built for it, or is gone."""
        match report:
            case Started(output) if output in self.built:
                self.pushed[output] = self.built.pop(output)
            case Ended(output):
                self.pushed.pop(output, None)
            case _:
                pass


class Places:
    """All places that are taken. Its methods never wait: nothing can come between looking and taking."""

    def __init__(self, limits: LimitsConfig) -> None:
        self._limits = limits
        self._taken: list[Place] = []

    def __iter__(self) -> Iterator[Place]:
        """Go over them in the order in which they were taken."""
        return iter(tuple(self._taken))

    def use(self, user: UserId, allowed: int | None, slots: Collection[Slot] | None = None) -> LimitUse:
        """Return how many places the user and all have; `allowed` is the user's own limit, if he has one.

        `slots`: what is taken, for whoever asks of another time than now.
        """
        taken = [place.slot for place in self._taken] if slots is None else slots
        own = [slot.stream for slot in taken if slot.user == user]
        per_user = self._limits.per_user if allowed is None else allowed
        return LimitUse(len(own), per_user, len(taken), self._limits.total, tuple(own))

    def take(self, actor: Actor, name: str, locks: Mapping[str, str], *, since: datetime, allowed: int | None) -> Place:
        """Take a place for a new stream.

        Raises:
            KeyInUse: somebody pushes one of the keys; said first, since it stays true with room for more.
            AlreadyRunning: a stream of that name runs in the space.
            LimitExceeded: there is no room.
        """
        check_keys((place.slot for place in self._taken), actor.space, locks)
        if (other := self.find(actor.space, name)) is not None:
            raise AlreadyRunning(other.name, other.slot.state)
        check_limits(self.use(actor.user, allowed))
        return self.add(Place(actor.space, name, actor.user, actor.name, dict(locks), since))

    def add(self, place: Place) -> Place:
        """Take a place without asking: for streams that were admitted before a restart of the service."""
        self._taken.append(place)
        return place

    def move(self, place: Place, locks: Mapping[str, str]) -> None:
        """Exchange a place's keys for others.

        Raises:
            KeyInUse: another stream pushes one of them.
        """
        check_keys((other.slot for other in self._taken if other is not place), place.space, locks)
        place.locks = dict(locks)

    def exchange(self, destination: Destination, lock: str) -> None:
        """Give the stream that goes to this destination, if one does, its new key at once: it takes it up by itself.

        Raises:
            KeyInUse: another stream pushes it.
        """
        place = self._find(lambda place: place.space == destination.space and destination.lock in place.locks)
        if place is None or lock == destination.lock:
            return
        output = build_output_id(place.session.record.id, destination.id) if place.session else None
        self._check(place, output, {lock: destination.name})
        kept = {own: name for own, name in place.locks.items() if own != destination.lock}
        place.locks = {**kept, lock: destination.name}

    def prepare(self, stream: StreamId, output: OutputId, destination: Destination, lock: str) -> None:
        """Take note of what the next process of an output will push.

        Raises:
            KeyInUse: another one pushes it: the key was changed while this stream was being ordered.
        """
        place = self.of(stream)
        if place is None:
            return
        self._check(place, output, {lock: destination.name})
        place.built[output] = lock

    def _check(self, place: Place, output: OutputId | None, locks: Mapping[str, str]) -> None:
        own = replace(place.slot, locks=place.pushed_beside(output))
        check_keys((own, *(other.slot for other in self._taken if other is not place)), place.space, locks)

    def leave(self, place: Place) -> None:
        """Give a place back."""
        self._taken.remove(place)
        place.ready.set()

    def find(self, space: SpaceName, name: str) -> Place | None:
        """Return the place of the space's stream of that name."""
        return self._find(lambda place: place.space == space and fold(place.name) == fold(name))

    def of(self, stream: StreamId) -> Place | None:
        """Return the place of that stream."""
        return self._find(lambda place: place.session is not None and place.session.record.id == stream)

    def choose_name(self, space: SpaceName, wanted: str, taken: Collection[str]) -> str:
        """Return `wanted`, or it with the first of -2, -3 ... that no running stream has and that is not `taken`.

        A stream that ended gives its name, and its row, to the next of that name.
        """
        name, number = wanted, 1
        while self.find(space, name) is not None or fold(name) in taken:
            number += 1
            name = f"{wanted}-{number}"
        return name

    def _find(self, fits: Callable[[Place], bool]) -> Place | None:
        return next((place for place in self._taken if fits(place)), None)
