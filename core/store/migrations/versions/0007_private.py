"""Which chats are a person's alone, so that they are told nothing more once he has no role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_TABLES = ("alert_chat", "stream_home", "shown")


def upgrade() -> None:
    """Bring the columns here. Telegram's private chats bear the person's own id, its groups' are below zero."""
    for table in _TABLES:
        op.add_column(table, sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))
        named = sa.table(table, sa.column("platform"), sa.column("chat"), sa.column("private"))
        alone = sa.and_(named.c.platform == "telegram", named.c.chat.not_like("-%"))
        op.execute(sa.update(named).where(alone).values(private=sa.true()))
