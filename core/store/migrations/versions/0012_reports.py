"""Each chat's own zone, and whether and when it has the daily report."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the columns here; until a chat says otherwise its report comes as before."""
    op.add_column("alert_chat", sa.Column("zone", sa.String(), nullable=True))
    op.add_column("alert_chat", sa.Column("reports", sa.Boolean(), nullable=True))
    op.add_column("alert_chat", sa.Column("report_at", sa.Integer(), nullable=True))
    op.add_column("alert_chat", sa.Column("reports_from", sa.DateTime(), nullable=True))
