"""A service that starts one process and then waits to be killed: `python -m tests.core.ffmpeg.doomed_service`.

It reads one JSON object from stdin (run_dir, shm, argv, playlist) and says `started` when the process runs.
"""

import asyncio
import json
import sys
from pathlib import Path

from core.clock import SystemClock
from core.ffmpeg.contract import RunSpec
from core.ffmpeg.runner import LocalRunner
from core.model import OutputId


async def main() -> None:
    """Start, say so, and wait for the end."""
    order = json.loads(sys.stdin.readline())
    runner = LocalRunner(Path(order["run_dir"]), SystemClock(), shm=Path(order["shm"]))
    await runner.take_over()
    await runner.start(OutputId("s1-d1"), RunSpec(tuple(order["argv"]), playlist=order["playlist"]), 7)
    sys.stdout.write("started\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
