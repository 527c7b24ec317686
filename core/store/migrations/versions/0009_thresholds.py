"""From where on one stream's own costs are told of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the columns here."""
    op.add_column("stream", sa.Column("cpu_percent", sa.Integer(), nullable=True))
    op.add_column("stream", sa.Column("memory_mib", sa.Integer(), nullable=True))
