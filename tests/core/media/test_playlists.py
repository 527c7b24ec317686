"""Playlists: made, filled, ordered and shuffled by people who type names and positions."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from core.errors import Ambiguous, CoreError, InUse, InvalidName, InvalidValue, NameInUse, NotFound, SourceUnreadable
from core.media.library import Library
from core.media.playlists import ITEMS_MAX, Playlists
from core.model import MAIN_SPACE, MediaId, Playlist, PlaylistId, SourceKind, SourceRef, SpaceName, StreamSpec
from core.store import Store
from tests.core.media.conftest import put
from tests.fakes.stores import furnish

CLUB = SpaceName("club")


@pytest.fixture
def playlists(store: Store, library: Library, folder: Path) -> Playlists:
    """Playlists over a library with a, b, c and d."""
    put(folder, "a.mp4", "b.mp4", "c.mp4", "d.mp4")
    return Playlists(store.playlists, library, Random(1))


@pytest.fixture
async def malam(playlists: Playlists) -> Playlist:
    """A playlist with a, b, c and b again."""
    made = await playlists.create(MAIN_SPACE, "Malam")
    return await playlists.add(MAIN_SPACE, made.id, ["a", "b", "c", "b"])


async def spell(library: Library, playlist: Playlist) -> str:
    """Return a playlist's items in their order, as letters."""
    names = {item.id: item.name for item in await library.all(playlist.space)}
    return "".join(names[item][0] for item in playlist.items)


async def test_a_playlist_keeps_files_in_order(library: Library, playlists: Playlists, malam: Playlist) -> None:
    """Files are played in the order in which they were added, twice where they were added twice."""  # P5
    assert await spell(library, malam) == "abcb"
    assert await playlists.all(MAIN_SPACE) == [malam]
    assert await playlists.find(MAIN_SPACE, "mal") == malam
    assert await playlists.find(MAIN_SPACE, f"#{malam.id}") == malam


@pytest.mark.parametrize(
    ("item", "position", "order"), [("a", 4, "bcba"), ("4", 1, "babc"), ("c", 1, "cabb"), ("1", 1, "abcb")]
)
async def test_an_item_is_moved(
    library: Library, playlists: Playlists, malam: Playlist, item: str, position: int, order: str
) -> None:
    """An item, named or counted from 1, goes where it is wanted."""  # P5
    assert await spell(library, await playlists.move(MAIN_SPACE, malam.id, item, position)) == order


@pytest.mark.parametrize(
    ("items", "order"), [(["a"], "bcb"), (["1", "4"], "bc"), (["c", "a"], "bb"), (["1", "a"], "bcb")]
)
async def test_items_are_taken_out(
    library: Library, playlists: Playlists, malam: Playlist, items: list[str], order: str
) -> None:
    """Items are taken out by name or position; positions are those that stood there when it was asked."""
    assert await spell(library, await playlists.remove(MAIN_SPACE, malam.id, items)) == order


@pytest.mark.parametrize("item", ["b", "0", "5", "-1", "d", "x", "", "99999999999999999999", "²"])
async def test_an_item_that_is_not_there_changes_nothing(playlists: Playlists, malam: Playlist, item: str) -> None:
    """Where it isn't clear what was meant, nothing is taken out or moved."""
    with pytest.raises(CoreError):
        await playlists.remove(MAIN_SPACE, malam.id, ["1", item])
    with pytest.raises(CoreError):
        await playlists.move(MAIN_SPACE, malam.id, item, 1)
    assert await playlists.find(MAIN_SPACE, "malam") == malam


async def test_an_item_that_stands_there_twice_is_asked_for_by_position(playlists: Playlists, malam: Playlist) -> None:
    """The answer tells the positions, so that one of them can be typed."""
    with pytest.raises(Ambiguous) as refusal:
        await playlists.remove(MAIN_SPACE, malam.id, ["b"])
    assert refusal.value.matches == ("2", "4")


@pytest.mark.parametrize("position", [0, 5, -1])
async def test_a_position_that_isnt_there_is_refused(playlists: Playlists, malam: Playlist, position: int) -> None:
    """Positions are counted from 1 to the end."""
    with pytest.raises(InvalidValue) as refusal:
        await playlists.move(MAIN_SPACE, malam.id, "a", position)
    assert refusal.value.expected == "position"


async def test_shuffling_keeps_every_item(playlists: Playlists, malam: Playlist) -> None:
    """A shuffled playlist holds what it held, in another order."""  # P5
    shuffled = await playlists.shuffle(MAIN_SPACE, malam.id)

    assert sorted(shuffled.items) == sorted(malam.items)
    assert shuffled.items != malam.items
    assert await playlists.find(MAIN_SPACE, "malam") == shuffled


async def test_adding_is_all_or_nothing(playlists: Playlists, malam: Playlist, folder: Path) -> None:
    """One wrong name, or one file that is no film, and nothing is added."""
    put(folder, "bad.mp4", content="bad:not_media\n")

    with pytest.raises(NotFound):
        await playlists.add(MAIN_SPACE, malam.id, ["a", "nothing"])
    with pytest.raises(SourceUnreadable) as refusal:
        await playlists.add(MAIN_SPACE, malam.id, ["a", "bad"])
    assert (refusal.value.source, refusal.value.reason) == ("bad.mp4", "not_media")
    assert await playlists.find(MAIN_SPACE, "malam") == malam


async def test_a_playlist_has_an_end(playlists: Playlists, malam: Playlist) -> None:
    """More items than anybody orders by hand are refused, all of them."""
    with pytest.raises(InvalidValue) as refusal:
        await playlists.add(MAIN_SPACE, malam.id, ["a"] * (ITEMS_MAX - 3))
    assert refusal.value.expected == "items_max"
    assert await playlists.find(MAIN_SPACE, "malam") == malam


async def test_two_people_who_add_at_once_both_get_their_way(
    library: Library, playlists: Playlists, malam: Playlist
) -> None:
    """No change is lost because another came at the same moment."""
    await asyncio.gather(*(playlists.add(MAIN_SPACE, malam.id, [name]) for name in "abcd"))

    assert sorted(await spell(library, await playlists.find(MAIN_SPACE, "malam"))) == sorted("abcb" + "abcd")


@pytest.mark.parametrize("name", ["a", "A.MP4", "malam"])
async def test_a_taken_name_is_refused(playlists: Playlists, malam: Playlist, name: str) -> None:
    """A playlist is not called like another one or like a file, so that `/startstream a` stays clear."""
    with pytest.raises(NameInUse):
        await playlists.create(MAIN_SPACE, name)
    assert await playlists.all(MAIN_SPACE) == [malam]


@pytest.mark.parametrize("name", ["", "all", "a\nb", "-i", "x" * 65])
async def test_a_name_that_misleads_is_refused(playlists: Playlists, malam: Playlist, name: str) -> None:
    """Playlists keep to the rules for names, new or renamed."""
    with pytest.raises(InvalidName):
        await playlists.create(MAIN_SPACE, name)
    with pytest.raises(InvalidName):
        await playlists.rename(MAIN_SPACE, malam.id, name)


async def test_a_playlist_is_renamed_and_deleted(playlists: Playlists, malam: Playlist, folder: Path) -> None:
    """A playlist goes by its new name, and its files outlive it."""
    assert (await playlists.rename(MAIN_SPACE, malam.id, "Pagi")).id == malam.id
    assert (await playlists.find(MAIN_SPACE, "pagi")).items == malam.items

    await playlists.delete(MAIN_SPACE, malam.id)

    assert await playlists.all(MAIN_SPACE) == []
    assert (folder / "a.mp4").exists()


async def test_a_playlist_that_a_stream_plays_stays(store: Store, playlists: Playlists, malam: Playlist) -> None:
    """Deleting names the stream that needs it."""
    home = await furnish(store)
    source = SourceRef(SourceKind.PLAYLIST, malam.id, "Malam")
    await home.began("night", spec=StreamSpec(source, (home.youtube.id,)))

    with pytest.raises(InUse) as refusal:
        await playlists.delete(MAIN_SPACE, malam.id)
    assert refusal.value.by == ("night",)


async def test_another_spaces_playlist_is_not_there(store: Store, playlists: Playlists, malam: Playlist) -> None:
    """Nothing of another team's can be seen, changed or filled, by name or by id."""
    theirs = await store.playlists.create(CLUB, "Secret")
    attempts = (
        playlists.find(MAIN_SPACE, "Secret"),
        playlists.find(MAIN_SPACE, f"#{theirs.id}"),
        playlists.add(MAIN_SPACE, theirs.id, ["a"]),
        playlists.remove(MAIN_SPACE, theirs.id, ["1"]),
        playlists.move(MAIN_SPACE, theirs.id, "a", 1),
        playlists.shuffle(MAIN_SPACE, theirs.id),
        playlists.rename(MAIN_SPACE, theirs.id, "mine"),
        playlists.delete(MAIN_SPACE, theirs.id),
        playlists.shuffle(MAIN_SPACE, PlaylistId(999)),
    )
    for attempt in attempts:
        with pytest.raises(NotFound) as refusal:
            await attempt
        assert refusal.value.suggestions == ()
    assert await playlists.all(MAIN_SPACE) == [malam]
    assert await store.playlists.get(theirs.id) == theirs
    assert MediaId(0) not in theirs.items
