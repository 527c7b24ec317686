"""What streams and host cost over time; all of it new."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table here."""
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tier_s", sa.Integer(), nullable=False),
        sa.Column("stream_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("cpu_percent", sa.Float(), nullable=True),
        sa.Column("memory_mib", sa.Float(), nullable=True),
        sa.Column("kbps", sa.Float(), nullable=True),
        sa.Column("speed", sa.Float(), nullable=True),
        sa.Column("live", sa.Float(), nullable=True),
        sa.Column("restarts", sa.Integer(), nullable=True),
        sa.Column("disk_free_mib", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name="fk_sample_stream_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sample"),
    )
    op.create_index("ix_sample_stream_id", "sample", ["stream_id", "tier_s", "at"])
    op.create_index("ix_sample_at", "sample", ["tier_s", "at"])
