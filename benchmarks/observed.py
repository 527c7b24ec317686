"""The service as it is, in a process that tells on SIGUSR1 what it holds; `OBSERVED` names the file to write."""

import asyncio
import ctypes
import gc
import heapq
import json
import os
import signal
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from bot.__main__ import main

TELL = signal.SIGUSR1
TARGET = "OBSERVED"


def tell(target: Path, loop: asyncio.AbstractEventLoop) -> None:
    """Write down what there is, after all that is garbage has gone."""
    forget_cancelled(vars(loop))
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was freed is no memory that is held
    kinds = Counter(type(thing).__name__ for thing in gc.get_objects())
    found = {
        "tasks": len(asyncio.all_tasks()),
        "threads": threading.active_count(),
        "blocks": sys.getallocatedblocks(),
        "kinds": kinds,
    }
    half = target.with_suffix(".half")
    half.write_text(json.dumps(found))
    half.rename(target)


def forget_cancelled(loop: dict[str, Any]) -> None:
    """Throw away timers that were cancelled: the loop keeps up to a hundred, with all that they hold, until later."""
    timers = loop["_scheduled"]
    timers[:] = [timer for timer in timers if not timer.cancelled()]
    heapq.heapify(timers)
    loop["_timer_cancelled_count"] = 0


def observe() -> int:
    """Run the service."""
    target = Path(os.environ[TARGET])

    def ask(*_: object) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon_threadsafe(tell, target, loop)

    signal.signal(TELL, ask)
    return main()


if __name__ == "__main__":
    sys.exit(observe())
