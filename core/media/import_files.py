"""Imports under way and their half files: what those are called, how much has come, and what a crash left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from core.media.import_view import ImportView

PREFIX: Final = ".import-"
SUFFIX: Final = ".part"


@dataclass(slots=True, eq=False)
class UnderWay:
    """An import until its end. `given`: the name that was asked for, ending or not; `heard`: the other side spoke."""

    view: ImportView
    part: Path
    given: str | None
    heard: asyncio.Event
    task: asyncio.Task[None] | None = None
    began_s: float = 0.0


def name_part(folder: Path, number: int) -> Path:
    """Return where an import's file lies until it is whole: beside its place, seen by nobody."""
    return folder / f"{PREFIX}{number}{SUFFIX}"


def find_size(path: Path) -> int:
    """Return how much has come; 0 before anything has."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def sweep(root: Path) -> None:
    """Remove the half files of all spaces; only while no import runs."""
    pattern = f"{PREFIX}*{SUFFIX}"
    for left in (*root.glob(pattern), *root.glob(f"*/{pattern}")):
        if left.is_file() and not left.is_symlink():
            left.unlink(missing_ok=True)
