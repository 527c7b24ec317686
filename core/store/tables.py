"""The tables as SQLModel classes: what stands in the file; rows never leave `core.store`.

A space is a plain word in every row: the configuration says which spaces exist, so there is no table of them. Ids are
never used again (AUTOINCREMENT), because buttons in old chat messages and processes of old streams still bear them.
Change one here, and add a migration: a test compares both.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

WHERE_OPEN = sa.text("ended_at IS NULL")
WHERE_PENDING = sa.text("delivered_at IS NULL")


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """Aware times, stored in UTC and read back aware; a naive one is a bug and refused."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Turn into naive UTC, which is what SQLite's text holds."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Say again that it is UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Row(SQLModel):
    """Base of all: its own registry of tables, and names for constraints, without which none can be migrated."""

    metadata: ClassVar[sa.MetaData] = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Row, table=True):
    """A person on one platform; never deleted, since history names him."""

    __table_args__ = (sa.UniqueConstraint("platform", "platform_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    platform_id: str
    name: str
    language: str | None = None
    timezone: str | None = None
    stream_limit: int | None = None
    username: str | None = None


class Member(Row, table=True):
    """A person's role in a space."""

    user_id: int = Field(foreign_key="user.id", primary_key=True)
    space: str = Field(primary_key=True, index=True)
    role: str


class PlatformRole(Row, table=True):
    """A role of a chat platform (Discord's) that gives a role here."""

    __tablename__ = "platform_role"

    space: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    role_id: str = Field(primary_key=True)
    role: str


class Ignored(Row, table=True):
    """A stranger of whom a space's admins want to hear no more."""

    space: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    platform_id: str = Field(primary_key=True)


class Invite(Row, table=True):
    """A code that gives a role, as a digest."""

    code_digest: str = Field(primary_key=True)
    space: str
    role: str
    created_by: int | None = Field(default=None, foreign_key="user.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    uses_left: int


class Media(Row, table=True):
    """A file of the library; `probe` is JSON."""

    __table_args__ = (sa.UniqueConstraint("space", "name"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    space: str
    name: str
    size_bytes: int = Field(sa_type=sa.BigInteger)
    modified_ns: int = Field(sa_type=sa.BigInteger)
    probe: str | None = None
    problem: str | None = None
    owner_id: int | None = Field(default=None, foreign_key="user.id", index=True)


class Playlist(Row, table=True):
    """A playlist; its items stand in `playlist_item`."""

    __table_args__ = (sa.UniqueConstraint("space", "name"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    space: str
    name: str


class PlaylistItem(Row, table=True):
    """One place in a playlist, counted from 0 without gaps."""

    __tablename__ = "playlist_item"

    playlist_id: int = Field(foreign_key="playlist.id", primary_key=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    media_id: int = Field(foreign_key="media.id", index=True)


class Destination(Row, table=True):
    """An ingest with its key, sealed."""

    __table_args__ = (
        sa.UniqueConstraint("space", "name"),
        sa.UniqueConstraint("space", "lock"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    space: str
    name: str
    platform: str
    url: str
    sealed_key: str
    lock: str


class Stream(Row, table=True):
    """A stream: what it is, and whether it is wanted. Exactly one of `media_id` and `playlist_id` is set.

    `cpu_percent` and `memory_mib` are its own thresholds for alerts.
    """

    __table_args__ = (
        sa.UniqueConstraint("space", "name"),
        sa.CheckConstraint("(media_id IS NULL) <> (playlist_id IS NULL)", name="one_source"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    space: str
    name: str
    media_id: int | None = Field(default=None, foreign_key="media.id", index=True)
    playlist_id: int | None = Field(default=None, foreign_key="playlist.id", index=True)
    source_name: str
    mode: str
    loop: bool
    quality: str | None = None
    rotate_s: int | None = None
    wanted: bool
    held: bool
    started_by: int = Field(foreign_key="user.id")
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cpu_percent: int | None = None
    memory_mib: int | None = None


class StreamDestination(Row, table=True):
    """Where a stream goes, in order, counted from 0."""

    __tablename__ = "stream_destination"

    stream_id: int = Field(foreign_key="stream.id", primary_key=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    destination_id: int = Field(foreign_key="destination.id", index=True)


class Run(Row, table=True):
    """One run of a stream. No foreign key to the stream: history outlives it, so it holds names as they were."""

    __table_args__ = (
        sa.Index("uq_run_open", "stream_id", unique=True, sqlite_where=WHERE_OPEN),
        sa.Index("ix_run_stream_id_id", "stream_id", "id"),
        sa.Index("ix_run_space_id", "space", "id"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    stream_id: int
    space: str
    stream_name: str
    source_name: str
    destination_names: str
    mode: str
    started_at: datetime = Field(sa_type=UtcDateTime)
    started_by: int = Field(foreign_key="user.id")
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: int | None = Field(default=None, foreign_key="user.id")
    outcome: str | None = None
    cause: str | None = None
    cause_detail: str | None = None
    attempts: int = 0
    planned_breaks: int = 0
    dark_s: float = 0.0
    bytes_sent: int = Field(default=0, sa_type=sa.BigInteger)
    log_tail: str = ""
    troubles: str | None = None
    saved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Audit(Row, table=True):
    """Who changed what, when and where."""

    __table_args__ = (sa.Index("ix_audit_space_id", "space", "id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    space: str
    user_id: int | None = Field(default=None, foreign_key="user.id")
    user_name: str
    via: str
    chat: str | None = None
    action: str
    subject: str | None = None
    detail: str | None = None


class AlertChat(Row, table=True):
    """What a chat said about alerts; `quiet_from`, `quiet_until` and `report_at` are minutes of the day."""

    __tablename__ = "alert_chat"

    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    thread: str = Field(primary_key=True)
    space: str = Field(index=True)
    user_id: int | None = Field(default=None, foreign_key="user.id")
    language: str | None = None
    wanted: bool | None = None
    level: str
    muted_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    quiet_from: int | None = None
    quiet_until: int | None = None
    private: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    zone: str | None = None
    reports: bool | None = None
    report_at: int | None = None
    reports_from: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StreamHome(Row, table=True):
    """The chat from which a stream was started last."""

    __tablename__ = "stream_home"

    stream_id: int = Field(foreign_key="stream.id", primary_key=True, ondelete="CASCADE")
    platform: str
    chat: str
    thread: str
    user_id: int | None = Field(default=None, foreign_key="user.id")
    language: str | None = None
    private: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class Outbox(Row, table=True):
    """What a chat is to be told, or was: an event as JSON, so that it is put into words when it is sent."""

    __table_args__ = (
        sa.Index("ix_outbox_pending", "platform", "chat", "thread", "id", sqlite_where=WHERE_PENDING),
        sa.Index("ix_outbox_about", "about"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    chat: str
    thread: str
    space: str
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    body: str
    about: str | None = None
    delivered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message: str | None = None


class Shown(Row, table=True):
    """A card or board that stands in a chat; a board's `stream_id` is 0."""

    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    thread: str = Field(primary_key=True)
    stream_id: int = Field(primary_key=True)
    space: str
    message: str
    user_id: int | None = Field(default=None, foreign_key="user.id")
    language: str | None = None
    operator: bool
    until: datetime = Field(sa_type=UtcDateTime)
    pinned: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    private: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})


class ChatPlace(Row, table=True):
    """What the configuration gives to a space where a chat stands: its guild, or the group itself."""

    __tablename__ = "chat_place"

    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    place: str


class ImportMessage(Row, table=True):
    """A message that tells how far an import is; imports end with the service, so what stands here then is untrue."""

    __tablename__ = "import_message"

    platform: str = Field(primary_key=True)
    chat: str = Field(primary_key=True)
    thread: str = Field(primary_key=True)
    message: str = Field(primary_key=True)
    name: str
    language: str


class Schedule(Row, table=True):
    """When a stream shall run; `repeat`, `start` and `length` are `core.schedule.stored`'s texts."""

    __table_args__ = (sa.UniqueConstraint("space", "name"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    space: str
    name: str
    stream_id: int = Field(foreign_key="stream.id", index=True, ondelete="CASCADE")
    repeat: str
    start: str
    zone: str
    length: str
    missed: str
    paused: bool
    since: datetime = Field(sa_type=UtcDateTime)
    remind: bool
    unfit: bool
    created_by: int = Field(foreign_key="user.id")
    last_seen: datetime | None = Field(default=None, sa_type=UtcDateTime)
    checked: str | None = None


class ScheduledRun(Row, table=True):
    """What became of one run of a schedule: the mark without which it could be started twice."""

    __tablename__ = "scheduled_run"
    __table_args__ = (sa.Index("ix_scheduled_run_start", "schedule_id", "start"),)

    schedule_id: int = Field(foreign_key="schedule.id", primary_key=True, ondelete="CASCADE")
    key: str = Field(primary_key=True)
    start: datetime = Field(sa_type=UtcDateTime)
    mark: str


class Sample(Row, table=True):
    """What a stream cost, or the host where `stream_id` is None, in the `tier_s` seconds from `at` on."""

    __table_args__ = (
        sa.Index("ix_sample_stream_id", "stream_id", "tier_s", "at"),
        sa.Index("ix_sample_at", "tier_s", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    tier_s: int
    stream_id: int | None = Field(default=None, foreign_key="stream.id", ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    cpu_percent: float | None = None
    memory_mib: float | None = None
    kbps: float | None = None
    speed: float | None = None
    live: float | None = None
    restarts: int | None = None
    disk_free_mib: float | None = None
    loss: float | None = None
