"""What is known of media, and playlists of them."""

import pytest

from core.errors import InUse, InvalidName, NameInUse, NotFound
from core.model import MAIN_SPACE, AudioTrack, MediaId, PlaylistId, Probe, SourceKind, SourceRef, SpaceName, VideoTrack
from core.store import Store, rows
from tests.fakes.stores import Furnished

CLUB = SpaceName("club")
PROBE = Probe(
    container="mov,mp4",
    duration_s=12.5,
    bitrate_kbps=None,
    video=VideoTrack("h264", "High", "yuv420p", 1920, 1080, 29.97, "1/90000", keyframe_gap_s=2.0),
    audio=AudioTrack("aac", "LC", 44_100, 2, "1/44100"),
)


async def test_a_file_is_remembered_with_what_was_found_in_it(store: Store) -> None:
    """A file that was looked at once needs no second look: all that the probe found is kept."""
    item = await store.media.put(MAIN_SPACE, "lofi 'ngaji' 🎵.mp4", 2**33, 1_700_000_000_000_000_001, PROBE, None)
    broken = await store.media.put(MAIN_SPACE, "text.mp4", 3, 1, None, "not_media")

    assert item.probe == PROBE
    assert (item.size_bytes, item.modified_ns) == (2**33, 1_700_000_000_000_000_001)
    assert await store.media.get(item.id) == item
    assert await store.media.all(MAIN_SPACE) == [item, broken]
    assert await store.media.all(CLUB) == []


async def test_a_file_that_was_replaced_keeps_its_place(home: Furnished) -> None:
    """A file put again under its name stays the same item, with its owner, and what is new is known."""
    store, rina = home.store, home.rina
    first = await store.media.put(MAIN_SPACE, "a.mp4", 1, 1, None, "not_media", rina.id)

    again = await store.media.put(MAIN_SPACE, "a.mp4", 2, 3, PROBE, None)

    assert again.id == first.id
    assert (again.size_bytes, again.modified_ns, again.probe, again.problem) == (2, 3, PROBE, None)
    assert again.owner == rina.id


def test_a_probe_of_a_later_release_can_be_read() -> None:
    """What a later release learned to look for does not make an older file unreadable after going back."""
    text = rows.dump_probe(PROBE)
    assert text is not None

    assert rows.read_probe(text.replace('"codec":"h264"', '"codec":"h264","hdr":true')) == PROBE


async def test_quota_counts_a_persons_files(home: Furnished) -> None:
    """What somebody uploaded counts for him, in all spaces, until it is removed."""
    store, rina = home.store, home.rina
    item = await store.media.put(MAIN_SPACE, "a.mp4", 5, 1, None, None, rina.id)
    await store.media.put(CLUB, "b.mp4", 7, 1, None, None, rina.id)

    assert await store.media.used_bytes(rina.id) == 12
    await store.media.remove(item.id)
    assert await store.media.used_bytes(rina.id) == 7


async def test_what_is_needed_is_not_removed(home: Furnished) -> None:
    """A file or a playlist that a stream or playlist needs is not removed, and who needs it is named."""
    store, lofi = home.store, home.lofi
    playlist = await store.playlists.create(MAIN_SPACE, "Malam")
    await store.playlists.set_items(playlist.id, [lofi.id])
    await home.began("live")
    ref = SourceRef(SourceKind.PLAYLIST, playlist.id, "Malam")
    listed, _ = await home.began("night", spec=type(home.order().spec)(ref, ()))

    with pytest.raises(InUse) as media:
        await store.media.remove(lofi.id)
    with pytest.raises(InUse) as listing:
        await store.playlists.remove(playlist.id)

    assert media.value.data() == {"kind": "media", "name": "lofi.mp4", "by": ("Malam", "live")}
    assert listing.value.data() == {"kind": "playlist", "name": "Malam", "by": ("night",)}
    await store.streams.forget(listed.id, home.end().ended_at)
    await store.playlists.remove(playlist.id)
    assert await store.playlists.all(MAIN_SPACE) == []
    assert await store.media.get(lofi.id) == lofi


async def test_a_renamed_file_goes_on_under_its_new_name(home: Furnished) -> None:
    """A stream of a renamed file still plays it and shows its new name; where two share a stem, the whole name."""
    store, lofi = home.store, home.lofi
    stream, _ = await home.began()
    await store.media.put(MAIN_SPACE, "jazz.mkv", 1, 1, None, None)

    await store.media.rename(lofi.id, "chill.mp4")
    assert (await store.streams.get(stream.id)).spec.source == SourceRef(SourceKind.MEDIA, lofi.id, "chill")
    await store.media.rename(lofi.id, "jazz.mp4")
    assert (await store.streams.get(stream.id)).spec.source.name == "jazz.mp4"

    with pytest.raises(NameInUse):
        await store.media.rename(lofi.id, "jazz.mkv")
    assert (await store.media.get(lofi.id)).name == "jazz.mp4"


async def test_a_playlist_keeps_its_order_and_repeats(store: Store) -> None:
    """Items come in the order given, also more than once, and a new order replaces the old one."""
    a, b = [await store.media.put(MAIN_SPACE, name, 1, 1, None, None) for name in ("a.mp4", "b.mp4")]
    playlist = await store.playlists.create(MAIN_SPACE, "Malam")

    assert (await store.playlists.set_items(playlist.id, [b.id, a.id, b.id])).items == (b.id, a.id, b.id)
    assert (await store.playlists.set_items(playlist.id, [a.id])).items == (a.id,)
    assert (await store.playlists.get(playlist.id)).items == (a.id,)
    assert [p.name for p in await store.playlists.all(MAIN_SPACE)] == ["Malam"]
    assert await store.playlists.all(CLUB) == []


async def test_a_playlist_holds_only_its_own_spaces_files(store: Store) -> None:
    """A playlist with another team's file, or one that is gone, is refused and stays as it was."""
    mine = await store.media.put(MAIN_SPACE, "a.mp4", 1, 1, None, None)
    theirs = await store.media.put(CLUB, "b.mp4", 1, 1, None, None)
    playlist = await store.playlists.create(MAIN_SPACE, "Malam")
    await store.playlists.set_items(playlist.id, [mine.id])

    for foreign in (theirs.id, MediaId(99), MediaId(10**30)):
        with pytest.raises(NotFound):
            await store.playlists.set_items(playlist.id, [mine.id, foreign])

    assert (await store.playlists.get(playlist.id)).items == (mine.id,)


async def test_a_playlists_name_is_its_own(store: Store) -> None:
    """Two playlists can't differ by case alone, since typed names forgive case; changing one's own case is fine."""
    playlist = await store.playlists.create(MAIN_SPACE, "Malam")
    other = await store.playlists.create(MAIN_SPACE, "Subuh")
    await store.playlists.create(CLUB, "Malam")

    with pytest.raises(NameInUse):
        await store.playlists.create(MAIN_SPACE, "MALAM")
    with pytest.raises(NameInUse):
        await store.playlists.rename(other.id, "malam")
    assert (await store.playlists.rename(playlist.id, "MALAM")).name == "MALAM"
    with pytest.raises(NotFound):
        await store.playlists.get(PlaylistId(99))


async def test_a_renamed_playlist_goes_on_under_its_new_name(home: Furnished) -> None:
    """A stream of a renamed playlist shows its new name."""
    playlist = await home.store.playlists.create(MAIN_SPACE, "Malam")
    ref = SourceRef(SourceKind.PLAYLIST, playlist.id, "Malam")
    stream, _ = await home.began(spec=type(home.order().spec)(ref, ()))

    await home.store.playlists.rename(playlist.id, "Pagi")

    assert (await home.store.streams.get(stream.id)).spec.source.name == "Pagi"


async def test_a_file_name_that_is_no_text_is_refused(store: Store) -> None:
    """A file whose name is no valid text is refused in words instead of crashing the scan."""
    with pytest.raises(InvalidName):
        await store.media.put(MAIN_SPACE, "bad\udcff.mp4", 1, 1, None, None)
