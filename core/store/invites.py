"""Invitations: a code, known by its digest alone, that gives a role as often as it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, delete

from core.errors import NotFound
from core.model import SpaceName, UserId
from core.people import Role
from core.store import tables
from core.store.database import Repository, transaction
from core.store.rows import get_row

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session


class Invites(Repository):
    """Invitations to all spaces."""

    @transaction
    def create_invite(
        self,
        session: Session,
        space: SpaceName,
        role: Role,
        code_digest: str,
        created_by: UserId | None,
        expires_at: datetime,
        uses: int = 1,
    ) -> None:
        """Add one; `created_by` is None for the installer's."""
        session.add(
            tables.Invite(
                code_digest=code_digest,
                space=space,
                role=role.value,
                created_by=created_by,
                expires_at=expires_at,
                uses_left=uses,
            )
        )

    @transaction
    def redeem_invite(self, session: Session, code_digest: str, user: UserId, now: datetime) -> tuple[SpaceName, Role]:
        """Give the person what the code promises, and use it up by one, both or neither; return space and role.

        Who has that role or a higher one already keeps it, and the code stays for another.

        Raises:
            NotFound: kind invite: unknown, used up or expired (the name is empty: a code is a secret); or kind user.
        """
        get_row(session, tables.User, user, "user")
        session.exec(delete(tables.Invite).where(col(tables.Invite.expires_at) <= now))
        invite = session.get(tables.Invite, code_digest)
        if invite is None:
            raise NotFound("invite", "")
        space, role = SpaceName(invite.space), Role(invite.role)
        member = session.get(tables.Member, (user, space))
        if member is not None and Role(member.role) >= role:
            return space, Role(member.role)
        session.merge(tables.Member(user_id=user, space=space, role=role.value))
        invite.uses_left -= 1
        if invite.uses_left <= 0:
            session.delete(invite)
        return space, role
