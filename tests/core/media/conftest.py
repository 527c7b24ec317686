"""A real store and a real media folder for each test; only the look into files may be played."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.errors import SourceUnreadable
from core.media.library import Library
from core.model import AudioTrack, Probe, VideoTrack
from core.store import Store
from tests.fakes.stores import opened, put_empty_database

PROBE = Probe(
    container="mov",
    duration_s=4.0,
    bitrate_kbps=800.0,
    video=VideoTrack("h264", "High", "yuv420p", 320, 180, 30.0, "1/15360", keyframe_gap_s=2.0, b_frames=0),
    audio=AudioTrack("aac", "LC", 44_100, 2, "1/44100"),
)


@dataclass
class PlayedProber:
    """Takes a file for media unless it begins with `bad:REASON`, and remembers what it was asked.

    Files whose names stand in `held` are looked at until `release` is set; `began` tells that one is.
    """

    asked: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def probe(self, path: Path) -> Probe:
        """Answer by the file's first line."""
        self.asked.append(path.name)
        if path.name in self.held:
            self.began.set()
            await self.release.wait()
        first = read(path).partition("\n")[0]
        if first.startswith("bad:"):
            raise SourceUnreadable(path.name, first.removeprefix("bad:"))
        return PROBE


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open, empty store."""
    async with opened(put_empty_database(tmp_path / "data")) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The media folder of `main`."""
    made = tmp_path / "media"
    made.mkdir()
    return made


@pytest.fixture
def prober() -> PlayedProber:
    """A look into files that costs nothing."""
    return PlayedProber()


@pytest.fixture
def library(folder: Path, store: Store, prober: PlayedProber) -> Library:
    """The library over that folder."""
    return Library(folder, store, prober)


def put(folder: Path, *names: str, content: str = "film") -> None:
    """Put files there that the played prober takes for media."""
    for name in names:
        (folder / name).write_text(content)


def read(path: Path) -> str:
    """Return a file's text."""
    return path.read_text()


def contents(folder: Path) -> dict[str, str]:
    """Return what lies in a folder of files."""
    return {path.name: path.read_text() for path in folder.iterdir()}
