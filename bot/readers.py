"""In which language and zone a chat is told what nobody asked for, and whether it may still be told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.channel import PRIVATE_PREFIX
from bot.i18n import LANGUAGES, Words

if TYPE_CHECKING:
    from bot.access import Access
    from core.model import SpaceName
    from core.people import Person
    from core.push import ChatRef, Reader
    from core.store import Store


class Readers:
    """Finds words: the person's choice of today, else what his client said, else the configuration's."""

    def __init__(self, store: Store, access: Access) -> None:
        self._store = store
        self._access = access

    async def may_read(self, reader: Reader, space: SpaceName) -> bool:
        """Return whether a chat may be told of a space: one that is a person's alone only while he has a role there."""
        if not reader.private or reader.user is None:
            return True
        person = await self._store.people.find(reader.user)
        if person is not None and self._access.is_admin(person.platform, person.platform_id):
            return True
        return await self._store.people.role(reader.user, space) is not None

    async def words_for(self, chat: ChatRef) -> Words:
        """Return the words for a chat: of whoever asked for alerts there, or started a stream, or is alone in it."""
        if chat.chat.startswith(PRIVATE_PREFIX):
            name = chat.chat.removeprefix(PRIVATE_PREFIX)
            return self._speak(await self._store.people.find_known(chat.platform, name), None)
        return await self.words(await self._store.chats.reader(chat))

    async def words(self, reader: Reader | None) -> Words:
        """Return the reader's words, by his chat's own clock where it has one; None: nobody's in particular."""
        if reader is None:
            return self._speak(None, None)
        person = await self._store.people.find(reader.user) if reader.user is not None else None
        return self._speak(person, reader.language, reader.zone)

    def _speak(self, person: Person | None, client: str | None, zone: str | None = None) -> Words:
        wanted = (person.language if person else None, client, self._access.language)
        language = next((code for code in wanted if code in LANGUAGES), None)
        zone = zone or (person.timezone if person else None) or self._access.zone
        return Words(language or LANGUAGES[0], ZoneInfo(zone))
