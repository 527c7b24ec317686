"""What people are called behind an @, so that a role can be given to a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the column here; it fills as people speak."""
    op.add_column("user", sa.Column("username", sa.String(), nullable=True))
