"""One person in front of a bot, on each platform: what she types and presses there, and what she then reads."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from adapters.discord.buttons import read_press
from adapters.telegram.buttons import decode
from bot.auth import Auth
from bot.dispatcher import Dispatcher
from tests.fakes.telegram_api import Attachment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.cli.client import Client
    from bot.reply import Reply
    from bot.spec import Invocation
    from tests.adapters.discord.club import Club as Guild
    from tests.adapters.telegram.rig import Club as Chats
    from tests.bot.talk import Bot
    from tests.fakes.discord_api import User as DiscordUser
    from tests.fakes.telegram_api import User as TelegramUser

Shown = tuple[str, tuple["Key", ...]]
_MARKUP = re.compile(r"\*\*|```")
_PICTURE = re.compile(r" \([\w-]+\.(?:jpg|png)\)")
"""Where a terminal keeps a picture: chats show it."""

_LITERAL = re.compile(r"\\([\\*_~`|<>\[\]@#-])")


@dataclass(frozen=True)
class Key:
    """A button: what it says, what a press orders, and the run that it is bound to."""

    label: str
    order: str
    run: int | None = None


@dataclass(frozen=True)
class Seen:
    """What came of one move: words without markup, buttons in reading order, the refusal's code."""

    words: str
    buttons: tuple[Key, ...]
    code: str | None = None


class Seat(Protocol):
    """Somebody at a platform."""

    bot: Bot

    async def gives(self, command: str, /, **args: object) -> Seen:
        """Give a command."""
        ...

    async def presses(self, label: str) -> Seen:
        """Press a button of what was shown last."""
        ...

    async def keys_in(self, key: str, command: str, /, **args: object) -> Seen:
        """Give a command that wants a key, and the key in the way of the platform."""
        ...

    async def attaches(self, name: str, content: bytes) -> Seen | None:
        """Send a file for the library; None where nothing can be sent."""
        ...

    def stranger(self) -> Seat | None:
        """Return the place of somebody on no list; None where there are none."""
        ...


def plain(text: str) -> str:
    """Return the words alone: no markup, no layout, since columns and names of fields look different everywhere."""
    bare = _LITERAL.sub(r"\1", _MARKUP.sub("", text))
    return " ".join(word.rstrip(":") for word in bare.split())


class Noted(Dispatcher):
    """The real dispatcher; it keeps its last answer, whose code chats don't show."""

    last: Reply | None = None

    async def answer(self, invocation: Invocation) -> Reply | None:
        """Answer."""
        self.last = await super().answer(invocation)
        return self.last

    @classmethod
    def behind(cls, bot: Bot) -> Noted:
        """Put one into a bot."""
        noted = cls(cast("Any", bot.engine), Auth(bot.store.people, bot.access), bot.services, bot.clock)
        bot.dispatcher = noted
        return noted


class TelegramSeat:
    """Ada in her private chat on Telegram."""

    def __init__(self, club: Chats, noted: Noted, user: TelegramUser | None = None) -> None:
        self.club, self.bot, self._noted = club, club.bot, noted
        self._user = user or club.admin
        self._chat = club.chat_of(self._user)
        self._shown: Any = None

    async def gives(self, command: str, /, **args: object) -> Seen:
        """Type it."""
        before = self._standing()
        self._shown = await self.club.says(self._user, typed(command, args))
        return self._seen(before)

    async def keys_in(self, key: str, command: str, /, **args: object) -> Seen:
        """Send it as the next message."""
        await self.gives(command, **args)
        before = self._standing()
        self._shown = await self.club.says(self._user, key)
        assert key not in "".join(message.text for message in self.club.telegram.history(self._chat))
        return self._seen(before)

    async def attaches(self, name: str, content: bytes) -> Seen | None:
        """Send it as a document."""
        before = self._standing()
        await self.club.says(self._user, "", document=Attachment(name=name, content=content, mime_type="video/mp4"))
        return replace(self._seen(before), code=None)

    def stranger(self) -> Seat | None:
        """Mallory's private chat."""
        return TelegramSeat(self.club, self._noted, self.club.stranger)

    async def presses(self, label: str) -> Seen:
        """Press and read what changed, or else the note that pops up."""
        before = self._standing()
        note = await self.club.presses(self._user, self._shown, label)
        if not note:  # a press that may have waited for long is answered before its order is carried out
            await self.club.telegram.wait_until(lambda: self._standing() != before, what=f"what {label!r} does")
        seen = self._seen(before)
        return seen if seen.words else replace(seen, words=plain(note))

    def _standing(self) -> dict[int, Shown]:
        messages = self.club.telegram.messages(self._chat)
        return {m.id: (m.text, tuple(_telegram_keys(m.keyboard))) for m in messages if not m.deleted}

    def _seen(self, before: dict[int, Shown]) -> Seen:
        changed = {at: shown for at, shown in self._standing().items() if before.get(at) != shown}
        if changed:
            self._shown = next(m for m in self.club.telegram.messages(self._chat) if m.id == max(changed))
        return build_seen(changed.values(), self._noted.last)


class DiscordSeat:
    """Ada in her guild on Discord."""

    def __init__(self, club: Guild, noted: Noted, user: DiscordUser | None = None) -> None:
        self.club, self.bot, self._noted = club, club.ears.bot, noted
        self._user = user or club.ada
        self._shown: Any = None

    async def gives(self, command: str, /, **args: object) -> Seen:
        """Fill the options in."""
        before = self._standing()
        await self.club.order(self._user, command, **args)
        return self._seen(before)

    async def keys_in(self, key: str, command: str, /, **args: object) -> Seen:
        """Fill in the form that pops up."""
        before = self._standing()
        form = (await (await self.club.fake.slash(self._user, self.club.place, command, **args))).modal
        assert form is not None
        await self.club.settled(await self.club.fake.submit_modal(self._user, form, key=key))
        return self._seen(before)

    async def attaches(self, name: str, content: bytes) -> Seen | None:
        """Attach it to /upload."""
        before = self._standing()
        await self.club.order(self._user, "upload", file=self.club.fake.upload(name, content))
        return replace(self._seen(before), code=None)

    def stranger(self) -> Seat | None:
        """Mallory in the guild."""
        return DiscordSeat(self.club, self._noted, self.club.mallory)

    async def presses(self, label: str) -> Seen:
        """Press and read what changed."""
        before = self._standing()
        await self.club.press(self._user, self._shown, label)
        return self._seen(before)

    def _standing(self) -> dict[int, Shown]:
        messages = self.club.fake.seen_by(self._user, self.club.place)
        return {m.id: (m.text, tuple(_discord_keys(m.buttons))) for m in messages if not m.deleted}

    def _seen(self, before: dict[int, Shown]) -> Seen:
        changed = {at: shown for at, shown in self._standing().items() if before.get(at) != shown}
        if changed:
            messages = self.club.fake.seen_by(self._user, self.club.place)
            self._shown = next(m for m in messages if m.id == max(changed))
        return build_seen(changed.values(), self._noted.last)


class ConsoleSeat:
    """Whoever sits at the terminal, asked back as in a conversation; called Ada, too."""

    def __init__(self, client: Client, bot: Bot, name: str) -> None:
        self.client, self.bot = client, bot
        self._name = re.compile(rf"\b{re.escape(name)}\b")
        self._shown: tuple[Key, ...] = ()

    async def gives(self, command: str, /, **args: object) -> Seen:
        """Type it."""
        return self._seen(await self.client.order(typed(command, args), asks=True))

    async def keys_in(self, key: str, command: str, /, **args: object) -> Seen:
        """Type it where it is not echoed."""
        await self.gives(command, **args)
        return self._seen(await self.client.order(typed(command, args), asks=True, secret=key))

    async def attaches(self, name: str, content: bytes) -> Seen | None:  # noqa: ARG002 - the protocol
        """A terminal has the media folder itself."""
        return None

    def stranger(self) -> Seat | None:
        """Whoever reaches the socket owns it."""
        return None

    async def presses(self, label: str) -> Seen:
        """Choose a button by what it says."""
        key = next(key for key in self._shown if key.label == label)
        return self._seen(await self.client.order(key.order, asks=True, pressed=True, run=key.run))

    def _seen(self, reply: dict[str, Any]) -> Seen:
        self._shown = console_keys(reply)
        words = plain(self._name.sub("Ada", _PICTURE.sub("", reply["text"])))
        return Seen(words, self._shown, reply["code"])


def typed(command: str, args: dict[str, object]) -> str:
    """Return an order as it is typed."""
    return " ".join([f"/{command}", *(f'{name}="{value}"' for name, value in args.items())])


def build_seen(changed: Iterable[Shown], reply: Reply | None) -> Seen:
    """Put what changed into one."""
    found = list(changed)
    return Seen(
        plain("\n".join(text for text, _ in found)),
        tuple(key for _, keys in found for key in keys),
        reply.code if reply else None,
    )


def telegram_note(club: Chats, chat: Any) -> Seen:
    """Return what the bot said last in a chat."""
    message = club.telegram.messages(chat)[-1]
    return Seen(plain(message.text), tuple(_telegram_keys(message.keyboard)))


def discord_note(club: Guild) -> Seen:
    """Return what the bot said last in the guild."""
    message = club.last()
    return Seen(plain(message.text), tuple(_discord_keys(message.buttons)))


def console_keys(reply: dict[str, Any]) -> tuple[Key, ...]:
    """Return the buttons of a reply on the socket."""
    return tuple(Key(key["label"], key["order"], key["run"]) for row in reply["buttons"] for key in row)


def _telegram_keys(keyboard: Any) -> Iterable[Key]:
    for row in keyboard:
        for button in row:
            order, run, _ = decode(button.data)
            yield Key(button.text, order, run)


def _discord_keys(buttons: Any) -> Iterable[Key]:
    for button in buttons:
        press = read_press(button.custom_id)
        assert press is not None
        yield Key(button.label, press.order, press.run)
