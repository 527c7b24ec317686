"""Knows FFmpeg processes by identity, spawns and signals them; it keeps no files and decides nothing about streams."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import FfmpegUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

RUN_MARK: Final = "STREAMBRO_RUN"
"""In a process's environment: the nonce of its run record."""

DATA_MARK: Final = "STREAMBRO_DATA"
"""In a process's environment: the digest of the data folder that it was started for."""

PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
CLOCK_TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")

# Everything else stays out: tokens in STREAMBRO_* variables, and FFREPORT, which writes the key into a file.
_INHERITED: Final = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_RUNTIME_DIR")
_INHERITED_PREFIXES: Final = ("LIBVA_", "CUDA_", "NVIDIA_")

_UNUSABLE: Final[Mapping[type[OSError], str]] = {FileNotFoundError: "missing", PermissionError: "not_executable"}


@dataclass(frozen=True, slots=True)
class Stat:
    """What /proc/PID/stat says: state letter, start time in ticks since boot, CPU time used, memory mapped (RSS)."""

    state: str
    start_ticks: int
    cpu_s: float
    mapped_bytes: int

    @property
    def alive(self) -> bool:
        """Whether it can still do anything: neither a zombie nor dead."""
        return self.state not in "ZXx"


def read_boot_id() -> str:
    """Return what differs after every boot of the machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def read_stat(pid: int) -> Stat | None:
    """Return a process's stat, None where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes().decode("ascii", "replace")
    except OSError:
        return None
    # The name in parentheses may hold anything, parentheses and spaces too.
    fields = text.rpartition(")")[2].split()
    cpu_s = (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S
    return Stat(fields[0], int(fields[19]), cpu_s, int(fields[21]) * PAGE_BYTES)


def age_of(start_ticks: int) -> float:
    """Return for how many seconds a process that started at that tick runs; the wall clock has no part in it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start_ticks / CLOCK_TICKS_PER_S


def read_environment(pid: int) -> dict[str, str]:
    """Return the environment that a process was started with; empty where it is gone or not ours to look at."""
    try:
        pairs = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return {}
    return {name: value for name, _, value in (os.fsdecode(pair).partition("=") for pair in pairs)}


def find_marked() -> Iterator[tuple[int, dict[str, str]]]:
    """Yield pid and environment of every living process that bears a run mark, whoever's it is."""
    for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of Path objects for nothing
        if not name.isdigit():
            continue
        environment = read_environment(int(name))
        stat = read_stat(int(name)) if RUN_MARK in environment else None
        if stat is not None and stat.alive:
            yield int(name), environment


def open_if_same(pid: int, start_ticks: int, nonce: str) -> int | None:
    """Return a pidfd if the process is still the one that was recorded, else None.

    The pidfd comes first: from then on the pid can't become another process's unnoticed.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except OSError:
        return None
    stat = read_stat(pid)
    same = stat is not None and stat.start_ticks == start_ticks and stat.alive
    if same and read_environment(pid).get(RUN_MARK) == nonce and not has_exited(pidfd):
        return pidfd
    os.close(pidfd)
    return None


def build_environment(base: Mapping[str, str], nonce: str, data_digest: str) -> dict[str, str]:
    """Return the environment for an FFmpeg: the little it needs of ours, and the marks to find it by."""
    kept = {name: value for name, value in base.items() if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)}
    return {**kept, "LC_ALL": "C", RUN_MARK: nonce, DATA_MARK: data_digest}


def spawn(argv: Sequence[str], environment: Mapping[str, str], stdout: int, stderr: int) -> int:
    """Start a process in a session of its own, which outlives us, and return its pid.

    Ignored signals stay ignored, so that a limit on file sizes does not kill it. It must be reaped through its pidfd.

    Raises:
        FfmpegUnusable: It is missing or can't be executed.
        OSError: No process could be made.
    """
    try:
        child = subprocess.Popen(  # noqa: S603 - argv comes from command.py, and there is no shell
            argv,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            cwd="/",
            start_new_session=True,
            restore_signals=False,
            umask=0o077,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise FfmpegUnusable(argv[0], _UNUSABLE[type(error)]) from None
    # It is reaped once, by `reap`: without this Popen would warn of it, keep it and wait for it as well.
    child.returncode = 0
    return child.pid


def has_exited(pidfd: int) -> bool:
    """Tell whether the process behind a pidfd is gone or a zombie."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    return bool(poll.poll(0))


def reap(pid: int, pidfd: int) -> int | None:
    """Take an exited process's status: its exit code, negative for a signal; None where it is not our child.

    What else it started goes with it: until it is reaped, its group's number can't be given to others.
    """
    try:
        if os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        _signal_group(pid, signal.SIGKILL)
        status = os.waitid(os.P_PIDFD, pidfd, os.WEXITED | os.WNOHANG)
    except ChildProcessError:
        return None
    if status is None:
        return None
    return status.si_status if status.si_code == os.CLD_EXITED else -status.si_status


def send_term(pid: int, pidfd: int) -> None:
    """Ask it and its group to end; CONT along with it, since a process that is stopped can't answer."""
    for number in (signal.SIGTERM, signal.SIGCONT):
        _signal_running(pid, pidfd, number)


def kill_group(pid: int, pidfd: int) -> None:
    """End it and all that it started, at once."""
    _signal_running(pid, pidfd, signal.SIGKILL)


def leads_group(pid: int) -> bool:
    """Whether the process is one that `spawn` started, not one that such a process started in turn."""
    try:
        return os.getpgid(pid) == pid
    except ProcessLookupError:
        return False


def _signal_running(pid: int, pidfd: int, number: signal.Signals) -> None:
    # One that was taken over may have been reaped by init, and its number given to others: so look first.
    if has_exited(pidfd):
        return
    # Never both: FFmpeg takes a second TERM as the order to drop everything.
    if leads_group(pid):
        _signal_group(pid, number)
    else:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(pidfd, number)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def end_processes(found: Mapping[int, int], grace_s: float) -> None:
    """End processes (pidfd by pid) and return when they are gone, or 5 s after the KILL: blocks, so not on the loop.

    TERM, TERM again at 3/5 of `grace_s`, KILL to their groups at `grace_s`.
    """
    left = dict(found)
    for share in (0.6, 0.4):
        for pid, pidfd in left.items():
            send_term(pid, pidfd)
        left = _wait(left, grace_s * share)
    for pid, pidfd in left.items():
        kill_group(pid, pidfd)
    _wait(left, AFTER_KILL_S)


AFTER_KILL_S: Final = 5.0
"""How long a killed process is waited for: only one in uninterruptible sleep takes longer than milliseconds."""


def _wait(found: Mapping[int, int], within_s: float) -> dict[int, int]:
    deadline = time.monotonic() + within_s
    left = dict(found)
    while left:
        left = {pid: pidfd for pid, pidfd in left.items() if not has_exited(pidfd)}
        if not left or time.monotonic() >= deadline:
            break
        poll = select.poll()
        for pidfd in left.values():
            poll.register(pidfd, select.POLLIN)
        poll.poll(max(0.0, deadline - time.monotonic()) * 1000)
    for pid in found.keys() - left.keys():
        reap(pid, found[pid])
    return left
