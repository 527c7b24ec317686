"""Which outages are open, so that what ends one is told in its alert's place; pure, it knows no chats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.notes import OutageClosed, find_about, is_red
from core.events import OutputFailed, OutputRecovered, OutputStillDark, OutputWentDark, StreamEnded

if TYPE_CHECKING:
    from datetime import datetime

    from core.events import Event, OutputEvent
    from core.model import OutputId, RunId

Entry = tuple["Event", "str | None"]
"""What is told, and what it belongs to (`bot.notes.find_about`)."""


class Outages:
    """One of each output at most, until it recovers or its run is over."""

    def __init__(self) -> None:
        self._open: dict[RunId, dict[OutputId, OutputWentDark | OutputStillDark]] = {}

    def follow(self, event: Event) -> list[Entry]:
        """Return what is to be told of an event: itself, and that an outage is not tried any more."""
        match event:
            case OutputWentDark() | OutputStillDark():
                self._open.setdefault(event.run, {})[event.output] = event
            case OutputRecovered():
                self._forget(event)
            case OutputFailed():
                self._forget(event)
                closed = [_close(event, event.dark_since, event.at, failed=True)] if event.dark_since else []
                return [(event, None), *closed]
            case StreamEnded():
                return self._end(event)
        return [(event, find_about(event))]

    def _forget(self, event: OutputEvent) -> None:
        left = self._open.get(event.run, {})
        left.pop(event.output, None)
        if not left:
            self._open.pop(event.run, None)

    def _end(self, ended: StreamEnded) -> list[Entry]:
        """What was given up rings, so it is a new message; an end that was wanted takes the latest alert's place."""
        dark = list(self._open.pop(ended.run, {}).values())
        failed = is_red(ended)
        about = find_about(dark[-1]) if dark and not failed else None
        return [(ended, about), *(_close(one, one.dark_since, ended.at, failed=failed) for one in dark)]


def _close(output: OutputEvent, dark_since: datetime, at: datetime, *, failed: bool) -> Entry:
    closed = OutageClosed(
        at=at,
        space=output.space,
        stream=output.stream,
        name=output.name,
        run=output.run,
        output=output.output,
        destination=output.destination,
        platform=output.platform,
        dark_since=dark_since,
        failed=failed,
    )
    return closed, find_about(closed)
