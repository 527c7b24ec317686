"""The service and its host: signals end it, systemd hears of it, its log holds no secret."""

import asyncio
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.lifecycle import Signals, keep_watchdog_quiet, notify_systemd, set_up_logging
from core.redact import Redactor
from tests.fakes.wait import eventually

SECRET = "abcd-efgh-secret-key"


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Systemd's end of the notification socket."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        yield listening


def heard(systemd: socket.socket) -> bytes | None:
    """Return what systemd was told next, None while there is nothing."""
    try:
        return systemd.recv(100)
    except BlockingIOError:
        return None


@pytest.fixture
def plain_logging() -> Iterator[None]:
    """Give the root logger back as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, root.filters[:]
    yield
    root.handlers[:], root.filters[:] = before[0], before[2]
    root.setLevel(before[1])


def test_systemd_is_told(systemd: socket.socket) -> None:
    """Systemd learns when the service is ready, so that what depends on it waits as long and no longer."""
    notify_systemd("READY=1")

    assert heard(systemd) == b"READY=1"


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Started by hand, or with systemd's socket gone, the service runs all the same."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify_systemd("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify_systemd("READY=1")


def test_a_process_without_descriptors_goes_on(systemd: socket.socket, caplog: pytest.LogCaptureFixture) -> None:
    """With no file left to open systemd is told nothing this once; what tells it of life lives on."""
    used = [os.dup(0)]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(used) + 1, limits[1]))
    try:
        with suppress(OSError):
            while True:
                used.append(os.dup(0))
        notify_systemd("WATCHDOG=1")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for descriptor in used:
            os.close(descriptor)

    assert heard(systemd) is None
    assert "systemd can't be told" in caplog.text


async def test_watchdog_hears_that_the_loop_turns(systemd: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that hangs is ended and started again by systemd, since the signs of life stop."""
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    task = asyncio.create_task(keep_watchdog_quiet(lambda: True))

    for _ in range(3):
        assert await eventually(lambda: heard(systemd), "a sign of life") == b"WATCHDOG=1"

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_watchdog_hears_nothing_of_a_stuck_engine(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A service whose engine is stuck is ended and started again by systemd, though its loop still turns."""
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    alive = True
    looks = 0

    def look() -> bool:
        nonlocal looks
        looks += 1
        return alive

    task = asyncio.create_task(keep_watchdog_quiet(look))
    assert await eventually(lambda: heard(systemd), "a sign of life") == b"WATCHDOG=1"
    alive = False
    since = looks
    while heard(systemd):
        pass
    await eventually(lambda: looks > since + 5, "many moments for a sign of life")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    assert heard(systemd) is None
    assert "by a defect" in caplog.text


@pytest.mark.parametrize("environ", [{}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"}])
async def test_no_watchdog_no_signs(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    """Where no watchdog waits for this process, none is told anything."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    await keep_watchdog_quiet(lambda: True)

    assert heard(systemd) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_first_signal_asks(number: signal.Signals) -> None:
    """TERM and Ctrl-C ask the service to settle and end; it does not fall over."""
    # R16
    signals = Signals()
    signals.listen()
    try:
        os.kill(os.getpid(), number)
        await eventually(signals.asked.is_set, "the signal")
    finally:
        loop = asyncio.get_running_loop()
        loop.remove_signal_handler(signal.SIGTERM)
        loop.remove_signal_handler(signal.SIGINT)


@pytest.mark.real
def test_second_signal_forces() -> None:
    """Whoever signals twice doesn't wait: the process ends at once, whatever it was about."""
    # R16
    program = (
        "import asyncio, os, signal\n"
        "from bot.lifecycle import Signals\n"
        "async def main():\n"
        "    signals = Signals()\n"
        "    signals.listen()\n"
        "    for _ in range(2):\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        await signals.asked.wait()\n"
        "        await asyncio.sleep(0)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], timeout=30, capture_output=True, check=False
    )

    assert done.returncode == 1
    assert b"taken over at the next start" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.usefixtures("plain_logging")
def test_log_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """No line and no traceback in the service's log shows a stream key or a token."""
    # N8
    redactor = Redactor()
    set_up_logging(redactor)
    redactor.add(SECRET)
    log = logging.getLogger("any.library")

    log.warning("pushing to %s", f"rtmp://a.test/live/{SECRET}")
    try:
        int(SECRET)
    except ValueError:
        log.exception("it broke")

    told = capsys.readouterr().err
    assert "pushing to rtmp://a.test/live/" in told
    assert "it broke" in told
    assert "Traceback" in told
    assert SECRET not in told
