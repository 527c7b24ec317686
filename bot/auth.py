"""Who asks, in which space, and with which role; it answers nobody and changes no role."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol
from zoneinfo import ZoneInfo

from bot.access import Access
from bot.context import Caller
from bot.i18n import LANGUAGES
from core.model import MAIN_SPACE
from core.people import Role

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.spec import Invocation
    from core.model import SpaceName, UserId
    from core.people import Person

__all__ = ["Access", "Auth"]

_OLD_CODES: Final = {"in": "id"}  # what some clients still call Indonesian


class PeopleStore(Protocol):
    """What is asked of the store."""

    async def find_known(self, platform: str, platform_id: str) -> Person | None: ...
    async def person(self, platform: str, platform_id: str, name: str, username: str | None = None) -> Person: ...
    async def role(self, user: UserId, space: SpaceName) -> Role | None: ...
    async def platform_roles(self, space: SpaceName, platform: str) -> dict[str, Role]: ...


class Auth:
    """Turns an invocation's platform ids into a caller. Strangers leave no row behind."""

    def __init__(self, people: PeopleStore, access: Access) -> None:
        self._people = people
        self.access = access

    async def identify(self, invocation: Invocation) -> Caller:
        """Return who asks, with the role that he has where he asks."""
        known = await self._people.find_known(invocation.platform, invocation.person)
        space = self.access.find_space(invocation) or await self._find_home(invocation, known)
        role = await self._find_role(invocation, known, space)
        person = known
        if role is not None:
            person = await self._people.person(
                invocation.platform, invocation.person, invocation.person_name, invocation.username
            )
        return Caller(
            platform=invocation.platform,
            platform_id=invocation.person,
            name=invocation.person_name,
            space=space,
            role=role,
            person=person,
            chat=invocation.chat,
            language=self._choose_language(invocation, person),
            zone=self._choose_zone(person),
            asks=invocation.asks,
            private_chat=invocation.private_chat,
            configured=self.access.is_admin(invocation.platform, invocation.person),
        )

    async def enter(self, caller: Caller, space: SpaceName) -> Caller:
        """Return the caller as he stands in another space, with his own role there: a platform's count in their place.

        A space that the configuration does not have is one in which nobody has a role.
        """
        if space == caller.space:
            return caller
        role = None
        if space in self.access.spaces:
            own = await self._people.role(caller.person.id, space) if caller.person else None
            role = Role.ADMIN if caller.configured else own
        return replace(caller, space=space, role=role)

    async def _find_home(self, invocation: Invocation, known: Person | None) -> SpaceName:
        """A chat of nobody's is `main`'s; but in private a person who belongs elsewhere only speaks of that."""
        if invocation.private_chat and known and not self.access.is_admin(known.platform, known.platform_id):
            for space in self.access.spaces:
                if await self._people.role(known.id, space) is not None:
                    return space
        return MAIN_SPACE

    async def _find_role(self, invocation: Invocation, known: Person | None, space: SpaceName) -> Role | None:
        if self.access.is_admin(invocation.platform, invocation.person):
            return Role.ADMIN
        roles = []
        if known and (own := await self._people.role(known.id, space)):
            roles.append(own)
        if invocation.platform_roles:
            given = await self._people.platform_roles(space, invocation.platform)
            roles += [given[role] for role in invocation.platform_roles if role in given]
        return max(roles, default=None)

    def _choose_language(self, invocation: Invocation, person: Person | None) -> str:
        if person and person.language in LANGUAGES:
            return str(person.language)
        client = (invocation.language or "").replace("_", "-").split("-")[0].casefold()
        client = _OLD_CODES.get(client, client)
        return client if client in LANGUAGES else self.access.language

    def _choose_zone(self, person: Person | None) -> tzinfo:
        return ZoneInfo((person and person.timezone) or self.access.zone)
