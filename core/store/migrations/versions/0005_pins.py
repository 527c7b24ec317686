"""Which boards are pinned, so that a newer one takes the pin over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the column here."""
    op.add_column("shown", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
