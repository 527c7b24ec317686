"""`streambro service`: a systemd unit for this installation, printed or installed."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.cli.exits import Exit
from bot.cli.setup import Unusable, complain, load_setup, tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

NAME: Final = "streambro.service"
SPARE_S: Final = 10
"""Between our own time limit for the end and systemd's KILL."""

UNIT: Final = """\
[Unit]
Description=StreamBro: 24/7 live streams, run from a chat
Wants=network-online.target
After=network-online.target time-sync.target

[Service]
Type=notify
ExecStart={command}
WorkingDirectory={folder}
{user}Restart=always
RestartSec=2
# FFmpegs outlive the service, its upgrade and its crash, and are taken over again.
KillMode=process
OOMPolicy=continue
WatchdogSec=60
TimeoutStopSec={stop_s}
UMask=0077
Environment=PYTHONUNBUFFERED=1

[Install]
WantedBy={target}
"""


def run(args: argparse.Namespace) -> Exit:
    """Print the unit, or install, enable and start it."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    is_root = os.geteuid() == 0
    unit = build_unit(paths.config, config.shutdown.timeout_s, user=_owner(paths.config) if is_root else None)
    if not args.install:
        sys.stdout.write(unit)
        return Exit.DONE
    if not paths.config.exists():
        complain(f"There is no {paths.config}. Make one first: streambro init")
        return Exit.USAGE
    return _install(unit, is_root=is_root)


def build_unit(config: Path, timeout_s: float, *, user: str | None) -> str:
    """Return the unit.

    Args:
        config: The configuration file, absolute.
        timeout_s: How long the service takes to end at most.
        user: Who it runs as, for the system's systemd; None: for the user's own.
    """
    words = [*_program(), "run", "--config", str(config)]
    return UNIT.format(
        command=" ".join(map(_quote, words)),
        folder=str(_home(config)).replace("%", "%%"),
        user=f"User={user}\n" if user else "",
        stop_s=round(timeout_s) + SPARE_S,
        target="multi-user.target" if user else "default.target",
    )


def _program() -> list[str]:
    """Return how we are called: by the script beside our Python, else as a module of the source tree."""
    script = Path(sys.executable).with_name("streambro")
    return [str(script)] if script.exists() else [sys.executable, "-m", "bot"]


def _home(config: Path) -> Path:
    """Return where `python -m bot` finds us: the source tree where we run from one, else the configuration's folder."""
    source = Path(__file__).resolve().parents[2]
    return source if (source / "pyproject.toml").exists() else config.parent


def _quote(word: str) -> str:
    """Return a word as systemd reads it back, systemd.service(5): specifiers, variables, quotes."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if any(c.isspace() or c in "\"';" for c in word) else word


def _owner(config: Path) -> str:
    """Return who is to run it: whoever the configuration belongs to."""
    try:
        return config.owner()
    except (OSError, KeyError):
        return getpass.getuser()


def install(unit: str, file: Path, systemctl: Sequence[str]) -> bool:
    """Write the unit, enable and start it; return whether all of that went well, what did not has been told."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(unit, encoding="utf-8")
    except OSError as error:
        complain(f"{file} can't be written: {error.strerror}")
        return False
    return all(_call([*systemctl, *words]) for words in (("daemon-reload",), ("enable", NAME), ("restart", NAME)))


def _install(unit: str, *, is_root: bool) -> Exit:
    program = shutil.which("systemctl")
    if program is None:
        complain("There is no systemctl here. Print the unit without --install, and start it your system's own way.")
        return Exit.REFUSED
    home = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    file = Path("/etc/systemd/system", NAME) if is_root else home / "systemd" / "user" / NAME
    systemctl = [program] if is_root else [program, "--user"]
    if not install(unit, file, systemctl):
        return Exit.REFUSED
    tell(f"Installed as {file}, and started. Look: {' '.join(systemctl)} status {NAME}")
    if not is_root:
        tell(f"So that it runs while you are logged out: sudo loginctl enable-linger {getpass.getuser()}")
    return Exit.DONE


def _call(command: Sequence[str]) -> bool:
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL)  # noqa: S603 - systemctl, no shell
    if done.returncode:
        complain(f"'{' '.join(command)}' failed with exit code {done.returncode}.")
    return not done.returncode
