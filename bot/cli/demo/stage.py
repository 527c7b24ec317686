"""Sets the demo's stage and clears it: folder, clips, receiver, service; what is played on it is not its."""

from __future__ import annotations

import asyncio
import shutil
import signal
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.cli.client import Client, NoService
from bot.cli.demo.clips import CLIPS, SECONDS, ClipFailed, make
from bot.cli.demo.receiver import Receiver
from bot.cli.demo.service import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bot.cli.demo.screen import Screen
    from core.ffmpeg.binary import FfmpegBinary

DESTINATION: Final = "preview"
KEY: Final = "demo-only-key"
PATIENCE_S: Final = 20.0
LOOK_S: Final = 0.1
UNTOUCHABLE: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failed(Exception):
    """Something that must work was not seen to; the text says what."""


@dataclass
class Stage:
    """What the demo is played on. `client` is renewed where the service is."""

    ffmpeg: Path
    home: Path
    screen: Screen
    receiver: Receiver
    service: Service
    client: Client

    async def order(self, line: str) -> dict[str, Any]:
        """Show an order as typed, give it, show the answer and return it.

        Raises:
            Failed: it was refused, or nobody answered.
        """
        self.screen.typed(line)
        try:
            reply = await self.client.order(line)
        except NoService:
            raise Failed(f"the service went away: {self.service.said()}") from None
        self.screen.answered(reply["text"])
        if not reply["ok"]:
            raise Failed(f"'{line}' was refused")
        return reply

    async def look(self, stream: str) -> dict[str, Any]:
        """Return a stream as the service knows it, without showing that anybody asked."""
        reply = await self.client.order(f"status {stream}")
        found: dict[str, Any] = reply["data"].get("stream") or {"state": reply["text"]}
        return found

    async def until(self, check: Callable[[], Awaitable[bool]], what: str) -> None:
        """Wait for something to be seen.

        Raises:
            Failed: it never was; `what` says what, the log what the service thinks of it.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await check():  # noqa: ASYNC110 - another process is looked at: nothing tells of it
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise Failed(f"not seen within {PATIENCE_S:g} s: {what}\n{self.service.said()}") from None

    async def until_listening(self) -> None:
        """Wait until a publisher could connect to the receiver."""

        async def listens() -> bool:
            return await asyncio.to_thread(lambda: self.receiver.listening)

        await self.until(listens, "the receiver listens")

    async def crash(self) -> None:
        """Kill the service as a crash would, and start it again.

        Raises:
            Failed: it does not come back.
        """
        await self.hang_up()
        await self.service.kill()
        self.client = await _start(self.service)

    async def hang_up(self) -> None:
        """Close the connection to the service."""
        await self.client.close()


@asynccontextmanager
async def open_stage(binary: FfmpegBinary, screen: Screen) -> AsyncIterator[Stage]:
    """Give a stage on which the destination `preview` is there and nothing runs yet; after it nothing is left.

    Raises:
        Failed: a part of it could not be set up.
    """
    async with AsyncExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="streambro-demo-"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        try:
            yield await _set_up(stack, binary.path, home, screen)
        finally:
            _be_undisturbed()


async def _set_up(stack: AsyncExitStack, ffmpeg: Path, home: Path, screen: Screen) -> Stage:
    service = Service(ffmpeg, home)
    service.folder.prepare()
    await _make_clips(ffmpeg, service.folder.media, screen)
    receiver = Receiver(ffmpeg, home)
    stack.push_async_callback(_end, asyncio.create_task(receiver.run()))
    stack.push_async_callback(service.close)
    stage = Stage(ffmpeg, home, screen, receiver, service, await _start(service))
    stack.push_async_callback(stage.hang_up)
    await stage.until_listening()
    screen.good(f"A receiver at {receiver.url}, and a service on {home}: both are gone when this ends")
    return stage


async def _make_clips(ffmpeg: Path, folder: Path, screen: Screen) -> None:
    try:
        for number, clip in enumerate(CLIPS):
            async for share in make(ffmpeg, clip, folder):
                screen.bar(f"making {clip.name}.mp4", (number + share) / len(CLIPS))
    except ClipFailed as error:
        raise Failed(f"{ffmpeg} can't make a clip: {error}") from None
    finally:
        screen.clear_bar()
    names = " and ".join(f"{clip.name}.mp4" for clip in CLIPS)
    screen.good(f"Two clips of {SECONDS} s: {names}")


async def _start(service: Service) -> Client:
    try:
        return await service.start()
    except NoService as error:
        raise Failed(f"the service did not start: {error}") from None


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _be_undisturbed() -> None:
    """Let no second Ctrl-C break off the clearing: it takes seconds, and what it ends would run on."""
    loop = asyncio.get_running_loop()
    for number in UNTOUCHABLE:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)
