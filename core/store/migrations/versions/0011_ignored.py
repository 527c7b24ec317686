"""Strangers of whom admins want to hear no more, also after a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the table here."""
    op.create_table(
        "ignored",
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("space", "platform", "platform_id", name=op.f("pk_ignored")),
    )
