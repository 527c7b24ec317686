"""What a test holds of the platform: the people in it, what they do and see, and what goes wrong."""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from tests.fakes.telegram_api.crowd import Crowd
from tests.fakes.telegram_api.faults import EVERY, Fault
from tests.fakes.telegram_api.limits import LOCAL_SERVER, FloodLimits, Limits
from tests.fakes.telegram_api.model import User
from tests.fakes.telegram_api.server import HOST, Server
from tests.fakes.telegram_api.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fakes.telegram_api.model import Chat, Message, Press
    from tests.fakes.telegram_api.server import Call, Refusal

BOT_ID: Final = 4_200_000_001
GENEROUS_S: Final = 60.0
TOKEN: Final = f"{BOT_ID}:AAF-this_is_no_real_token_012345678"
STANDARD_FLOOD: Final = FloodLimits()
Found = TypeVar("Found")


class FakeTelegram(Crowd):
    """A platform with one bot on it, for `Application.builder().base_url(f"{url}/bot")` and `/file/bot`.

    Args:
        clock: Unix time in seconds; it drives dates, rate windows and the life of updates and button presses.
        limits: What a request may hold.
        flood: How fast the bot may send; None: as fast as it likes.
        privacy: Whether the bot has privacy mode, as every bot has at first.
        local_dir: Behave as a Bot API server of one's own, run with `--local`, that keeps its files there.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        flood: FloodLimits | None = STANDARD_FLOOD,
        privacy: bool = True,
        token: str = TOKEN,
        username: str = "streambro_bot",
        local_dir: Path | None = None,
    ) -> None:
        self.token = token
        self.me = User(int(token.partition(":")[0]), "StreamBro", username, None, is_bot=True)
        limits = limits or (Limits() if local_dir is None else LOCAL_SERVER)
        super().__init__(World(self.me, clock, limits, flood, privacy=privacy))
        self._server = Server(self.world, token, local_dir)

    async def start(self) -> None:
        """Listen on a free loopback port."""
        await self._server.open()

    async def stop(self) -> None:
        """Close everything, whatever hangs included."""
        await self._server.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return f"http://{HOST}:{self._server.port}"

    @property
    def refused(self) -> list[Refusal]:
        """Every request that was refused for what it was; empty where the bot keeps to all rules."""
        return self._server.refused

    def calls(self, method: str = "") -> list[Call]:
        """Return all requests that bore the right token, or those of one method."""
        return [call for call in self._server.calls if method in {"", call.method}]

    def messages(self, chat: Chat) -> list[Message]:
        """Return what the bot sent into a chat, oldest first, as it stands now, deleted ones too."""
        return [message for message in chat.messages.values() if message.sender is self.me]

    def history(self, chat: Chat) -> list[Message]:
        """Return what is in a chat, whoever wrote it, without what was deleted."""
        return [message for message in chat.messages.values() if not message.deleted]

    def menu(self, user: User, chat: Chat) -> list[str]:
        """Return the names of the commands that a person is offered in a chat."""
        return [command["command"] for command in self.world.menus.seen_by(user, chat)]

    def unanswered(self) -> list[Press]:
        """Return the presses that the bot has not answered."""
        return [press for press in self.world.presses.values() if press.answer is None]

    @property
    def is_polled(self) -> bool:
        """Whether the bot waits for updates now."""
        return self.world.updates.is_polled

    @property
    def pending(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed."""
        return self.world.updates.pending

    async def wait_until(self, find: Callable[[], Found], timeout_s: float = GENEROUS_S, what: str = "") -> Found:
        """Return the first truthy result of `find`, which is asked again after everything that happens.

        Raises:
            AssertionError: `timeout_s` of real time have passed.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := find()):
                    await self.world.wait_change()
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what or find}; refused: {self.refused}") from None
        return found

    async def wait_message(
        self, chat: Chat, wanted: str | Callable[[Message], object], timeout_s: float = GENEROUS_S
    ) -> Message:
        """Return the newest message of the bot that has `wanted` in its text, or for which it holds.

        Raises:
            AssertionError: None came, and none became it by an edit.
        """
        holds = wanted if callable(wanted) else lambda message: wanted in message.text

        def find() -> Message | None:
            fitting = (it for it in reversed(self.messages(chat)) if not it.deleted and holds(it))
            return next(fitting, None)

        try:
            found = await self.wait_until(find, timeout_s, repr(wanted))
        except AssertionError as error:
            there = [message.text for message in self.messages(chat)]
            raise AssertionError(f"{error}; the bot said {there}") from None
        assert found is not None
        return found

    async def wait_answered(self, press: Press, timeout_s: float = GENEROUS_S) -> str:
        """Return what the bot answered to a press, "" where it said nothing."""
        answer = await self.wait_until(lambda: press.answer, timeout_s, f"an answer to {press.data!r}")
        assert answer is not None
        return answer.text

    # What goes wrong

    def fail(
        self,
        method: str = EVERY,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        times: int | None = 1,
        *,
        description: str | None = None,
        retry_after_s: int | None = None,
        carried_out: bool = False,
    ) -> None:
        """Answer the next requests of a method (`file`: downloads) with this status.

        Args:
            times: How many; None: until `come_back`.
            carried_out: They take effect, and only the answer says that they failed.
        """
        text = HTTPStatus(status).phrase if description is None else description
        fault = Fault("fail", method, times, carried_out, status, text, retry_after_s)
        self._server.faults.add(fault)

    def hang(self, method: str = EVERY, times: int | None = None, *, carried_out: bool = False) -> None:
        """Take requests and never answer them, until `come_back`."""
        self._server.faults.add(Fault("hang", method, times, carried_out))

    def drop(self, method: str = EVERY, times: int | None = None, *, carried_out: bool = False) -> None:
        """Reset the connection instead of answering; with `carried_out` after the request took effect."""
        self._server.faults.add(Fault("drop", method, times, carried_out))

    async def go_away(self) -> None:
        """Reset all connections and refuse new ones; people go on writing."""
        await self._server.shut()

    async def come_back(self) -> None:
        """Undo everything that goes wrong."""
        self._server.faults.heal()
        await self._server.open()
