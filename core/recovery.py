"""Bringing what runs in line with what is wanted at start-up: pure, it starts and stops nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.events import StartedAgain
from core.model import Trouble, build_encoding_id, build_output_id
from core.streams.verdict import Attempt, find_cause

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from core.ffmpeg.contract import Perished, Running
    from core.model import OutputId, RunRecord, SpaceName, StreamRecord


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What to do. `go_on`: wanted streams with what still runs of each, maybe nothing; `overdue`: their end has passed.

    `strays` run without anybody wanting them.
    """

    go_on: tuple[tuple[StreamRecord, Mapping[OutputId, Running]], ...]
    overdue: tuple[StreamRecord, ...]
    strays: tuple[OutputId, ...]

    def went_on(self, space: SpaceName) -> tuple[str, ...]:
        """Return the names of the space's streams that run wholly as they were."""
        return tuple(record.name for record in self._records(space, whole=True))

    def started_again(self, space: SpaceName, perished: Mapping[OutputId, Perished]) -> tuple[StartedAgain, ...]:
        """Return the space's streams of which something had died, and what is known of the first death of each."""
        return tuple(_explain(record, perished) for record in self._records(space, whole=False))

    def _records(self, space: SpaceName, *, whole: bool) -> list[StreamRecord]:
        return [
            record
            for record, running in self.go_on
            if record.space == space and (len(running) == len(_outputs(record))) is whole
        ]


def reconcile(records: Sequence[StreamRecord], running: Sequence[Running], now: datetime) -> Reconciliation:
    """Compare the stored wishes with the processes that were found."""
    by_output = {found.output: found for found in running}
    go_on: list[tuple[StreamRecord, Mapping[OutputId, Running]]] = []
    overdue: list[StreamRecord] = []
    for record in records:
        if not record.wanted or record.held:
            continue
        if record.ends_at is not None and record.ends_at <= now:
            overdue.append(record)
            continue
        go_on.append((record, _find_running(record, by_output)))
    kept = {output for _, adopted in go_on for output in adopted}
    return Reconciliation(tuple(go_on), tuple(overdue), tuple(o for o in by_output if o not in kept))


def open_outages(
    run: RunRecord,
    record: StreamRecord,
    adopted: Mapping[OutputId, Running],
    perished: Mapping[OutputId, Perished],
    measured_at: datetime | None,
    now: datetime,
) -> RunRecord:
    """Return a stream's run with an outage of each output that is gone: since it died, as far as that is known.

    Else since the last proof of its life: when its run was saved last, or when it was measured last (`measured_at`),
    and it was not dark then.
    """
    troubles = {trouble.output: trouble for trouble in run.troubles}
    for destination in record.spec.destinations:
        output = build_output_id(record.id, destination)
        died = perished.get(output)
        proofs = (run.started_at, run.saved_at, measured_at, died.at if died else None)
        alive_at = min(now, max(proof for proof in proofs if proof is not None))
        trouble = troubles.get(output, Trouble(output))
        if output not in adopted and trouble.dark_since is None:
            troubles[output] = replace(trouble, dark_since=alive_at, was_live=True)
    return replace(run, troubles=tuple(troubles.values()))


def _find_running(record: StreamRecord, by_output: Mapping[OutputId, Running]) -> dict[OutputId, Running]:
    """Return what goes on of a stream: nothing of one whose outputs pass on an encoding that is gone."""
    if record.spec.encodes_once and build_encoding_id(record.id) not in by_output:
        return {}
    return {output: by_output[output] for output in _outputs(record) if output in by_output}


def _explain(record: StreamRecord, perished: Mapping[OutputId, Perished]) -> StartedAgain:
    dead = [perished[output] for output in _outputs(record) if output in perished]
    if not dead:
        return StartedAgain(record.name)
    first = min(dead, key=lambda one: one.at)
    attempt = Attempt(loop=record.spec.loop, was_live=bool(first.ended.out_time_s))
    return StartedAgain(record.name, first.at, find_cause(first.ended, attempt))


def _outputs(record: StreamRecord) -> list[OutputId]:
    encoding = [build_encoding_id(record.id)] if record.spec.encodes_once else []
    return [*encoding, *(build_output_id(record.id, destination) for destination in record.spec.destinations)]
