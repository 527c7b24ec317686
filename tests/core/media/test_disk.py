"""A media disk that has died holds up nobody who wants something else."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from core.errors import DataFolderUnusable, SourceUnreadable
from core.media.disk import UNANSWERED_MAX, Disk
from core.media.library import Library
from core.model import MAIN_SPACE
from core.store import Store
from tests.core.media.conftest import PROBE, PlayedProber


class Dead:
    """A question that nobody answers until the disk is back."""

    def __init__(self) -> None:
        self.back = threading.Event()
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        self.back.wait()
        return "late"


@pytest.fixture
def dead() -> Iterator[Dead]:
    """A disk's silence, over at the test's end."""
    silence = Dead()
    yield silence
    silence.back.set()


async def test_who_asks_a_dead_disk_is_told_so(dead: Dead) -> None:
    """The folder whose disk says nothing is named, so that somebody can look after it."""
    with pytest.raises(DataFolderUnusable) as refusal:
        await Disk(Path("/srv/media"), 0.01).ask(dead)

    assert (refusal.value.reason, refusal.value.path) == ("silent", "/srv/media")


async def test_a_dead_disk_takes_few_threads(dead: Dead) -> None:
    """A night of attempts on a dead disk does not fill the machine with threads; once it is back, it is asked again."""
    disk = Disk(Path("/srv/media"), 0.01)
    for _ in range(2 * UNANSWERED_MAX):
        with pytest.raises(DataFolderUnusable):
            await disk.ask(dead)
    assert dead.asked == UNANSWERED_MAX

    dead.back.set()
    for thread in threading.enumerate():
        if thread.name == "apart":
            thread.join(10)
    assert await disk.ask(lambda: "here") == "here"


async def test_the_library_answers_on_a_dead_disk(dead: Dead, store: Store, tmp_path: Path) -> None:
    """Whoever asks for his films, or wants to start one, hears what is the matter instead of waiting for ever."""
    disk = Disk(tmp_path, 0.01)
    library = Library(tmp_path, store, PlayedProber(), disk)
    item = await store.media.put(MAIN_SPACE, "lofi.mp4", 1, 1, PROBE, None)
    for _ in range(UNANSWERED_MAX):
        with pytest.raises(DataFolderUnusable):
            await disk.ask(dead)

    for order in (library.all(MAIN_SPACE), library.find(MAIN_SPACE, "lofi"), library.find_item(MAIN_SPACE, "lofi")):
        with pytest.raises(DataFolderUnusable, match="silent"):
            await order
    with pytest.raises(SourceUnreadable, match="too_slow"):
        await library.find_paths([item])


async def test_many_may_ask_at_once() -> None:
    """A hundred streams that start together all learn where their files are."""
    disk = Disk(Path("/srv/media"))

    assert await asyncio.gather(*(disk.ask(str, number) for number in range(100))) == [str(n) for n in range(100)]


async def test_a_refusal_is_passed_on() -> None:
    """What is wrong with a file is not mistaken for a dead disk."""
    with pytest.raises(FileNotFoundError):
        await Disk(Path("/srv/media")).ask(_lack)


def _lack() -> NoReturn:
    raise FileNotFoundError
