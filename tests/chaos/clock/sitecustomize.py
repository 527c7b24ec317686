"""Read by Python at its start where it is on PYTHONPATH: the wall clock then follows the offset in a file."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import time_machine

FILE: Final = Path(os.environ["CHAOS_CLOCK"])
POLL_S: Final = 0.1


def _follow() -> None:
    """Step the wall clock whenever the file says another offset in seconds; the monotonic clock goes on."""
    offset_s, travel = 0.0, None
    while True:
        wanted_s = float(FILE.read_text() or offset_s)
        if wanted_s != offset_s:
            if travel is not None:
                travel.stop()
            travel = time_machine.travel(datetime.now(UTC) + timedelta(seconds=wanted_s), tick=True)
            travel.start()
            offset_s = wanted_s
        time.sleep(POLL_S)


if Path(FILE).is_file():
    threading.Thread(target=_follow, daemon=True).start()
