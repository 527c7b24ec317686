"""Puts the files of a reply where whoever sits at the terminal finds them; it overwrites nothing."""

from __future__ import annotations

import base64
import os
import re
import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def save_files(files: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Save them in `folder` or, where nothing can be written there, in a new temporary one; return where they are.

    Raises:
        OSError: there is no room anywhere.
    """
    if not files:
        return []
    if not os.access(folder, os.W_OK | os.X_OK):
        folder = Path(tempfile.mkdtemp(prefix="streambro-"))
    return [_save(base64.b64decode(file["base64"]), folder, _clean(str(file["name"]))) for file in files]


def _clean(name: str) -> str:
    """Return a name that stays in its folder and needs no quotes in a shell."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).lstrip(".-")[:100] or "file"


def _save(data: bytes, folder: Path, name: str) -> Path:
    for path in _candidates(folder, name):
        try:
            with path.open("xb") as file:
                file.write(data)
        except FileExistsError:
            continue
        return path
    raise AssertionError  # there is always another number


def _candidates(folder: Path, name: str) -> Iterator[Path]:
    stem, dot, ending = name.rpartition(".")
    yield folder / name
    for number in count(2):
        yield folder / (f"{stem}-{number}{dot}{ending}" if stem else f"{name}-{number}")
