"""The moves that an output's state may make; everything else is a defect and raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from core.model import FINAL_STATES, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NEXT: Final[Mapping[State, frozenset[State]]] = {
    State.STARTING: frozenset({State.LIVE, State.RETRYING, State.STOPPING, State.STOPPED, State.FAILED}),
    State.LIVE: frozenset({State.STARTING, State.RETRYING, State.STOPPING, State.STOPPED, State.FAILED}),
    State.RETRYING: frozenset({State.STARTING, State.LIVE, State.STOPPING, State.STOPPED, State.FAILED}),
    State.STOPPING: frozenset({State.STOPPED}),
    State.STOPPED: frozenset(),
    State.FAILED: frozenset(),
}

WORST_FIRST: Final = (State.RETRYING, State.STARTING, State.STOPPING, State.LIVE, State.FAILED, State.STOPPED)


class IllegalMove(RuntimeError):
    """A move that `NEXT` does not know."""


def move(now: State, to: State) -> State:
    """Return `to` where the table allows it; staying is always allowed.

    Raises:
        IllegalMove: the table does not know it.
    """
    if to is not now and to not in NEXT[now]:
        raise IllegalMove(f"{now} -> {to}")
    return to


def combine(states: Iterable[State]) -> State:
    """Return a stream's state from its outputs': the worst that still lives; once all ended, FAILED if any failed."""
    present = set(states)
    if present <= FINAL_STATES:
        return State.FAILED if State.FAILED in present else State.STOPPED
    return next(state for state in WORST_FIRST if state in present)
