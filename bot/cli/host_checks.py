"""Whether the host is fit for a service that runs for months: disk, memory files, clock, and who sees its processes."""

from __future__ import annotations

import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Final

from bot.cli.findings import Finding, Grade
from core.ffmpeg.records import LEAST_BYTES, SHM

MIB: Final = 1 << 20
CLOSED: Final = frozenset({"1", "2", "4", "noaccess", "invisible", "ptraceable"})
"""Values of /proc's hidepid with which others don't see a process's arguments, proc(5)."""

FIRST_PERSON: Final = 1000
LAST_PERSON: Final = 60_000
"""User ids of people, as login.defs(5) hands them out."""

ASK_CLOCK: Final = ("timedatectl", "show", "--property=NTPSynchronized", "--value")


def check_disk(folder: Path, needed_mib: float) -> Finding:
    """Look at the room where the data folder is or will be."""
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free_mib = shutil.disk_usage(there).free // MIB
    found = f"{free_mib / 1024:.1f} GiB free"
    if free_mib >= needed_mib:
        return Finding(Grade.GOOD, "disk", found)
    return Finding(
        Grade.ADVICE, "disk", found, f"Nothing is imported below {needed_mib:.0f} MiB (monitor.disk_free_mib)."
    )


def check_memory_files(folder: Path = SHM, needed_bytes: int = LEAST_BYTES) -> Finding:
    """Look at the room for files in memory, where a full disk harms no stream."""
    needed = f"{needed_bytes // MIB} MiB"
    try:
        free_bytes = shutil.disk_usage(folder).free
    except OSError:
        free_bytes = 0
    found = f"{free_bytes // MIB} MiB free in {folder}"
    if free_bytes >= needed_bytes:
        return Finding(Grade.GOOD, "memory files", found)
    todo = f"Below {needed} FFmpeg reports on the disk: once that is full, no stream can be watched."
    return Finding(Grade.ADVICE, "memory files", found, f"{todo} In Docker: --shm-size=64m")


def check_clock() -> Finding:
    """Look whether the clock is kept right: schedules go by it."""
    program = shutil.which(ASK_CLOCK[0])
    answer = ""
    if program:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            [program, *ASK_CLOCK[1:]], capture_output=True, text=True, check=False, timeout=10, stdin=subprocess.DEVNULL
        )
        answer = done.stdout.strip()
    if answer == "yes":
        return Finding(Grade.GOOD, "clock", "kept right by NTP")
    if answer == "no":
        return Finding(Grade.ADVICE, "clock", "nobody keeps it right", "Schedules go by it: timedatectl set-ntp true")
    return Finding(Grade.GOOD, "clock", "nothing here tells who keeps it right (in a container: its host does)")


def check_processes(mounts: Path = Path("/proc/mounts")) -> Finding:
    """Look whether other users of this host could read stream keys in the process list.

    FFmpeg takes the key as an argument only; it stands in no log, but the list shows arguments.
    """
    if _is_closed(mounts.read_text(encoding="utf-8", errors="replace")):
        return Finding(Grade.GOOD, "process list", "others on this host can't see stream keys in it")
    others = [user.pw_name for user in pwd.getpwall() if FIRST_PERSON <= user.pw_uid < LAST_PERSON]
    found = "every user and every service on this host can see the stream keys of what runs in it"
    if others:
        found += f" ({', '.join(others[:3])}{', …' if len(others) > 3 else ''})"  # noqa: PLR2004 - three names are enough
    todo = (
        "Hide it: mount -o remount,hidepid=invisible /proc (for good: in /etc/fstab), and give StreamBro its own user."
    )
    return Finding(Grade.ADVICE, "process list", found, todo)


def _is_closed(mounts: str) -> bool:
    """Return whether the last /proc that was mounted hides processes of others."""
    options = [fields[3].split(",") for line in mounts.splitlines() if (fields := line.split())[1:2] == ["/proc"]]
    return bool(options) and any(
        option.removeprefix("hidepid=") in CLOSED for option in options[-1] if "hidepid=" in option
    )
