"""A user without root's rights and a folder of his own, for what root may always do; needs root to become one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65_534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Run as a user without rights; who is one already stays who he is."""
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(uid)


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o700)


def give_to_nobody(path: Path) -> None:
    """Make a file or folder his; without root's rights it is that of whoever runs the test."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
