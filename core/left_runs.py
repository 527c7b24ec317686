"""Runs that nobody wants any more when the service comes back: they are closed, and with them what was told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.events import OutputStillDark, StreamEnded
from core.model import Outcome, RunEnd, build_output_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.model import RunRecord, StreamRecord
    from core.streams.deck import Deck


async def close_overdue(deck: Deck, record: StreamRecord) -> None:
    """Close the run of a stream whose scheduled end passed while the service was away."""
    if record.run is not None:
        await _close(deck, await deck.store.streams.run(record.run), Outcome.SCHEDULED, record)


async def close_left(deck: Deck, records: Sequence[StreamRecord]) -> None:
    """Close runs of streams that nobody wants any more: the service died between wish and end."""
    wanted = {record.run for record in records if record.wanted}
    by_stream = {record.id: record for record in records}
    for run in await deck.store.streams.open_runs():
        if run.id not in wanted:
            await _close(deck, run, Outcome.STOPPED, by_stream.get(run.stream))


async def _close(deck: Deck, run: RunRecord, outcome: Outcome, record: StreamRecord | None) -> None:
    now = deck.clock.now()
    end = RunEnd(
        ended_at=now,
        ended_by=None,
        outcome=outcome,
        cause=None,
        attempts=run.attempts,
        planned_breaks=run.planned_breaks,
        dark_s=run.dark_until(now),
        bytes_sent=run.bytes_sent,
    )
    await deck.store.streams.end_run(run.id, end)
    fields: dict[str, Any] = {
        "at": now,
        "space": run.space,
        "stream": run.stream,
        "name": run.stream_name,
        "run": run.id,
    }
    if record is not None and (dark := await _find_told(deck, run, record, fields)):
        ended = StreamEnded(
            outcome=outcome, cause=None, by=None, dark_s=end.dark_s, bytes_sent=end.bytes_sent, **fields
        )
        for event in (*dark, ended):
            deck.bus.publish(event)


async def _find_told(
    deck: Deck, run: RunRecord, record: StreamRecord, fields: dict[str, Any]
) -> tuple[OutputStillDark, ...]:
    """Return the outages that people were told of, so that their alerts promise nothing more once the run has ended."""
    told = {trouble.output: trouble.dark_since for trouble in run.troubles if trouble.told}
    found = []
    for destination in record.spec.destinations:
        output = build_output_id(record.id, destination)
        if (since := told.get(output)) is not None:
            to = await deck.store.destinations.get(destination)
            known: dict[str, Any] = {"output": output, "destination": to.name, "platform": to.platform}
            found.append(OutputStillDark(dark_since=since, **known, **fields))
    return tuple(found)
