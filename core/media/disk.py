"""The disk that media lie on, asked so that its death holds up nobody; what the answers mean is not its business."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from core.apart import run_apart
from core.errors import DataFolderUnusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
P = ParamSpec("P")

LOOK_S: Final = 10.0
"""How long anyone waits for an answer: a disk that has to spin up takes about as long."""

UNANSWERED_MAX: Final = 16
"""Overdue questions, each of which holds a thread: beyond it a disk is taken for dead without being asked."""


class Disk:
    """Puts questions to the disk on which a folder lies, each apart from all others.

    Args:
        root: The folder, named where there is no answer.
        within_s: How long one question may take.
    """

    def __init__(self, root: Path, within_s: float = LOOK_S) -> None:
        self._root = root
        self._within_s = within_s
        self._due_s: dict[object, float] = {}  # of the questions that are under way

    async def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `question` returns, or raise what it raises.

        Raises:
            DataFolderUnusable: silent: there was no answer in time. It may be carried out later all the same.
        """
        now_s = asyncio.get_running_loop().time()
        if sum(due_s <= now_s for due_s in list(self._due_s.values())) >= UNANSWERED_MAX:
            raise DataFolderUnusable(str(self._root), "silent")
        mark = object()
        self._due_s[mark] = now_s + self._within_s
        try:
            return await run_apart(partial(self._put, mark, partial(question, *args, **kwargs)), self._within_s)
        except TimeoutError:
            raise DataFolderUnusable(str(self._root), "silent") from None

    def _put(self, mark: object, question: Callable[[], T]) -> T:
        try:
            return question()
        finally:
            del self._due_s[mark]
