"""What part of a stream's bytes had to be sent again, beside what else is measured of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the column here; of before nothing is known."""
    op.add_column("sample", sa.Column("loss", sa.Float(), nullable=True))
