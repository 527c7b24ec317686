"""Schedules, and what became of each of their runs; all of it new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables here."""
    op.create_table(
        "schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=False),
        sa.Column("repeat", sa.String(), nullable=False),
        sa.Column("start", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("length", sa.String(), nullable=False),
        sa.Column("missed", sa.String(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("remind", sa.Boolean(), nullable=False),
        sa.Column("unfit", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("last_seen", sa.DateTime(), nullable=True),
        sa.Column("checked", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name="fk_schedule_stream_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["created_by"], ["user.id"], name="fk_schedule_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_schedule"),
        sa.UniqueConstraint("space", "name", name="uq_schedule_space_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_schedule_stream_id", "schedule", ["stream_id"])
    op.create_table(
        "scheduled_run",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name="fk_scheduled_run_schedule_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "key", name="pk_scheduled_run"),
    )
    op.create_index("ix_scheduled_run_start", "scheduled_run", ["schedule_id", "start"])
