"""The service's relation to its host: signals, systemd, logging; it knows nothing of streams."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.redact import Redactor

log = logging.getLogger(__name__)

FORCED_EXIT: Final = 1
QUIET: Final = ("httpx", "httpcore", "apscheduler", "discord", "telegram", "asyncio")
"""Libraries whose every request or tick would stand in the log."""


def set_up_logging(redactor: Redactor) -> None:
    """Log to stderr, every line and traceback without secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    redactor.install(root)


class Signals:
    """TERM and INT: the first asks for the end, the second forces it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def listen(self) -> None:
        """Take over both signals on the running loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._take, number)

    def _take(self, number: signal.Signals) -> None:
        if self.asked.is_set():
            log.warning(
                "%s again: ending at once; FFmpegs that still run are taken over at the next start", number.name
            )
            logging.shutdown()
            os._exit(FORCED_EXIT)
        log.info("%s: stopping", number.name)
        self.asked.set()


SYSTEMD_S: Final = 1.0
"""So long a systemd that is too busy to listen may hold up the loop; it is told the next time."""


def notify_systemd(state: str) -> None:
    """Tell systemd, where it started us and asks to be told (`READY=1`, `STOPPING=1`); elsewhere do nothing."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notifier:
            notifier.settimeout(SYSTEMD_S)
            notifier.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
    except OSError as error:
        log.warning("systemd can't be told %s: %s", state, error)


async def keep_watchdog_quiet(is_alive: Callable[[], bool]) -> None:
    """Tell systemd's watchdog, where one waits for us, twice within its time that our loop turns and we are alive.

    Not alive, it is told nothing more until that passes: systemd ends us and starts us anew, and the streams go on
    meanwhile.
    """
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    if not limit_us.isdigit() or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return
    said = True
    while True:
        alive = is_alive()
        if alive:
            notify_systemd("WATCHDOG=1")
        elif said:
            log.error("the streams are not watched any more, by a defect: systemd is to start the service anew")
        said = alive
        await asyncio.sleep(int(limit_us) / 2e6)
