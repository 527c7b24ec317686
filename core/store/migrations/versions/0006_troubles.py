"""What an open run has behind it, so that a service that comes back goes on from there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the columns here."""
    op.add_column("run", sa.Column("troubles", sa.String(), nullable=True))
    op.add_column("run", sa.Column("saved_at", sa.DateTime(), nullable=True))
