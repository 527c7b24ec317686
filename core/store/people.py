"""Persons, their roles, limits and choices; who may do what is decided elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from core.errors import NotFound
from core.people import Membership, Person, Role
from core.store import tables
from core.store.database import query, transaction
from core.store.invites import Invites
from core.store.rows import clean_text, get_row, read_person

if TYPE_CHECKING:
    from sqlmodel import Session

    from core.model import SpaceName, UserId


class People(Invites):
    """Persons of all platforms, their roles in all spaces, and invitations."""

    async def person(self, platform: str, platform_id: str, name: str, username: str | None = None) -> Person:
        """Return the person, made now if unknown, called `name` from now on, and `username` where it is given.

        Writes only where something is new, so that an order to look at something needs no write lock.
        """
        known = await self.find_known(platform, platform_id)
        if known is not None and known.name == clean_text(name) and username in {None, known.username}:
            return known
        return await self._note(platform, platform_id, clean_text(name), username)

    @query
    def find_known(self, session: Session, platform: str, platform_id: str) -> Person | None:
        """Return the person, None where he never did anything that is noted: a stranger leaves no row."""
        row = _find_row(session, platform, platform_id)
        return None if row is None else read_person(row)

    @transaction
    def _note(self, session: Session, platform: str, platform_id: str, name: str, username: str | None) -> Person:
        row = _find_row(session, platform, platform_id)
        if username is not None:  # it is one person's at a time, and may have been another's
            same = select(tables.User).where(tables.User.platform == platform, tables.User.username == username)
            for other in session.exec(same):
                other.username = None
        row = row or tables.User(platform=platform, platform_id=platform_id, name=name)
        row.name, row.username = name, username or row.username
        session.add(row)
        session.flush()
        return read_person(row)

    @query
    def find(self, session: Session, user: UserId) -> Person | None:
        """Return the person of that id, None if there is none."""
        try:
            return read_person(_row(session, user))
        except NotFound:
            return None

    @query
    def role(self, session: Session, user: UserId, space: SpaceName) -> Role | None:
        """Return the person's own role in the space, None if there is none; platform roles are not looked at."""
        row = session.get(tables.Member, (user, space))
        return None if row is None else Role(row.role)

    @transaction
    def grant(self, session: Session, user: UserId, space: SpaceName, role: Role) -> None:
        """Give the person this role there, in place of any other.

        Raises:
            NotFound: kind user.
        """
        person = _row(session, user)
        session.merge(tables.Member(user_id=user, space=space, role=role.value))
        if (ignored := session.get(tables.Ignored, (space, person.platform, person.platform_id))) is not None:
            session.delete(ignored)

    @transaction
    def revoke(self, session: Session, user: UserId, space: SpaceName) -> Role | None:
        """Take the person's role there; return what it was."""
        row = session.get(tables.Member, (user, space))
        if row is None:
            return None
        session.delete(row)
        return Role(row.role)

    @transaction
    def ignore(self, session: Session, space: SpaceName, platform: str, platform_id: str) -> None:
        """Note that the space's admins want to hear no more of a stranger, until he is given a role."""
        session.merge(tables.Ignored(space=space, platform=platform, platform_id=platform_id))

    @query
    def is_ignored(self, session: Session, space: SpaceName, platform: str, platform_id: str) -> bool:
        """Return whether the space's admins want to hear no more of him."""
        return session.get(tables.Ignored, (space, platform, platform_id)) is not None

    @query
    def members(self, session: Session, space: SpaceName) -> list[Membership]:
        """Return who has a role in the space, by name."""
        pairs = session.exec(
            select(tables.User, tables.Member.role)
            .join(tables.Member)
            .where(tables.Member.space == space)
            .order_by(tables.User.name, col(tables.User.id))
        )
        return [Membership(read_person(user), space, Role(role)) for user, role in pairs]

    @transaction
    def grant_platform_role(
        self, session: Session, space: SpaceName, platform: str, role_id: str, role: Role | None
    ) -> None:
        """Give this role to all who bear a role of the platform; None takes it back."""
        row = session.get(tables.PlatformRole, (space, platform, role_id))
        if role is not None:
            session.merge(tables.PlatformRole(space=space, platform=platform, role_id=role_id, role=role.value))
        elif row is not None:
            session.delete(row)

    @query
    def platform_roles(self, session: Session, space: SpaceName, platform: str) -> dict[str, Role]:
        """Return what the platform's roles give in the space, by their ids."""
        own = select(tables.PlatformRole).where(
            tables.PlatformRole.space == space, tables.PlatformRole.platform == platform
        )
        return {row.role_id: Role(row.role) for row in session.exec(own)}

    @query
    def limit(self, session: Session, user: UserId) -> int | None:
        """Return how many streams at once the person may run, None for what the configuration says."""
        row = session.get(tables.User, user)
        return None if row is None else row.stream_limit

    @transaction
    def set_limit(self, session: Session, user: UserId, limit: int | None) -> None:
        """Set it, in all spaces alike; None goes back to what the configuration says.

        Raises:
            NotFound: kind user.
        """
        _row(session, user).stream_limit = limit

    @transaction
    def set_language(self, session: Session, user: UserId, language: str | None) -> None:
        """Note the person's choice; None forgets it.

        Raises:
            NotFound: kind user.
        """
        _row(session, user).language = language

    @transaction
    def set_timezone(self, session: Session, user: UserId, timezone: str | None) -> None:
        """Note the person's choice, an IANA name; None forgets it.

        Raises:
            NotFound: kind user.
        """
        _row(session, user).timezone = timezone


def _row(session: Session, user: UserId) -> tables.User:
    return get_row(session, tables.User, user, "user")


def _find_row(session: Session, platform: str, platform_id: str) -> tables.User | None:
    same = select(tables.User).where(tables.User.platform == platform, tables.User.platform_id == platform_id)
    return session.exec(same).one_or_none()
