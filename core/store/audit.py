"""The record of who changed what; it only grows, and its oldest entries fall off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlmodel import col, select

from core.store import tables
from core.store.database import Repository, query, transaction
from core.store.rows import clean_text, read_audit

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from core.model import SpaceName, UserId
    from core.people import AuditEntry

MAX_ENTRIES: Final = 100_000  # about 20 MB
MAX_LISTED: Final = 1000


class Audit(Repository):
    """Entries of all spaces. Whoever adds one has redacted it."""

    @transaction
    def add(self, session: Session, entry: AuditEntry) -> None:
        """Add an entry."""
        session.add(
            tables.Audit(
                at=entry.at,
                space=entry.space,
                user_id=entry.user,
                user_name=clean_text(entry.user_name),
                via=entry.via,
                chat=entry.chat,
                action=entry.action,
                subject=None if entry.subject is None else clean_text(entry.subject),
                detail=None if entry.detail is None else clean_text(entry.detail),
            )
        )

    @query
    def recent(
        self,
        session: Session,
        space: SpaceName,
        user: UserId | None = None,
        stream: str | None = None,
        limit: int = 50,
    ) -> list[AuditEntry]:
        """Return the space's entries, newest first; only this person's, only those about this stream's name."""
        wanted = select(tables.Audit).where(tables.Audit.space == space)
        if user is not None:
            wanted = wanted.where(tables.Audit.user_id == user)
        if stream is not None:
            wanted = wanted.where(tables.Audit.subject == stream)
        newest = wanted.order_by(col(tables.Audit.id).desc()).limit(max(0, min(limit, MAX_LISTED)))
        return [read_audit(row) for row in session.exec(newest)]

    @transaction
    def prune(self, session: Session, before: datetime, keep: int = MAX_ENTRIES) -> int:
        """Delete what is older, and the oldest beyond `keep` entries in all; return how many."""
        newest = select(tables.Audit.id).order_by(col(tables.Audit.id).desc()).limit(keep)
        old = sa.or_(col(tables.Audit.at) < before, col(tables.Audit.id).not_in(newest))
        return session.exec(sa.delete(tables.Audit).where(old)).rowcount
