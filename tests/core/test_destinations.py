"""Destinations: what is saved, found and refused, and that no key is ever seen where it shouldn't be."""

import logging
import re
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.destinations import Destinations
from core.errors import (
    CoreError,
    InUse,
    InvalidAddress,
    InvalidKey,
    InvalidName,
    KeyExists,
    NameInUse,
    NotFound,
)
from core.model import MAIN_SPACE, DestinationId, Platform, SpaceName, StreamSpec
from core.redact import Redactor
from core.secrets import KeyRing
from core.store import Store
from tests.fakes.stores import NOON, furnish, opened, put_empty_database

CLUB = SpaceName("club")
KEY = "abcd-efgh-ijkl-SECRET"


@dataclass
class Desk:
    """Destinations over a real store and key file, and what they told the redactor."""

    data: Path
    store: Store
    ring: KeyRing
    redactor: Redactor = field(default_factory=Redactor)

    @property
    def destinations(self) -> Destinations:
        """The service as it is after a start."""
        return Destinations(self.store.destinations, self.ring, self.redactor)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """An empty one."""
    async with opened(put_empty_database(tmp_path / "data")) as store:
        yield Desk(tmp_path / "data", store, KeyRing.create(tmp_path / "key"))


async def test_a_platform_and_its_key_are_all_it_takes(desk: Desk) -> None:
    """Name, platform and key: the address is known, and FFmpeg gets both apart."""
    added = await desk.destinations.add(MAIN_SPACE, "utama", "youtube", f" {KEY}\n")
    ingest = await desk.destinations.ingest(added.id)

    assert (added.name, added.platform) == ("utama", Platform.YOUTUBE)
    assert added.url == ingest.url == "rtmps://a.rtmps.youtube.com/live2"
    assert ingest.playpath.reveal() == KEY
    assert await desk.destinations.find(MAIN_SPACE, "UT") == added
    assert await desk.destinations.find(MAIN_SPACE, f"#{added.id}") == added
    assert await desk.destinations.all(MAIN_SPACE) == [added]


async def test_any_ingest_can_be_named_by_its_address(desk: Desk) -> None:
    """A server of one's own, on the loopback too, is a destination."""
    added = await desk.destinations.add(MAIN_SPACE, "preview", "rtmp://127.0.0.1:1936/live/", "x/y?token=1")
    ingest = await desk.destinations.ingest(added.id)

    assert added.platform is Platform.CUSTOM
    assert (ingest.url, ingest.playpath.reveal()) == ("rtmp://127.0.0.1:1936/live", "x/y?token=1")


async def test_a_pasted_push_address_puts_no_key_into_the_database(desk: Desk) -> None:
    """The key that stood in the address too is kept encrypted alone, and the stream reaches its place."""  # N8
    added = await desk.destinations.add(MAIN_SPACE, "zz", f"rtmp://127.0.0.1/live/{KEY}", KEY)
    ingest = await desk.destinations.ingest(added.id)

    assert (added.url, ingest.url, ingest.playpath.reveal()) == ("rtmp://127.0.0.1/live",) * 2 + (KEY,)
    assert all(KEY.encode() not in path.read_bytes() for path in desk.data.glob("streambro.db*"))


@pytest.mark.parametrize(
    ("name", "target", "key", "error"),
    [
        ("", "youtube", KEY, InvalidName),
        ("a,b", "youtube", KEY, InvalidName),
        ("all", "youtube", KEY, InvalidName),
        ("x", "youtub", KEY, InvalidAddress),
        ("x", "http://example.com/live", KEY, InvalidAddress),
        ("x", "rtmp://exa mple.com/live", KEY, InvalidAddress),
        ("x", "rtmp://a:SECRET@example.com/live", KEY, InvalidAddress),
        ("x", "rtmp:///live", KEY, InvalidAddress),
        ("x", "youtube", "", InvalidKey),
        ("x", "youtube", f"{KEY} {KEY}", InvalidKey),
        ("x", "youtube", f"{KEY}|[f=mpegts]/tmp/x", InvalidKey),
        ("x", "youtube", KEY * 30, InvalidKey),
        ("x", "youtube", f"rtmp://elsewhere.example/live/{KEY}", InvalidKey),
        ("taken", "youtube", KEY, NameInUse),
        ("TAKEN", "youtube", KEY, NameInUse),
    ],
)
async def test_a_bad_destination_changes_nothing_and_shows_nothing(
    desk: Desk, name: str, target: str, key: str, error: type[CoreError], caplog: pytest.LogCaptureFixture
) -> None:
    """A refusal names what is wrong, never the key, and leaves everything as it was."""  # N8
    caplog.set_level(logging.DEBUG)
    taken = await desk.destinations.add(MAIN_SPACE, "taken", "twitch", "other-key")

    with pytest.raises(error) as refusal:
        await desk.destinations.add(MAIN_SPACE, name, target, key)

    told = traceback.format_exception_only(refusal.value)
    assert "SECRET" not in f"{told} {refusal.value!r} {refusal.value.data()} {caplog.text}"
    assert await desk.destinations.all(MAIN_SPACE) == [taken]


async def test_the_same_key_is_not_saved_twice(desk: Desk) -> None:
    """Saving a key again under another name or address names the destination that has it."""  # N4
    await desk.destinations.add(MAIN_SPACE, "first", "youtube", KEY)

    for target in ("youtube", "rtmp://a.rtmp.youtube.com/live2"):
        with pytest.raises(KeyExists) as refusal:
            await desk.destinations.add(MAIN_SPACE, "second", target, KEY)
        assert refusal.value.destination == "first"


async def test_the_same_key_has_one_lock_in_all_spaces(desk: Desk) -> None:
    """Two teams may both know a key; only one can push it, and a lock tells nothing of the key."""  # N4
    mine = await desk.destinations.add(MAIN_SPACE, "a", "rtmp://Example.com:1935/live", KEY)
    theirs = await desk.destinations.add(CLUB, "b", "rtmp://example.com/live/", KEY)
    other = await desk.destinations.add(CLUB, "c", "rtmp://example.com/live/", f"{KEY}2")

    assert mine.lock == theirs.lock != other.lock
    assert re.fullmatch("[0-9a-f]{64}", mine.lock)


async def test_a_new_key_takes_the_old_ones_place(desk: Desk) -> None:
    """After /setkey the next attempt pushes the new key, and the old one may be used elsewhere."""
    first = await desk.destinations.add(MAIN_SPACE, "first", "youtube", KEY)
    changed = await desk.destinations.set_key(MAIN_SPACE, first.id, f"rtmps://a.rtmps.youtube.com/live2/{KEY}-new")

    assert (await desk.destinations.ingest(first.id)).playpath.reveal() == f"{KEY}-new"
    assert changed.lock != first.lock
    second = await desk.destinations.add(MAIN_SPACE, "second", "youtube", KEY)
    assert second.lock == first.lock


async def test_a_bad_new_key_leaves_the_old_one(desk: Desk) -> None:
    """A key that can't be one, or that another destination has, changes nothing."""
    first = await desk.destinations.add(MAIN_SPACE, "first", "youtube", KEY)
    second = await desk.destinations.add(MAIN_SPACE, "second", "youtube", "other-key")

    with pytest.raises(InvalidKey):
        await desk.destinations.set_key(MAIN_SPACE, second.id, "two words")
    with pytest.raises(KeyExists) as refusal:
        await desk.destinations.set_key(MAIN_SPACE, second.id, KEY)
    assert refusal.value.destination == "first"
    assert (await desk.destinations.ingest(second.id)).playpath.reveal() == "other-key"
    assert await desk.destinations.set_key(MAIN_SPACE, first.id, KEY) == first


async def test_an_unknown_destination_is_answered_with_the_nearest(desk: Desk) -> None:
    """'No destination called youtub2. Did you mean youtube?'."""
    await desk.destinations.add(MAIN_SPACE, "youtube", "youtube", KEY)
    with pytest.raises(NotFound) as refusal:
        await desk.destinations.find(MAIN_SPACE, "youtub2")
    assert (refusal.value.kind, refusal.value.suggestions) == ("destination", ("youtube",))


async def test_another_spaces_destination_is_not_there(desk: Desk) -> None:
    """Another team's destinations are neither found, completed, changed nor removed."""
    theirs = await desk.destinations.add(CLUB, "secret", "youtube", KEY)
    attempts = (
        desk.destinations.find(MAIN_SPACE, "secret"),
        desk.destinations.find(MAIN_SPACE, f"#{theirs.id}"),
        desk.destinations.set_key(MAIN_SPACE, theirs.id, "mine"),
        desk.destinations.remove(MAIN_SPACE, theirs.id),
        desk.destinations.remove(MAIN_SPACE, DestinationId(999)),
    )
    for attempt in attempts:
        with pytest.raises(NotFound) as refusal:
            await attempt
        assert refusal.value.suggestions == ()
    assert await desk.destinations.all(CLUB) == [theirs]


async def test_a_destination_in_use_stays(desk: Desk) -> None:
    """A destination that a stream goes to is removed only after the stream is forgotten."""
    added = await desk.destinations.add(MAIN_SPACE, "mine", "twitch", KEY)
    home = await furnish(desk.store)
    order = home.order("night")
    stream, _ = await home.began("night", spec=StreamSpec(order.spec.source, (added.id,)))

    with pytest.raises(InUse) as refusal:
        await desk.destinations.remove(MAIN_SPACE, added.id)
    assert refusal.value.by == ("night",)

    await desk.store.streams.forget(stream.id, NOON)
    await desk.destinations.remove(MAIN_SPACE, added.id)
    with pytest.raises(NotFound):
        await desk.destinations.ingest(added.id)


async def test_no_key_in_the_database_or_in_any_text(desk: Desk) -> None:
    """Neither the file nor what is printed of a destination or ingest holds a key."""  # N8
    added = await desk.destinations.add(MAIN_SPACE, "mine", "youtube", KEY)
    by_url = await desk.destinations.add(MAIN_SPACE, "too", "rtmp://live.twitch.tv/app/pasted-SECRET", "used-SECRET")
    ingest = await desk.destinations.ingest(added.id)

    assert "SECRET" not in f"{added!r} {by_url!r} {ingest!r} {ingest}"
    assert not any(b"SECRET" in content for content in _files(desk.data))


async def test_a_key_is_cut_out_of_texts_once_it_is_known(desk: Desk) -> None:
    """From the moment that a key is saved, and after each start, it is cut out of all that is logged or said."""  # N8
    facebook = "FB-1234567890-0-AbSECRET?s_bl=1&a=SECRET"
    added = await desk.destinations.add(MAIN_SPACE, "mine", "facebook", facebook)
    assert "SECRET" not in desk.redactor.redact(f"x {facebook} y FB-1234567890-0-AbSECRET z")

    desk.redactor = Redactor()
    assert "SECRET" in desk.redactor.redact(facebook)
    await desk.destinations.ingest(added.id)
    assert "SECRET" not in desk.redactor.redact(facebook)


async def test_an_ordinary_word_in_a_key_is_not_cut_out(desk: Desk) -> None:
    """A key like `stream?token=...` doesn't make holes into every sentence about streams."""
    await desk.destinations.add(MAIN_SPACE, "mine", "rtmp://example.com/live", "stream?token=SECRET")
    assert desk.redactor.redact("a stream of stream?token=SECRET") == "a stream of ***"


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_keys_that_no_stream_uses_yet_are_cut_out_too(desk: Desk) -> None:
    """From a start on every stored key is known, not only those that are on air."""  # N8
    await desk.destinations.add(MAIN_SPACE, "mine", "youtube", KEY)
    desk.redactor = Redactor()
    desk.destinations.cut_out(await desk.store.destinations.sealed_keys())
    assert desk.redactor.holds(KEY)
    assert desk.redactor.redact(KEY) == "***"
