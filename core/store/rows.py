"""Rows read as values of the core, and the lookups that all repositories share; it changes nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlmodel import col, select

from core.errors import NotFound
from core.model import (
    AudioTrack,
    Cause,
    CauseCode,
    Destination,
    DestinationId,
    MediaId,
    MediaItem,
    Mode,
    Outcome,
    Platform,
    Playlist,
    PlaylistId,
    Probe,
    RunId,
    RunRecord,
    SourceKind,
    SourceRef,
    SpaceName,
    StreamId,
    Trouble,
    UserId,
    VideoTrack,
)
from core.people import AuditEntry, Person
from core.store import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

AnyRow = TypeVar("AnyRow", bound=tables.Row)
Value = TypeVar("Value")

MAX_ID: Final = 2**63 - 1  # SQLite's integers have 64 bits


def get_row(session: Session, table: type[AnyRow], row_id: int, kind: str) -> AnyRow:
    """Return the row of that id.

    Raises:
        NotFound: there is none, or no such number can be one.
    """
    row = session.get(table, row_id) if 0 < row_id <= MAX_ID else None
    if row is None:
        raise NotFound(kind, str(row_id))
    return row


def get_id(row: Any) -> int:  # noqa: ANN401 - any table with an `id`
    """Return the id of a row that is stored; before that it has none."""
    row_id: int | None = row.id
    if row_id is None:
        raise RuntimeError("the row has not been stored")
    return row_id


def clean_text(text: str) -> str:
    """Return text that a file can hold: what chat platforms send may contain half a surrogate pair."""
    return text.encode(errors="replace").decode()


def dump_probe(probe: Probe | None) -> str | None:
    """Return JSON."""
    return None if probe is None else json.dumps(asdict(probe), separators=(",", ":"))


def read_probe(text: str | None) -> Probe | None:
    """Read it back; fields that a later release added are left out."""
    if text is None:
        return None
    data = json.loads(text)
    data["video"] = data["video"] and _known(VideoTrack, data["video"])
    data["audio"] = data["audio"] and _known(AudioTrack, data["audio"])
    return _known(Probe, data)


def _known(kind: type[Value], data: dict[str, Any]) -> Value:
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]  # only called with dataclasses
    return kind(**{name: value for name, value in data.items() if name in names})


def read_person(row: tables.User) -> Person:
    """Return the person."""
    return Person(
        id=UserId(get_id(row)),
        platform=row.platform,
        platform_id=row.platform_id,
        name=row.name,
        language=row.language,
        timezone=row.timezone,
        limit=row.stream_limit,
        username=row.username,
    )


def read_audit(row: tables.Audit) -> AuditEntry:
    """Return the entry."""
    return AuditEntry(
        at=row.at,
        space=SpaceName(row.space),
        user=None if row.user_id is None else UserId(row.user_id),
        user_name=row.user_name,
        via=row.via,
        chat=row.chat,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )


def read_media(row: tables.Media) -> MediaItem:
    """Return the item."""
    return MediaItem(
        id=MediaId(get_id(row)),
        space=SpaceName(row.space),
        name=row.name,
        size_bytes=row.size_bytes,
        modified_ns=row.modified_ns,
        probe=read_probe(row.probe),
        problem=row.problem,
        owner=None if row.owner_id is None else UserId(row.owner_id),
    )


def read_playlist(session: Session, row: tables.Playlist) -> Playlist:
    """Return the playlist with its items in order."""
    item = tables.PlaylistItem
    media = session.exec(select(item.media_id).where(item.playlist_id == row.id).order_by(col(item.position)))
    return Playlist(PlaylistId(get_id(row)), SpaceName(row.space), row.name, tuple(MediaId(m) for m in media))


def read_destination(row: tables.Destination) -> Destination:
    """Return the destination without its key."""
    return Destination(
        id=DestinationId(get_id(row)),
        space=SpaceName(row.space),
        name=row.name,
        platform=Platform(row.platform),
        url=row.url,
        lock=row.lock,
    )


def read_source(row: tables.Stream) -> SourceRef:
    """Return what a stream plays."""
    if row.media_id is not None:
        return SourceRef(SourceKind.MEDIA, row.media_id, row.source_name)
    if row.playlist_id is None:
        raise RuntimeError("a stream without a source")  # the table's CHECK makes it impossible
    return SourceRef(SourceKind.PLAYLIST, row.playlist_id, row.source_name)


def read_run(row: tables.Run) -> RunRecord:
    """Return the record."""
    return RunRecord(
        id=RunId(get_id(row)),
        stream=StreamId(row.stream_id),
        space=SpaceName(row.space),
        stream_name=row.stream_name,
        source_name=row.source_name,
        destination_names=row.destination_names,
        mode=Mode(row.mode),
        started_at=row.started_at,
        started_by=UserId(row.started_by),
        ended_at=row.ended_at,
        ended_by=None if row.ended_by is None else UserId(row.ended_by),
        outcome=None if row.outcome is None else Outcome(row.outcome),
        cause=None if row.cause is None else Cause(CauseCode(row.cause), row.cause_detail),
        attempts=row.attempts,
        planned_breaks=row.planned_breaks,
        dark_s=row.dark_s,
        bytes_sent=row.bytes_sent,
        log_tail=tuple(row.log_tail.split("\n")) if row.log_tail else (),
        troubles=_read_troubles(row.troubles),
        saved_at=row.saved_at,
    )


def dump_troubles(troubles: Sequence[Trouble]) -> str | None:
    """Return JSON; None where there are none."""
    if not troubles:
        return None
    found = [{**asdict(one), "dark_since": one.dark_since and one.dark_since.isoformat()} for one in troubles]
    return json.dumps(found, separators=(",", ":"))


def _read_troubles(text: str | None) -> tuple[Trouble, ...]:
    found = json.loads(text) if text else []
    since = [one["dark_since"] and datetime.fromisoformat(one["dark_since"]) for one in found]
    return tuple(_known(Trouble, {**one, "dark_since": at}) for one, at in zip(found, since, strict=True))
