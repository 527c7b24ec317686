"""`streambro demo`: the main job with nothing set up, as a tour or as a conversation; it leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.cli.demo.screen import Screen
from bot.cli.demo.stage import Failed, open_stage
from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, explain
from bot.config import ConfigError, load
from core.errors import CoreError
from core.ffmpeg.binary import load_binary

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from core.ffmpeg.binary import FfmpegBinary

OURS: Final = "STREAMBRO_FFMPEG__"
"""Of whoever's environment this is, only the choice of FFmpeg counts: a demo must not touch a real service's tokens."""

ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


def run(args: argparse.Namespace) -> Exit:  # noqa: ARG001 - every subcommand is called with them
    """Play the tour where nobody sits in front of it, else open the conversation."""
    screen = Screen(sys.stdout, os.environ)
    try:
        return asyncio.run(_run(screen, is_watched=sys.stdin.isatty() and sys.stdout.isatty()))
    except (KeyboardInterrupt, asyncio.CancelledError):
        screen.line("Broken off; nothing is left behind.")
        return Exit.REFUSED
    except CoreError as error:
        complain(explain(error))
        return Exit.REFUSED
    except Unusable as error:
        return error.code


async def _run(screen: Screen, *, is_watched: bool) -> Exit:
    binary = await _load_ffmpeg(os.environ)
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    for number in ENDING:
        loop.add_signal_handler(number, this.cancel if this else loop.stop)
    screen.title(f"StreamBro's demo, with FFmpeg {_version(binary)}")
    try:
        async with open_stage(binary, screen) as stage:
            if is_watched:
                from bot.cli.demo.talk import talk  # noqa: PLC0415 - heavy, and of no use to the tour

                return await talk(stage)
            from bot.cli.demo.tour import play  # noqa: PLC0415 - the same the other way round

            return await play(stage)
    except Failed as error:
        screen.bad(str(error))
        return Exit.REFUSED


async def _load_ffmpeg(environ: Mapping[str, str]) -> FfmpegBinary:
    chosen = {name: value for name, value in environ.items() if name.startswith(OURS)}
    try:
        config = load(Path(os.devnull), chosen, needed=False)
    except ConfigError as error:
        complain(str(error))
        raise Unusable(Exit.USAGE) from None
    return await load_binary(config.ffmpeg)


def _version(binary: FfmpegBinary) -> str:
    return ".".join(map(str, binary.version)) or f"at {binary.path}"
