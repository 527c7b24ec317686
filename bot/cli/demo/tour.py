"""The demo's tour: the main job in fixed steps, each seen to work at the receiver or not counted as working."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from bot.cli.client import NoService
from bot.cli.demo.clips import CLIPS
from bot.cli.demo.picture import count_colours, read_pixels
from bot.cli.demo.stage import DESTINATION, KEY, LOOK_S, Failed
from bot.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.cli.demo.stage import Stage

FIRST: Final = CLIPS[0].name
SECOND: Final = CLIPS[1].name
PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff")
"""How a PNG and a JPEG begin."""

ENOUGH_S: Final = 0.5
"""Of picture at the receiver: more than what a connection that broke at once has left in buffers."""

ENOUGH_COLOURS: Final = 16
"""A picture with fewer is no frame of our clips."""

SCHEDULED: Final = "3s"


async def play(stage: Stage) -> Exit:
    """Play every step.

    Raises:
        Failed: a step was not seen to work.
    """
    began_s = time.monotonic()
    overhearing = asyncio.create_task(_overhear(stage))
    try:
        for title, step in STEPS:
            stage.screen.title(title)
            await step(stage)
    finally:
        overhearing.cancel()
    took_s = time.monotonic() - began_s
    stage.screen.title(f"All {len(STEPS)} steps were seen to work, in {took_s:.0f} s.")
    return Exit.DONE


async def _overhear(stage: Stage) -> None:
    """Show what the service says unasked: its alerts."""
    while True:
        client = stage.client
        with suppress(NoService):
            await client.watch()
            async for pushed in client.pushes():
                stage.screen.answered(pushed["reply"]["text"])
        while stage.client is client:  # noqa: ASYNC110 - the service was killed: a new connection comes with a new one
            await asyncio.sleep(LOOK_S)


async def _start(stage: Stage) -> None:
    stage.screen.typed(f"adddestination {DESTINATION} {stage.receiver.url} ***")
    reply = await stage.client.order(f"adddestination {DESTINATION} {stage.receiver.url} {KEY}")
    stage.screen.answered(reply["text"])
    await _go_live(stage, FIRST)


async def _status(stage: Stage) -> None:
    reply = await stage.order(f"status {FIRST}")
    if reply["data"]["stream"]["state"] != "live":
        raise Failed(f"{FIRST} is live, and its card says so")


async def _snapshot(stage: Stage) -> None:
    reply = await stage.order(f"snapshot {FIRST}")
    if not any(base64.b64decode(file["base64"]).startswith(PICTURES) for file in reply["files"]):
        raise Failed("the answer holds a picture")
    rows = await read_pixels(stage.ffmpeg, stage.receiver.picture)
    colours = count_colours(rows)
    if colours < ENOUGH_COLOURS:
        raise Failed(f"the receiver's newest picture shows something: {colours} colours")
    if drawn := stage.screen.draw(rows):
        stage.screen.answered(drawn)
    size = stage.receiver.picture.stat().st_size
    stage.screen.good(f"The receiver's newest picture: {size / 1000:.0f} kB, and not a black one")


async def _kill_ffmpeg(stage: Stage) -> None:
    pid, publishers = _find_ffmpeg(stage), stage.receiver.publishers
    stage.screen.shell(f"kill -9 {pid}")
    killed_s = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    await stage.until(lambda: _arrives(stage, publishers + 1), "the receiver gets the stream again")
    back_s = time.monotonic() - killed_s
    await _until_live(stage, FIRST)
    await stage.order(f"status {FIRST}")
    stage.screen.good(f"Back by itself: process {_find_ffmpeg(stage)}, at the receiver {back_s:.1f} s after the kill")


async def _kill_service(stage: Stage) -> None:
    pid, publishers, received_s = _find_ffmpeg(stage), stage.receiver.publishers, stage.receiver.received_s
    stage.screen.shell("kill -9 $(pidof streambro); streambro run")
    await stage.crash()
    await _until_live(stage, FIRST)
    await stage.until(lambda: _arrives(stage, publishers, received_s + ENOUGH_S), "the receiver gets more of it")
    await stage.order("streams")
    if (_find_ffmpeg(stage), stage.receiver.publishers) != (pid, publishers):
        raise Failed(f"FFmpeg {pid} went on by itself and was taken over")
    stage.screen.good(f"Taken over: still process {pid}, still one unbroken publication at the receiver")


async def _scheduled_stop(stage: Stage) -> None:
    await stage.order(f"change {FIRST} for={SCHEDULED}")
    await _until_gone(stage, FIRST)
    await stage.order(f"status {FIRST}")
    stage.screen.good("Stopped as planned")


async def _stop(stage: Stage) -> None:
    await _go_live(stage, SECOND)
    stopped_s = time.monotonic()
    await stage.order(f"stop {SECOND}")
    await _until_gone(stage, SECOND)
    stage.screen.good(f"Gone from the receiver {time.monotonic() - stopped_s:.1f} s after the order; no FFmpeg is left")


async def _go_live(stage: Stage, clip: str) -> None:
    await stage.until_listening()
    publishers, asked_s = stage.receiver.publishers, time.monotonic()
    await stage.order(f"startstream {clip} {DESTINATION}")
    await stage.until(lambda: _arrives(stage, publishers + 1), f"the receiver gets {clip}")
    arrived_s = time.monotonic() - asked_s
    await _until_live(stage, clip)
    stage.screen.good(f"Live: {clip} is at the receiver, its first {ENOUGH_S:g} s {arrived_s:.1f} s after the order")


async def _arrives(stage: Stage, publishers: int, received_s: float = ENOUGH_S) -> bool:
    receiver = stage.receiver
    return receiver.publishers >= publishers and receiver.received_s >= received_s


async def _until_live(stage: Stage, stream: str) -> None:
    async def is_live() -> bool:
        return bool((await stage.look(stream))["state"] == "live")

    await stage.until(is_live, f"the service calls {stream} live")


async def _until_gone(stage: Stage, stream: str) -> None:
    async def is_gone() -> bool:
        has_ended = (await stage.look(stream))["state"] == "stopped"
        return has_ended and stage.service.find_ffmpeg() is None

    await stage.until(is_gone, f"{stream} has stopped, and its FFmpeg is gone")
    await stage.until_listening()


def _find_ffmpeg(stage: Stage) -> int:
    pid = stage.service.find_ffmpeg()
    if pid is None:
        raise Failed("an FFmpeg plays the stream")
    return pid


STEPS: Final[tuple[tuple[str, Callable[[Stage], Awaitable[None]]], ...]] = (
    ("A destination, and a stream", _start),
    ("How is it?", _status),
    ("What is on air?", _snapshot),
    ("FFmpeg is killed", _kill_ffmpeg),
    ("The service is killed", _kill_service),
    ("A planned end", _scheduled_stop),
    ("Another stream, and its stop", _stop),
)
