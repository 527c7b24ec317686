"""Fetches and unpacks Debian packages into a folder; it never installs and never needs root."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache"


class NotFetchedError(Exception):
    """A Debian package could not be had here; the text says what apt said."""


def unpack(packages: list[str], into: Path) -> None:
    """Download `packages` (not what they depend on) and lay their files under `into`, all at once or not at all.

    Uses the machine's package lists, and lists of our own under `.cache/` where those are missing or too old.

    Raises:
        NotFetchedError: no apt here, no network, or no such package.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NotFetchedError("this is not Debian (apt-get and dpkg are missing)")
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix="fetch-") as scratch:
        downloads, root = Path(scratch, "debs"), Path(scratch, "root")
        downloads.mkdir()
        root.mkdir()
        _download(packages, downloads)
        for package in downloads.glob("*.deb"):
            _run(["dpkg", "-x", str(package), str(root)], downloads)
        if into.exists():
            shutil.rmtree(into)
        root.rename(into)


def _download(packages: list[str], into: Path) -> None:
    try:
        _run([*_apt(), "download", *packages], into)
    except NotFetchedError:
        own_lists = _apt("-o", f"Dir::State::Lists={_folder('lists')}", "-o", f"Dir::Cache={_folder('cache')}")
        _run([*own_lists, "update"], into)
        _run([*own_lists, "download", *packages], into)


def _apt(*options: str) -> list[str]:
    # As root apt would fetch as a user who may not write here, and warn; what it fetches is signed either way.
    return ["apt-get", "-q", "-o", "APT::Sandbox::User=root", *options]


def _folder(name: str) -> Path:
    folder = CACHE / "apt" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(  # noqa: S603  # fixed programs, our own package names, no shell
        command, cwd=folder, env={**os.environ, "LC_ALL": "C"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotFetchedError(f"{' '.join(command)}: {(done.stderr or done.stdout).strip()}")
