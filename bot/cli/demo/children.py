"""The demo's own processes: out of reach of the terminal's Ctrl-C, and gone when the demo is, however it went."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Sequence
    from pathlib import Path

QUIET: Final = ("-hide_banner", "-nostdin", "-y", "-nostats", "-loglevel", "error")
PROGRESS: Final = ("-progress", "pipe:1", "-stats_period", "0.1")

NOT_PASSED_ON: Final = "STREAMBRO_"


async def spawn(command: Sequence[str | Path], *, said: int, errors: int) -> Process:
    """Start a program in a session of its own.

    Where setpriv(1) is there, the kernel ends it together with us, a `kill -9` included.

    Args:
        command: The program and its arguments.
        said: Where its output goes: a descriptor, or `asyncio.subprocess.PIPE`.
        errors: Where its complaints go.
    """
    tied = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
    return await asyncio.create_subprocess_exec(
        *tied,
        *map(str, command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=said,
        stderr=errors,
        env={name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)},
        start_new_session=True,
    )


async def end(process: Process, grace_s: float) -> None:
    """End it: TERM, and KILL where that was not enough within `grace_s`; one that is gone already is fine."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(grace_s):
            await process.wait()
    except TimeoutError:
        await kill(process)


async def kill(process: Process) -> None:
    """End it with KILL."""
    _signal(process, signal.SIGKILL)
    await process.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    """Send a signal; not by `process.send_signal`, which reaps it in front of asyncio's own watcher on Python 3.11."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
