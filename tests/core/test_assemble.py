"""What a start of the service does with what earlier releases left in the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.assemble import assemble_engine
from core.config import CoreConfig, FfmpegConfig
from core.data_folder import DataFolder
from core.errors import KeyExists
from core.model import MAIN_SPACE, DestinationId, Platform, SpaceName
from core.redact import Redactor
from core.secrets import KeyRing
from tests.fakes.stores import opened, put_empty_database

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from core.engine import Engine

CLUB = SpaceName("club")
KEY = "abcd-efgh-ijkl-SECRET"


async def left_by_an_older_release(folder: Path, *destinations: tuple[SpaceName, str]) -> None:
    """Store destinations as it did: each spelling of this host's own name had a lock of its own."""
    ring = KeyRing.create(folder / "secret.key")
    put_empty_database(folder)
    async with opened(folder / "streambro.db") as store:
        for number, (space, host) in enumerate(destinations):
            lock = ring.digest(f"{host}:1935/live/{KEY}")
            sealed = ring.seal(KEY)
            await store.destinations.add(space, f"d{number}", Platform.CUSTOM, f"rtmp://{host}/live", sealed, lock)


def started(folder: Path, ffmpeg: Path) -> AbstractAsyncContextManager[Engine]:
    """Start this release on a folder."""
    config = CoreConfig(ffmpeg=FfmpegConfig(path=str(ffmpeg)))
    data = DataFolder(folder)
    data.prepare()
    return assemble_engine(data, folder / "secret.key", config, Redactor(), version="test")


async def test_locks_of_an_older_release_go_on_to_hold(tmp_path: Path, ffmpeg_path: Path) -> None:
    """A key that was saved for `localhost` before an upgrade is not saved, or pushed, a second time for 127.0.0.1."""
    # N4
    await left_by_an_older_release(tmp_path, (MAIN_SPACE, "localhost"), (CLUB, "127.0.0.1"))
    async with started(tmp_path, ffmpeg_path) as engine:
        with pytest.raises(KeyExists):
            await engine.destinations.add(MAIN_SPACE, "again", "rtmp://127.0.0.1/live", KEY)
        mine, theirs = [await engine.store.destinations.get(DestinationId(number)) for number in (1, 2)]
        assert mine.lock == theirs.lock


async def test_two_of_one_place_survive_the_upgrade(
    tmp_path: Path, ffmpeg_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A space that had saved one key under both names keeps both; the service starts, and logs which is the second."""
    await left_by_an_older_release(tmp_path, (MAIN_SPACE, "localhost"), (MAIN_SPACE, "127.0.0.1"))
    async with started(tmp_path, ffmpeg_path) as engine:
        first, second = await engine.destinations.all(MAIN_SPACE)
        assert first.lock != second.lock
        assert (await engine.destinations.ingest(first.id)).lock == (await engine.destinations.ingest(second.id)).lock
    assert "destination d0 pushes the same key to the same place" in caplog.text
