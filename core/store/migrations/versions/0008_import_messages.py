"""Messages about imports, so that a service that comes back says of them that they were broken off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = ("platform", "chat", "thread", "message", "name", "language")
KEY = COLUMNS[:4]


def upgrade() -> None:
    """Bring the table here."""
    columns = [sa.Column(name, sa.String(), nullable=False) for name in COLUMNS]
    op.create_table("import_message", *columns, sa.PrimaryKeyConstraint(*KEY, name="pk_import_message"))
