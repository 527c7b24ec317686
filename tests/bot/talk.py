"""People who talk to the bot: what they type and press, and what they are answered, as plain text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from bot.access import Access
from bot.auth import Auth
from bot.channel import ChatRef
from bot.codes import Guesses
from bot.commands import COMMANDS
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.pending import Pending
from bot.reply import Code, Fields, Picture, Table, Text
from bot.spec import Invocation
from bot.strangers import Strangers
from core.model import MAIN_SPACE, SpaceName
from core.people import Role
from tests.fakes.engine import FakeEngine

if TYPE_CHECKING:
    from bot.channel import Channel
    from bot.reply import Block, Button, Reply
    from core.engine import Engine
    from core.store import Store
    from tests.fakes.clock import FakeClock

CLUB = SpaceName("club")
CLUB_CHAT = "-100"
PLACES = {("telegram", CLUB_CHAT): CLUB, ("discord", "500"): CLUB}
KEY = "abcd-efgh-ijkl-mnop"


def block_text(block: Block) -> str:
    """Return what a block shows."""
    match block:
        case Text(text=text) | Code(text=text) | Picture(caption=text):
            return text
        case Fields(rows=rows):
            return "\n".join(f"{name}: {value}" for name, value in rows)
        case Table(rows=rows):
            return "\n".join(" ".join(row) for row in rows)
        case _:
            return ""


def text_of(reply: Reply | None) -> str:
    """Return all that a reply says."""
    assert reply is not None
    return "\n".join(block_text(block) for block in reply.blocks)


def buttons_of(reply: Reply | None) -> list[Button]:
    """Return all buttons of a reply."""
    assert reply is not None
    return [button for row in reply.buttons for button in row]


def labels_of(reply: Reply | None) -> list[str]:
    """Return the labels of all buttons."""
    return [button.label for button in buttons_of(reply)]


class Talker:
    """One person in one chat."""

    def __init__(self, bot: Bot, invocation: Invocation) -> None:
        self.bot = bot
        self.invocation = invocation

    async def says(self, text: str, **more: Any) -> Reply | None:
        """Type something."""
        return await self.bot.dispatcher.answer(replace(self.invocation, text=text, **more))

    async def told(self, text: str, **more: Any) -> str:
        """Type something and return what the answer says."""
        return text_of(await self.says(text, **more))

    async def presses(self, reply: Reply | None, label: str) -> Reply | None:
        """Press a button of a reply."""
        button = next(button for button in buttons_of(reply) if button.label == label)
        return await self.says(button.order, pressed=True, bound_run=button.run)

    async def chooses(self, command: str, **args: str) -> Reply | None:
        """Give a command with options, as Discord does."""
        return await self.bot.dispatcher.answer(replace(self.invocation, command=command, args=args))

    async def completes(self, command: str, param: str, typed: str = "", **args: str) -> list[str]:
        """Return the labels that are suggested."""
        invocation = replace(self.invocation, command=command, args=args)
        return [label for label, _ in await self.bot.dispatcher.complete(invocation, param, typed)]


class Bot:
    """A dispatcher with all that it needs."""

    def __init__(self, store: Store, clock: FakeClock, engine: FakeEngine | None = None) -> None:
        self.store = store
        self.clock = clock
        self.engine = engine or FakeEngine(store, clock)
        self.looked_again: list[ChatRef] = []
        self.channels: dict[str, Channel] = {}
        self.services = Services(
            commands=COMMANDS,
            pending=Pending(clock),
            guesses=Guesses(clock),
            strangers=Strangers(clock),
            admins={"telegram": frozenset({"1"})},
            channels=self.channels,
            places=dict(PLACES),
            look_again=self.looked_again.append,
        )
        self.access = Access(
            places=PLACES,
            admins=self.services.admins,
        )
        self.dispatcher = Dispatcher(cast("Engine", self.engine), Auth(store.people, self.access), self.services, clock)

    async def furnish(self) -> None:
        """Put people, files and destinations there."""
        for platform_id, name, role in (
            ("2", "Vera", Role.VIEWER),
            ("3", "Otto", Role.OPERATOR),
            ("4", "Ada", Role.ADMIN),
        ):
            person = await self.store.people.person("telegram", platform_id, name)
            await self.store.people.grant(person.id, MAIN_SPACE, role)
        for name in ("lofi.mp4", "ngaji-subuh.mp4"):
            self.engine.library.put(name, MAIN_SPACE)
        await self.engine.destinations.add(MAIN_SPACE, "youtube", "youtube", "key-of-youtube")
        await self.engine.destinations.add(MAIN_SPACE, "twitch", "twitch", "key-of-twitch")

    def _person(self, platform_id: str, name: str, **more: Any) -> Talker:
        chat = ChatRef("telegram", str(more.pop("chat", platform_id)))
        return Talker(self, Invocation("telegram", platform_id, name, chat, **more))

    @property
    def viewer(self) -> Talker:
        """Vera, viewer, in private."""
        return self._person("2", "Vera")

    @property
    def operator(self) -> Talker:
        """Otto, operator, in private."""
        return self._person("3", "Otto")

    @property
    def admin(self) -> Talker:
        """Ada, admin, in private."""
        return self._person("4", "Ada")

    @property
    def boss(self) -> Talker:
        """The configured admin, in private."""
        return self._person("1", "Rina")

    @property
    def stranger(self) -> Talker:
        """Somebody unknown, in private."""
        return self._person("777", "Mallory")

    @property
    def console(self) -> Talker:
        """Whoever owns the socket."""
        chat = ChatRef("console", "local")
        return Talker(self, Invocation("console", "local", "console", chat, asks=False))

    def in_group(self, talker: Talker, chat: str = "-55") -> Talker:
        """The same person where others read along."""
        place = ChatRef(talker.invocation.platform, chat)
        return Talker(self, replace(talker.invocation, chat=place, private_chat=False))

    def in_guild(self, person: str, guild: str, *roles: str) -> Talker:
        """Somebody on Discord."""
        chat = ChatRef("discord", "900")
        invocation = Invocation(
            "discord", person, f"d{person}", chat, private_chat=False, guild=guild, platform_roles=roles
        )
        return Talker(self, invocation)
