"""Ordinary messages: sends and edits them, within Discord's limits of pace; it answers no interaction."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import discord

from adapters.discord.errors import FAULTS, translate, translate_pin
from adapters.discord.render import NOBODY, render
from bot.channel import PRIVATE_PREFIX, ChannelAway, ChatGone, ChatRef, MessageGone, MessageRef

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from adapters.discord.render import Rendered
    from bot.reply import Reply
    from core.clock import Clock

Key = TypeVar("Key")
Value = TypeVar("Value")

WITHIN_S: Final = 60
"""How long one request may take, with what discord.py waits for on its own."""

OLD: Final = timedelta(hours=1)
OLD_EVERY_S: Final = 240.0
"""Messages older than an hour may be edited less often (code 30046). Discord tells no number; this stays far below
what bots meet."""

IMPORT: Final = "import"
"""What the data of a message tells that shows how far an import is."""

MAX_REMEMBERED: Final = 2000


class Post:
    """Sends through whichever client is logged in now, and remembers what stands in a message by its digest.

    `guilds`: those that are served.
    """

    def __init__(self, clock: Clock, guilds: frozenset[int]) -> None:
        self.client: discord.Client | None = None
        self._guilds = guilds
        self._clock = clock
        self._shown: OrderedDict[str, str] = OrderedDict()
        self._unsure: OrderedDict[tuple[ChatRef, str], int] = OrderedDict()
        self._old_edit_at: dict[str, float] = {}

    async def send(self, chat: ChatRef, reply: Reply, rendered: Rendered) -> MessageRef:
        """Send a message; again where it is unsure whether it arrived, and Discord then takes it but once.

        Raises:
            bot.channel.ChannelError: it was not sent, or nobody knows.
        """
        attempt = (chat, rendered.digest)
        nonce = self._unsure.pop(attempt, None) or secrets.randbits(63)
        try:
            async with asyncio.timeout(WITHIN_S):
                place = await self._find_place(chat)
                sent = await place.send(silent=reply.silent, nonce=nonce, **say(rendered))
        except FAULTS as error:
            _remember(self._unsure, attempt, nonce)
            raise translate(error) from error
        message = MessageRef(chat, str(sent.id))
        self.note(message, rendered.digest)
        return message

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Put a reply in place of what stands in a message, unless it stands there already.

        Raises:
            bot.channel.ChannelError: it still says what it said.
        """
        rendered = render(reply, card=True)
        if self._shown.get(message.message) == rendered.digest:
            return
        if not message.message.isdecimal():
            raise MessageGone(message.message)
        self._check_age(message, reply)
        try:
            async with asyncio.timeout(WITHIN_S):
                place = await self._find_place(message.chat)
                await place.get_partial_message(int(message.message)).edit(**put(rendered))
        except FAULTS as error:
            raise translate(error) from error
        self.note(message, rendered.digest)

    async def pin(self, message: MessageRef) -> None:
        """Pin a message.

        Raises:
            bot.channel.CantPin: we lack the permission, or the channel has as many pins as it may.
        """
        await self._pinning(message, discord.PartialMessage.pin)

    async def unpin(self, message: MessageRef) -> None:
        """Take a message from the pins. Raises what `pin` raises."""
        await self._pinning(message, discord.PartialMessage.unpin)

    async def _pinning(
        self, message: MessageRef, do: Callable[[discord.PartialMessage], Coroutine[Any, Any, None]]
    ) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                place = await self._find_place(message.chat)
                await do(place.get_partial_message(int(message.message)))
        except FAULTS as error:
            raise translate_pin(error) from error

    def note(self, message: MessageRef, digest: str) -> None:
        """Remember what a message shows now."""
        _remember(self._shown, message.message, digest)

    async def _find_place(self, chat: ChatRef) -> discord.PartialMessageable:
        """Return where to write; a person's private chat is opened, which Discord does but once.

        Raises:
            bot.channel.ChatGone: no such place, or in a guild that is not served any more.
        """
        if self.client is None:
            raise ChannelAway("not logged in")
        place = chat.thread or chat.chat
        person = place.removeprefix(PRIVATE_PREFIX)
        if not person.isdecimal():
            raise ChatGone(place)
        if person == place:
            guild = getattr(self.client.get_channel(int(place)), "guild", None)
            if guild is not None and guild.id not in self._guilds:
                raise ChatGone(place)
            return self.client.get_partial_messageable(int(place))
        private = await self.client.create_dm(discord.Object(int(person)))
        return self.client.get_partial_messageable(private.id)

    def _check_age(self, message: MessageRef, reply: Reply) -> None:
        """Hold back edits of an old message before Discord does: what it refuses counts against us.

        What is refreshed again and again can wait; other news is said anew, so that no alert waits behind it.
        """
        if self._clock.now() - discord.utils.snowflake_time(int(message.message)) < OLD:
            return
        now_s = self._clock.monotonic()
        due_s = self._old_edit_at.get(message.chat.chat, now_s)
        if due_s <= now_s:
            self._old_edit_at[message.chat.chat] = now_s + OLD_EVERY_S
        elif reply.card is not None or reply.board or IMPORT in reply.data:
            raise ChannelAway("the message is old", due_s - now_s)
        else:
            raise MessageGone("too old to be changed now")


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > MAX_REMEMBERED:
        known.popitem(last=False)


def say(rendered: Rendered) -> dict[str, Any]:
    """Return what a new message says, as discord.py takes it: without what is not there."""
    parts = {"content": rendered.content, "embed": rendered.embed, "view": rendered.view}
    given = {name: part for name, part in parts.items() if part is not None}
    return {**given, "files": rendered.files, "allowed_mentions": NOBODY}


def put(rendered: Rendered) -> dict[str, Any]:
    """Return what an edit says: all of it, so that nothing of what stood there stays."""
    return {
        "content": rendered.content,
        "embeds": [] if rendered.embed is None else [rendered.embed],
        "attachments": rendered.files,
        "view": rendered.view,
        "allowed_mentions": NOBODY,
    }
