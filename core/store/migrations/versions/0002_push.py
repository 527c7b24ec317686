"""Telling people unasked: alert chats, the outbox, and messages that are kept up to date; all of it new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables here."""
    create_chats()
    create_outbox()
    create_shown()


def create_chats() -> None:
    """Where to tell it."""
    op.create_table(
        "alert_chat",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("wanted", sa.Boolean(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("muted_until", sa.DateTime(), nullable=True),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_alert_chat_user_id"),
        sa.PrimaryKeyConstraint("platform", "chat", "thread", name="pk_alert_chat"),
    )
    op.create_index("ix_alert_chat_space", "alert_chat", ["space"])
    op.create_table(
        "stream_home",
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name="fk_stream_home_stream_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_stream_home_user_id"),
        sa.PrimaryKeyConstraint("stream_id", name="pk_stream_home"),
    )


def create_outbox() -> None:
    """What to tell."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_about", "outbox", ["about"])
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["platform", "chat", "thread", "id"],
        sqlite_where=sa.text("delivered_at IS NULL"),
    )


def create_shown() -> None:
    """What is kept up to date."""
    op.create_table(
        "shown",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("operator", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_shown_user_id"),
        sa.PrimaryKeyConstraint("platform", "chat", "thread", "stream_id", name="pk_shown"),
    )
