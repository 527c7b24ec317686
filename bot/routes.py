"""Who is told of what: the space's alert chats, where there is none the stream's home, and the console."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.access import CONSOLE
from bot.channel import private_chat
from bot.notes import is_problem
from core.events import StreamEnded, StreamEvent
from core.model import Outcome
from core.people import Role
from core.push import AlertChat, ChatRef, Level
from core.schedule.events import ScheduleEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.access import Access
    from bot.acting import Acting
    from bot.readers import Readers
    from core.events import Event
    from core.model import SpaceName
    from core.store import Store

CONSOLE_CHAT: Final = ChatRef(CONSOLE, "local")


@dataclass(frozen=True, slots=True)
class Routes:
    """Reads what chats said of alerts, each time anew."""

    store: Store
    access: Access
    acting: Acting
    readers: Readers

    async def find(self, event: Event) -> list[ChatRef]:
        """Return the chats that are told of this."""
        said_there = await self.store.chats.of_space(event.space)
        known = {said.chat: said for said in said_there if await self.readers.may_read(said.reader, event.space)}
        if (console := await self.store.chats.find(CONSOLE_CHAT)) is not None:
            known[CONSOLE_CHAT] = console  # whatever space it looked at last
        chats = [chat for chat, said in known.items() if said.wanted and chat != CONSOLE_CHAT]
        if not chats:
            chats = [chat for chat in await self._homes(event) if _may_be_told(known.get(chat))]
        if _may_be_told(known.get(CONSOLE_CHAT)):
            chats.insert(0, CONSOLE_CHAT)
        wanted = [chat for chat in dict.fromkeys(chats) if _covers(known.get(chat), event)]
        if isinstance(event, StreamEnded) and event.outcome is Outcome.STOPPED and event.by:
            return [chat for chat in wanted if not self.acting.is_acting(chat)]
        return wanted

    async def admins(
        self, space: SpaceName, platform: str | None = None, asked_in: ChatRef | None = None
    ) -> list[ChatRef]:
        """Return where the space's admins are told, those on one platform where it is named: each in private.

        Who is one by a role of the platform alone is told where all read: whom it gave that role is known only when he
        presses something there. That is in its chats with alerts, and without one in `asked_in`.
        """
        people = [m.person for m in await self.store.people.members(space) if m.role is Role.ADMIN]
        found = {(person.platform, person.platform_id) for person in people}
        configured: Mapping[str, frozenset[str]] = self.access.admins
        found |= {(name, user) for name, users in configured.items() for user in users}
        own = [private_chat(*who) for who in sorted(found) if who[0] != CONSOLE and platform in {None, who[0]}]
        return own + await self._read_by_role(space, platform, asked_in)

    async def _read_by_role(self, space: SpaceName, platform: str | None, asked_in: ChatRef | None) -> list[ChatRef]:
        said = await self.store.chats.of_space(space)
        chats = [one.chat for one in said if one.wanted and not one.reader.private]
        found = [
            chat for chat in chats if platform in {None, chat.platform} and await self._has_admin_role(space, chat)
        ]
        return found or [chat for chat in (asked_in,) if chat and await self._has_admin_role(space, chat)]

    async def _has_admin_role(self, space: SpaceName, chat: ChatRef) -> bool:
        return Role.ADMIN in (await self.store.people.platform_roles(space, chat.platform)).values()

    async def _homes(self, event: Event) -> list[ChatRef]:
        """Return where the stream was started; of what is about no stream, where any of those that run was.

        Where only people did that who have no role any more, the admins look after what they left running.
        """
        if isinstance(event, StreamEvent | ScheduleEvent):
            home = await self.store.chats.home(event.stream)
            homes = [home] if home else []
        else:
            homes = await self.store.chats.homes(event.space)
        chats = [home.chat for home in homes if await self.readers.may_read(home.reader, event.space)]
        return chats or (await self.admins(event.space) if homes else [])


def _may_be_told(said: AlertChat | None) -> bool:
    return said is None or said.wanted is not False


def _covers(said: AlertChat | None, event: Event) -> bool:
    return said is None or said.level is Level.ALL or is_problem(event)
