"""What streams and host cost over time, in tiers: as measured for a day, then means, then nothing; rows are bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.model import StreamId
from core.monitor.sample import MINUTES, RAW, TIERS, Measured
from core.store import tables
from core.store.database import Repository, query, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from core.monitor.sample import Tier

_MEANS: Final = ("cpu_percent", "memory_mib", "kbps", "speed", "loss", "live", "disk_free_mib")


class Samples(Repository):
    """Samples of all streams and of the host."""

    @transaction
    def add(self, session: Session, measured: Sequence[Measured]) -> None:
        """Keep what was measured; of a stream that was forgotten meanwhile nothing is kept."""
        known = set(session.exec(select(tables.Stream.id)))
        session.add_all(_row(one, RAW) for one in measured if one.stream is None or one.stream in known)

    @transaction
    def condense(self, session: Session, now: datetime) -> None:
        """Make means of what is complete by `now`, each tier from the one before, and forget what is too old."""
        for finer, coarser in pairwise(TIERS):
            _condense(session, finer, coarser, now)
        for tier in TIERS:
            old = (col(tables.Sample.tier_s) == tier.step_s, col(tables.Sample.at) < now - tier.keep)
            session.exec(sa.delete(tables.Sample).where(*old))

    @query
    def between(
        self, session: Session, stream: StreamId | None, tier: Tier, since: datetime, until: datetime
    ) -> list[Measured]:
        """Return a tier's samples of one stream (None: the host), oldest first."""
        rows = session.exec(
            select(tables.Sample)
            .where(
                tables.Sample.tier_s == tier.step_s,
                tables.Sample.stream_id == stream,
                tables.Sample.at >= since,
                tables.Sample.at < until,
            )
            .order_by(col(tables.Sample.at))
        )
        return [_read(row) for row in rows]

    @query
    def last_at(self, session: Session, stream: StreamId) -> datetime | None:
        """Return when a stream was measured last, None where that never was."""
        newest = select(tables.Sample.at).where(tables.Sample.tier_s == RAW.step_s, tables.Sample.stream_id == stream)
        return session.exec(newest.order_by(col(tables.Sample.at).desc()).limit(1)).first()

    @query
    def best_kbps(self, session: Session) -> float | None:
        """Return the most that the host sent in any step of `MINUTES`, None where nothing was measured."""
        of_host = (tables.Sample.tier_s == MINUTES.step_s, col(tables.Sample.stream_id).is_(None))
        return session.exec(select(sa.func.max(tables.Sample.kbps)).where(*of_host)).one()

    @query
    def count(self, session: Session) -> int:
        """Return how many rows there are."""
        return int(session.exec(select(sa.func.count()).select_from(tables.Sample)).one())


def _condense(session: Session, finer: Tier, coarser: Tier, now: datetime) -> None:
    """Add the means of all steps that lie behind `now` and are not there yet."""
    end = _floor(now, coarser.step_s)
    newest = select(tables.Sample.at).where(tables.Sample.tier_s == coarser.step_s)
    last = session.exec(newest.order_by(col(tables.Sample.at).desc()).limit(1)).first()
    oldest = now - finer.keep
    begin = oldest if last is None else max(last + timedelta(seconds=coarser.step_s), oldest)
    step = sa.cast(sa.func.strftime("%s", tables.Sample.at), sa.Integer) // coarser.step_s
    means = [sa.func.avg(getattr(tables.Sample, name)) for name in _MEANS]
    rows = session.exec(
        select(step, tables.Sample.stream_id, sa.func.max(tables.Sample.restarts), *means)
        .where(tables.Sample.tier_s == finer.step_s, tables.Sample.at >= begin, tables.Sample.at < end)
        .group_by(step, col(tables.Sample.stream_id))
    ).all()
    for number, stream, restarts, *values in rows:
        at = datetime.fromtimestamp(int(number) * coarser.step_s, UTC)
        kept: dict[str, Any] = dict(zip(_MEANS, values, strict=True))
        session.add(tables.Sample(tier_s=coarser.step_s, stream_id=stream, at=at, restarts=restarts, **kept))
    session.flush()


def _floor(at: datetime, step_s: int) -> datetime:
    return datetime.fromtimestamp(int(at.timestamp()) // step_s * step_s, UTC)


def _row(one: Measured, tier: Tier) -> tables.Sample:
    values = {name: getattr(one, name) for name in (*_MEANS, "restarts")}
    return tables.Sample(tier_s=tier.step_s, stream_id=one.stream, at=one.at, **values)


def _read(row: tables.Sample) -> Measured:
    values = {name: getattr(row, name) for name in (*_MEANS, "restarts")}
    return Measured(at=row.at, stream=None if row.stream_id is None else StreamId(row.stream_id), **values)
