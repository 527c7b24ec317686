"""The first tables; it changes nothing that is there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables here."""
    create_people()
    create_library()
    create_streams()
    create_history()


def create_people() -> None:
    """Persons, roles, invitations, and the record of what was done."""
    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("stream_limit", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("platform", "platform_id", name="uq_user_platform_platform_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "member",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_member_user_id"),
        sa.PrimaryKeyConstraint("user_id", "space", name="pk_member"),
    )
    op.create_index("ix_member_space", "member", ["space"])
    op.create_table(
        "platform_role",
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("role_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("space", "platform", "role_id", name="pk_platform_role"),
    )
    op.create_table(
        "invite",
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("uses_left", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_invite_created_by"),
        sa.PrimaryKeyConstraint("code_digest", name="pk_invite"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_audit_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_space_id", "audit", ["space", "id"])


def create_library() -> None:
    """What can be played, and where it can go."""
    op.create_table(
        "media",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("probe", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name="fk_media_owner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("space", "name", name="uq_media_space_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_media_owner_id", "media", ["owner_id"])
    op.create_table(
        "playlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_playlist"),
        sa.UniqueConstraint("space", "name", name="uq_playlist_space_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "playlist_item",
        sa.Column("playlist_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_playlist_item_media_id"),
        sa.ForeignKeyConstraint(
            ["playlist_id"], ["playlist.id"], name="fk_playlist_item_playlist_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("playlist_id", "position", name="pk_playlist_item"),
    )
    op.create_index("ix_playlist_item_media_id", "playlist_item", ["media_id"])
    op.create_table(
        "destination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
        sa.Column("lock", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_destination"),
        sa.UniqueConstraint("space", "lock", name="uq_destination_space_lock"),
        sa.UniqueConstraint("space", "name", name="uq_destination_space_name"),
        sqlite_autoincrement=True,
    )


def create_streams() -> None:
    """What is wanted."""
    op.create_table(
        "stream",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_id", sa.Integer(), nullable=True),
        sa.Column("playlist_id", sa.Integer(), nullable=True),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("loop", sa.Boolean(), nullable=False),
        sa.Column("quality", sa.String(), nullable=True),
        sa.Column("rotate_s", sa.Integer(), nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("(media_id IS NULL) <> (playlist_id IS NULL)", name=op.f("ck_stream_one_source")),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name="fk_stream_media_id"),
        sa.ForeignKeyConstraint(["playlist_id"], ["playlist.id"], name="fk_stream_playlist_id"),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name="fk_stream_started_by"),
        sa.PrimaryKeyConstraint("id", name="pk_stream"),
        sa.UniqueConstraint("space", "name", name="uq_stream_space_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stream_media_id", "stream", ["media_id"])
    op.create_index("ix_stream_playlist_id", "stream", ["playlist_id"])
    op.create_table(
        "stream_destination",
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("destination_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["destination_id"], ["destination.id"], name="fk_stream_destination_destination_id"),
        sa.ForeignKeyConstraint(
            ["stream_id"], ["stream.id"], name="fk_stream_destination_stream_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("stream_id", "position", name="pk_stream_destination"),
    )
    op.create_index("ix_stream_destination_destination_id", "stream_destination", ["destination_id"])


def create_history() -> None:
    """What was."""
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("stream_name", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("destination_names", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("started_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("cause_detail", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("planned_breaks", sa.Integer(), nullable=False),
        sa.Column("dark_s", sa.Float(), nullable=False),
        sa.Column("bytes_sent", sa.BigInteger(), nullable=False),
        sa.Column("log_tail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ended_by"], ["user.id"], name="fk_run_ended_by"),
        sa.ForeignKeyConstraint(["started_by"], ["user.id"], name="fk_run_started_by"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_space_id", "run", ["space", "id"])
    op.create_index("ix_run_stream_id_id", "run", ["stream_id", "id"])
    op.create_index("uq_run_open", "run", ["stream_id"], unique=True, sqlite_where=sa.text("ended_at IS NULL"))
