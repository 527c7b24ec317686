"""Destinations and their sealed keys."""

from pathlib import Path

import pytest

from core.errors import InUse, KeyExists, NameInUse, NotFound
from core.model import MAIN_SPACE, DestinationId, Platform, SpaceName
from core.secrets import KeyRing
from core.store import Store
from tests.fakes.stores import Furnished, opened

CLUB = SpaceName("club")
URL = "rtmp://a.test/live2"


async def add(store: Store, name: str, lock: str = "", space: SpaceName = MAIN_SPACE) -> DestinationId:
    """Add a destination of that name."""
    return (await store.destinations.add(space, name, Platform.CUSTOM, URL, f"sealed {name}", lock or name)).id


def read_files(folder: Path) -> list[bytes]:
    """Return what stands in the database's files."""
    return [path.read_bytes() for path in folder.glob("streambro.db*")]


async def test_a_destination_never_overwrites_another(store: Store) -> None:
    """A second destination of the same name, whatever its case, is refused and the first one keeps its key."""
    first = await add(store, "YouTube")

    with pytest.raises(NameInUse):
        await add(store, "youtube", "another lock")

    assert await store.destinations.sealed_key(first) == "sealed YouTube"
    assert [d.name for d in await store.destinations.all(MAIN_SPACE)] == ["YouTube"]


async def test_one_key_is_saved_once_in_a_space(store: Store) -> None:
    """The same key twice is refused with the name that has it; another space's is neither in the way nor named."""
    # N4
    await add(store, "one", "same")
    other = await add(store, "two", "different")

    with pytest.raises(KeyExists) as added:
        await add(store, "three", "same")
    with pytest.raises(KeyExists) as changed:
        await store.destinations.set_key(other, "sealed", "same")
    await add(store, "theirs", "same", CLUB)

    assert (added.value.destination, changed.value.destination) == ("one", "one")
    assert await store.destinations.sealed_key(other) == "sealed two"


async def test_a_new_key_takes_the_old_ones_place(store: Store) -> None:
    """After /setkey the destination has the new key and its lock; setting the same again is fine."""
    destination = await add(store, "youtube")

    await store.destinations.set_key(destination, "sealed again", "new lock")
    changed = await store.destinations.set_key(destination, "sealed again", "new lock")

    assert changed.lock == "new lock"
    assert await store.destinations.sealed_key(destination) == "sealed again"
    assert await store.destinations.get(destination) == changed


async def test_a_destination_that_streams_need_stays(home: Furnished) -> None:
    """A destination of a stream, running or kept, is not removed, and the streams are named; freed, it is."""
    stream, run = await home.began()
    await home.store.streams.end_run(run.id, home.end())

    with pytest.raises(InUse) as refused:
        await home.store.destinations.remove(home.youtube.id)
    assert refused.value.by == ("lofi",)

    await home.store.streams.forget(stream.id, home.end().ended_at)
    await home.store.destinations.remove(home.youtube.id)
    with pytest.raises(NotFound):
        await home.store.destinations.get(home.youtube.id)


async def test_a_broken_rotation_leaves_every_key_as_it_was(store: Store) -> None:
    """A rotation that fails in the middle has changed no key at all."""
    for name in ("one", "two", "three"):
        await add(store, name)
    before = await store.destinations.sealed_keys()

    def fail_at_the_last(sealed: str) -> str:
        if sealed.endswith("three"):
            raise ValueError(sealed)
        return "changed"

    with pytest.raises(ValueError, match="three"):
        await store.destinations.reseal(fail_at_the_last)
    assert await store.destinations.sealed_keys() == before
    assert await store.destinations.reseal(str.upper) == 3
    assert await store.destinations.sealed_keys() == ["SEALED ONE", "SEALED TWO", "SEALED THREE"]


async def test_no_key_stands_in_the_files(database: Path, tmp_path: Path) -> None:
    """Who copies the database files, while the service runs or after it, finds no stream key in them."""
    # N8
    ring = KeyRing.create(tmp_path / "streambro.key")
    keys = ["abcd-efgh-ijkl-mnop", "live_1234567890_AbCdEf"]
    async with opened(database) as store:
        for number, key in enumerate(keys):
            await store.destinations.add(
                MAIN_SPACE, f"d{number}", Platform.CUSTOM, URL, ring.seal(key), ring.digest(key)
            )
        await store.destinations.set_key(DestinationId(1), ring.seal(keys[0] + "2"), ring.digest(keys[0] + "2"))
        running = read_files(tmp_path)
    after = read_files(tmp_path)

    assert len(running) == 3  # the file, its log, its index
    assert any(b"rtmp://a.test" in content for content in running)
    assert not any(key.encode() in content for content in (*running, *after) for key in keys)
