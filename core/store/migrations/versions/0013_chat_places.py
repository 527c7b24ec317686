"""In which guild a chat stands, so that it goes along when that is given to another space."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = ("platform", "chat", "place")
KEY = COLUMNS[:2]


def upgrade() -> None:
    """Bring the table here; until a chat is spoken in again nobody knows where it stands."""
    columns = [sa.Column(name, sa.String(), nullable=False) for name in COLUMNS]
    op.create_table("chat_place", *columns, sa.PrimaryKeyConstraint(*KEY, name="pk_chat_place"))
