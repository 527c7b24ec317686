"""The library: a file in the folder is a source at once, and nothing else ever is."""

import asyncio
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import (
    Ambiguous,
    CoreError,
    InUse,
    InvalidName,
    NameInUse,
    NotFound,
    SourceUnreadable,
)
from core.media.folder import look
from core.media.library import Library
from core.media.probe import Prober
from core.model import MAIN_SPACE, MediaId, SourceKind, SpaceName
from core.names import is_showable
from core.store import Store
from tests.core.media.conftest import PROBE, PlayedProber, contents, put
from tests.fakes.clips import Clips
from tests.fakes.stores import furnish

CLUB = SpaceName("club")


async def reason_of(library: Library, typed: str) -> str:
    """Return why a file that is there is no source."""
    with pytest.raises(SourceUnreadable) as refusal:
        await library.find(MAIN_SPACE, typed)
    assert "/" not in refusal.value.source
    return refusal.value.reason


@pytest.mark.parametrize("typed", ["lofi", "lofi.mp4", "LOFI", "lo"])
async def test_a_file_that_was_just_put_there_is_a_source(library: Library, folder: Path, typed: str) -> None:
    """Copy a file into the folder and name it: nothing else is needed."""
    put(folder, "lofi.mp4")

    found = await library.find(MAIN_SPACE, typed)

    assert (found.kind, found.name) == (SourceKind.MEDIA, "lofi")


@pytest.mark.parametrize(
    "name",
    ["a b.mp4", "it's \"live\".mp4", "-i.mp4", "🌙 malam.mp4", "concat:a|b.mp4", "%03d.mp4", "cafe\u0301.mp4",
     "a\\b.mp4", "lofi", "v1.2.mkv", "x" * 251 + ".mp4"],
)  # fmt: skip
async def test_files_may_be_called_anything_that_can_be_typed(library: Library, folder: Path, name: str) -> None:
    """Spaces, quotes, dashes, emoji and very long names work as they are."""
    put(folder, name)

    item = (await library.all(MAIN_SPACE))[0]

    assert (await library.find(MAIN_SPACE, name)).id == item.id
    assert (item.name, item.probe) == (name, PROBE)
    assert library.path(item) == folder / name


async def test_a_known_file_is_not_probed_again(library: Library, folder: Path, prober: PlayedProber) -> None:
    """Starting a stream of a file that is known costs no second look into it."""
    put(folder, "lofi.mp4", "other.mp4")
    first = await library.find(MAIN_SPACE, "lofi")
    again = await library.find(MAIN_SPACE, "lofi.mp4")

    assert first == again
    assert prober.asked == ["lofi.mp4"]


async def test_a_replaced_file_is_probed_again(library: Library, folder: Path, prober: PlayedProber) -> None:
    """A new version under an old name is judged anew, and stays the same source."""
    put(folder, "lofi.mp4")
    first = await library.find(MAIN_SPACE, "lofi")
    put(folder, "new.part", content="bad:not_media\n")
    (folder / "new.part").replace(folder / "lofi.mp4")

    assert await reason_of(library, "lofi") == "not_media"
    put(folder, "lofi.mp4", content="a better film")
    assert await library.find(MAIN_SPACE, "lofi") == first
    assert len(prober.asked) == 3


async def test_what_only_failed_by_chance_is_looked_at_again_when_named(
    library: Library, folder: Path, prober: PlayedProber
) -> None:
    """A file that took too long on a busy machine is not lost; lists don't pay for it each time."""
    put(folder, "slow.mp4", content="bad:too_slow\n")
    await library.all(MAIN_SPACE)
    await library.all(MAIN_SPACE)
    assert prober.asked == ["slow.mp4"]

    assert await reason_of(library, "slow") == "too_slow"
    assert prober.asked == ["slow.mp4", "slow.mp4"]


async def test_files_that_share_a_stem_are_called_by_their_whole_names(library: Library, folder: Path) -> None:
    """`lofi` beside lofi.mp4 and lofi.mkv is a question, the whole name is an answer; a cover picture is neither."""
    put(folder, "lofi.mp4", "lofi.mkv", "ngaji.mp4", "ngaji.jpg", "ngaji.srt")

    with pytest.raises(Ambiguous) as refusal:
        await library.find(MAIN_SPACE, "lofi")
    assert refusal.value.matches == ("lofi.mkv", "lofi.mp4")
    assert (await library.find(MAIN_SPACE, "lofi.mkv")).name == "lofi.mkv"
    assert (await library.find(MAIN_SPACE, "ngaji")).name == "ngaji"


@pytest.mark.parametrize("typed", ["r", "R"])
async def test_files_that_differ_in_case_alone_are_asked_about(library: Library, folder: Path, typed: str) -> None:
    """Nobody deletes or streams R.mp4 for r.mp4: a stem that both have is a question, the whole name an answer."""
    put(folder, "R.mp4", "r.mp4", "r.mkv")

    for find in (library.find, library.find_item):
        with pytest.raises(Ambiguous) as refusal:
            await find(MAIN_SPACE, typed)
        assert refusal.value.matches == ("R.mp4", "r.mkv", "r.mp4")
        assert (await find(MAIN_SPACE, "r.mp4")).name == "r.mp4"


async def test_a_playlist_is_a_source(library: Library, store: Store) -> None:
    """A playlist is named like a file."""
    made = await store.playlists.create(MAIN_SPACE, "Malam")

    found = await library.find(MAIN_SPACE, "malam")

    assert (found.kind, found.id, found.name) == (SourceKind.PLAYLIST, made.id, "Malam")


async def test_a_playlist_called_like_a_file_has_to_be_told_apart(library: Library, store: Store, folder: Path) -> None:
    """Nobody streams the wrong one: the name that both have is a question that names both ways out."""
    made = await store.playlists.create(MAIN_SPACE, "Lofi")
    put(folder, "lofi.mp4")

    with pytest.raises(Ambiguous) as refusal:
        await library.find(MAIN_SPACE, "lofi")
    assert refusal.value.matches == ("lofi.mp4", "playlist Lofi")
    assert (await library.find(MAIN_SPACE, "lofi.mp4")).kind is SourceKind.MEDIA
    assert (await library.find(MAIN_SPACE, "playlist lofi")).id == made.id


async def test_a_wrong_name_is_answered_with_the_nearest(library: Library, store: Store, folder: Path) -> None:
    """'No source called lofy. Did you mean lofi?'."""
    put(folder, "lofi.mp4")
    await store.playlists.create(MAIN_SPACE, "Malam")
    with pytest.raises(NotFound) as refusal:
        await library.find(MAIN_SPACE, "lofy")
    assert (refusal.value.kind, refusal.value.name, refusal.value.suggestions) == ("source", "lofy", ("lofi",))


@pytest.mark.parametrize(
    "typed",
    ["-i", "../lofi.mp4", "../media/lofi.mp4", "/etc/passwd", "file:lofi.mp4", "concat:lofi.mp4|lofi.mp4", "x" * 300,
     "http://127.0.0.1/lofi.mp4", "lofi.mp4\n-y", "\x00", "..", ".", "", "club", "club/lofi.mp4", "x" * 10_000, "*",
     "#12", ".hidden.mp4", "\ud800"],
)  # fmt: skip
async def test_what_is_no_name_matches_nothing(library: Library, folder: Path, typed: str) -> None:
    """No typed text reaches a file by another way than its name in this folder."""
    put(folder, "lofi.mp4", ".hidden.mp4")
    put(folder.parent, "lofi.mp4")
    (folder / "club").mkdir()
    put(folder / "club", "lofi.mp4")

    with pytest.raises(NotFound) as refusal:
        await library.find(MAIN_SPACE, typed)
    assert len(refusal.value.name) <= 60
    assert is_showable(refusal.value.name)


async def test_each_kind_of_bad_file_has_its_own_reason(library: Library, folder: Path, tmp_path: Path) -> None:
    """A directory, an empty file, a link out of the folder and another kind of file are told apart."""
    (folder / "directory.mp4").mkdir()
    (folder / "empty.mp4").touch()
    put(tmp_path, "secret.mp4")
    (folder / "link.mp4").symlink_to(tmp_path / "secret.mp4")
    (folder / "loop.mp4").symlink_to(folder / "loop.mp4")
    put(folder, "notes.txt")

    assert await reason_of(library, "directory") == "directory"
    assert await reason_of(library, "empty") == "empty"
    assert await reason_of(library, "link") == "outside"
    assert await reason_of(library, "loop") == "outside"
    assert await reason_of(library, "notes.txt") == "not_media"
    listed = {item.name: item.problem for item in await library.all(MAIN_SPACE)}
    assert listed == {"directory.mp4": "directory", "empty.mp4": "empty", "link.mp4": "outside", "loop.mp4": "outside"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("clip", "reason"),
    [
        ("text", "not_media"),
        ("ffconcat", "not_media"),
        ("no_index", "not_media"),
        ("cut_short", "truncated"),
        ("no_video", "no_video"),
        ("empty", "empty"),
        ("directory", "directory"),
    ],
)
async def test_real_rubbish_is_refused_with_its_reason(
    store: Store, folder: Path, clips: Clips, clip: str, reason: str
) -> None:
    """Whatever somebody puts into the folder under a film's name is refused in its own words."""
    at = clips.put(clip, folder)

    assert await reason_of(Library(folder, store, Prober()), at.name) == reason


@pytest.mark.real
async def test_a_real_clip_is_a_source(store: Store, folder: Path, clips: Clips) -> None:
    """A real film in the folder is found and described."""
    clips.put("standard", folder / 'it\'s "lofi" 🌙.mp4')
    library = Library(folder, store, Prober())

    found = await library.find(MAIN_SPACE, "it's")

    item = await store.media.get(MediaId(found.id))
    assert item.probe
    assert item.probe.video
    assert item.probe.video.codec == "h264"


async def test_a_link_within_the_folder_leads_to_its_file(library: Library, folder: Path) -> None:
    """A second name for a file of the folder works; FFmpeg is given the file itself."""
    put(folder, "lofi.mp4")
    (folder / "alias.mp4").symlink_to("lofi.mp4")

    await library.find(MAIN_SPACE, "alias")

    assert library.path(await library.find_item(MAIN_SPACE, "alias")) == folder / "lofi.mp4"


async def test_a_link_into_another_spaces_folder_leads_nowhere(library: Library, folder: Path) -> None:
    """The files of one team don't become another's by a link."""
    (folder / "club").mkdir()
    put(folder / "club", "secret.mp4")
    (folder / "mine.mp4").symlink_to(folder / "club" / "secret.mp4")

    assert await reason_of(library, "mine") == "outside"


async def test_a_file_that_became_a_link_is_not_played(library: Library, folder: Path, tmp_path: Path) -> None:
    """The path is proved each time that a stream asks for it, not only when the file was found."""
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    put(tmp_path, "secret.mp4")
    (folder / "lofi.mp4").unlink()
    (folder / "lofi.mp4").symlink_to(tmp_path / "secret.mp4")

    with pytest.raises(SourceUnreadable) as refusal:
        library.path(item)
    assert refusal.value.reason == "outside"


async def test_a_media_folder_that_is_a_link_itself_works(store: Store, prober: PlayedProber, tmp_path: Path) -> None:
    """The folder may lie on another disk."""
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "media").symlink_to(disk)
    put(disk, "lofi.mp4")

    item = await Library(tmp_path / "media", store, prober).find_item(MAIN_SPACE, "lofi")

    assert Library(tmp_path / "media", store, prober).path(item) == disk / "lofi.mp4"


@pytest.fixture
def somebody_else() -> Iterator[None]:
    """Be an ordinary user, where the tests run as root."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    yield
    if root:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may read, with a file that only its owner may write."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        put(Path(made), "lofi.mp4")
        (Path(made) / "lofi.mp4").chmod(0o200)
        yield Path(made)


def test_a_file_that_the_service_may_not_read_is_called_so(open_folder: Path, somebody_else: None) -> None:  # noqa: ARG001  # who asks
    """A file that was copied there by root is not called 'no media file'."""
    found = look(open_folder, "lofi.mp4")

    assert found
    assert found.problem == "denied"


@pytest.fixture
def clutter(folder: Path) -> Iterator[Path]:
    """The folder with a socket, a pipe, hidden files, half an upload and another space's folder in it."""
    os.mkfifo(folder / "pipe.mp4")
    (folder / "club").mkdir()
    put(folder, ".lofi.mp4.abc", "lofi.mp4.part", "~lofi.mp4", "Thumbs.db")
    with socket.socket(socket.AF_UNIX) as listener:
        here = os.open(folder, os.O_DIRECTORY)
        listener.bind(f"/proc/self/fd/{here}/socket.mp4")  # the whole path may be too long for a socket
        os.close(here)
        yield folder


async def test_what_is_no_file_is_passed_over(library: Library, clutter: Path, prober: PlayedProber) -> None:
    """Sockets, pipes, hidden files and half an upload are neither listed nor opened."""
    assert "socket.mp4" in os.listdir(clutter)  # noqa: PTH208  # names only
    assert await library.all(MAIN_SPACE) == []
    (clutter / "nowhere.mp4").symlink_to("gone.mp4")
    assert [await reason_of(library, name) for name in ("pipe", "nowhere")] == ["no_file", "no_file"]
    assert prober.asked == []


async def test_names_that_cant_be_handled_are_listed(library: Library, folder: Path) -> None:
    """A line break or broken letters in a name don't stop the list: the file stands there with what is wrong."""
    put(folder, "a\nb.mp4", "lofi.mp4")
    put(folder, os.fsdecode(b"\xff.mp4"))

    listed = await library.all(MAIN_SPACE)

    assert [(item.name, item.problem) for item in listed] == [
        ("lofi.mp4", None),
        ("a�b.mp4", "name"),
        ("�.mp4", "name"),
    ]


async def test_one_slow_file_does_not_hold_up_another(library: Library, folder: Path, prober: PlayedProber) -> None:
    """While a huge file is looked at, another one can be started."""
    put(folder, "a-slow.mp4", "lofi.mp4")
    prober.held = {"a-slow.mp4"}
    scanning = asyncio.create_task(library.scan(MAIN_SPACE))
    async with asyncio.timeout(20):
        await prober.began.wait()
        assert (await library.find(MAIN_SPACE, "lofi")).name == "lofi"
        assert [item.name for item in await library.all(MAIN_SPACE)] == ["lofi.mp4"]

    prober.release.set()
    await scanning
    assert prober.asked == ["a-slow.mp4", "lofi.mp4"]
    assert len(await library.all(MAIN_SPACE)) == 2


async def test_a_file_is_probed_once_however_many_ask(library: Library, folder: Path, prober: PlayedProber) -> None:
    """Ten people who start the same new file at once cost one look."""
    put(folder, "lofi.mp4")

    found = await asyncio.gather(*(library.find(MAIN_SPACE, "lofi") for _ in range(10)))

    assert len(set(found)) == 1
    assert prober.asked == ["lofi.mp4"]


async def test_a_file_that_is_gone_leaves_the_list(library: Library, folder: Path) -> None:
    """Deleted by hand, it is named as missing while somebody remembers it, and then forgotten."""
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    (folder / "lofi.mp4").unlink()

    assert await reason_of(library, "lofi") == "missing"
    with pytest.raises(SourceUnreadable):
        library.path(item)
    assert await library.all(MAIN_SPACE) == []
    with pytest.raises(NotFound):
        await library.find(MAIN_SPACE, "lofi")


async def test_a_missing_file_of_a_playlist_comes_back(library: Library, store: Store, folder: Path) -> None:
    """A disk that was away for a while costs no playlist its items."""
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    made = await store.playlists.create(MAIN_SPACE, "malam")
    await store.playlists.set_items(made.id, [item.id])
    (folder / "lofi.mp4").rename(folder.parent / "away.mp4")

    assert [(it.id, it.problem, it.probe) for it in await library.all(MAIN_SPACE)] == [(item.id, "missing", None)]
    (folder.parent / "away.mp4").rename(folder / "lofi.mp4")
    assert [(it.id, it.problem, it.probe) for it in await library.all(MAIN_SPACE)] == [(item.id, None, PROBE)]


async def test_a_file_renamed_by_hand_stays_the_same(library: Library, store: Store, folder: Path) -> None:
    """Streams and playlists go on with a file that somebody renamed in the folder."""
    put(folder, "lofi.mp4", "other.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    made = await store.playlists.create(MAIN_SPACE, "malam")
    await store.playlists.set_items(made.id, [item.id])
    (folder / "lofi.mp4").rename(folder / "chill.mp4")

    await library.scan(MAIN_SPACE)

    assert (await store.media.get(item.id)).name == "chill.mp4"


async def test_spaces_have_folders_and_files_of_their_own(library: Library, folder: Path) -> None:
    """Another team's files are neither listed nor found, nor completed."""
    await library.scan(CLUB)
    put(folder, "lofi.mp4")
    put(folder / "club", "lofi.mp4", "club-only.mp4")

    mine, theirs = await library.find(MAIN_SPACE, "lofi"), await library.find(CLUB, "lofi")

    assert mine.id != theirs.id
    assert [item.name for item in await library.all(MAIN_SPACE)] == ["lofi.mp4"]
    with pytest.raises(NotFound) as refusal:
        await library.find(MAIN_SPACE, "club-onl")
    assert refusal.value.suggestions == ()
    with pytest.raises(NotFound):
        await library.find_item(MAIN_SPACE, f"#{theirs.id}")


@pytest.mark.parametrize("space", ["..", "a/b", "", ".", "/etc", ".x"])
async def test_a_space_is_a_folder_of_the_library(library: Library, space: str) -> None:
    """No name of a space leads out of the library."""
    with pytest.raises(ValueError, match="space"):
        await library.find(SpaceName(space), "lofi")


@pytest.mark.parametrize(("new", "name"), [("chill", "chill.mp4"), ("chill.MP4", "chill.MP4"), ("v1.2", "v1.2.mp4")])
async def test_a_file_is_renamed_with_its_ending(library: Library, folder: Path, new: str, name: str) -> None:
    """A new name takes effect in the folder and in the list, and the ending can't be lost."""
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")

    renamed = await library.rename(MAIN_SPACE, item.id, new)

    assert (renamed.id, renamed.name) == (item.id, name)
    assert list(contents(folder)) == [name]
    assert [it.name for it in await library.all(MAIN_SPACE)] == [name]


@pytest.mark.parametrize(
    ("new", "error"),
    [
        ("other", NameInUse),
        ("other.mp4", NameInUse),
        ("../lofi", InvalidName),
        ("-i", InvalidName),
        ("a\nb", InvalidName),
        ("", InvalidName),
        ("🌙" * 64, InvalidName),
    ],
)
async def test_a_bad_new_name_changes_nothing(library: Library, folder: Path, new: str, error: type[CoreError]) -> None:
    """A refused name leaves both files as they are."""
    put(folder, "lofi.mp4")
    put(folder, "other.mp4", content="other")
    item = await library.find_item(MAIN_SPACE, "lofi")

    with pytest.raises(error):
        await library.rename(MAIN_SPACE, item.id, new)

    assert contents(folder) == {"lofi.mp4": "film", "other.mp4": "other"}


async def test_a_running_streams_file_is_left_alone(store: Store, folder: Path, prober: PlayedProber) -> None:
    """What is on air is neither renamed nor deleted; stopped, it can be renamed but is still needed."""
    library = Library(folder, store, prober)
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    home = await furnish(store)
    stream, _ = await home.began(name="night")
    item = await library.find_item(MAIN_SPACE, f"#{stream.spec.source.id}")

    with pytest.raises(InUse) as refusal:
        await library.rename(MAIN_SPACE, item.id, "chill")
    assert refusal.value.by == ("night",)
    with pytest.raises(InUse):
        await library.delete(MAIN_SPACE, item.id)

    await store.streams.set_wanted(stream.id, False)
    assert (await library.rename(MAIN_SPACE, item.id, "chill")).name == "chill.mp4"
    with pytest.raises(InUse):
        await library.delete(MAIN_SPACE, item.id)
    assert (folder / "chill.mp4").exists()


async def test_a_running_playlists_files_are_left_alone(store: Store, folder: Path, prober: PlayedProber) -> None:
    """A part of a playlist that is on air can't be renamed under FFmpeg's feet."""
    library = Library(folder, store, prober)
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")
    made = await store.playlists.create(MAIN_SPACE, "malam")
    await store.playlists.set_items(made.id, [item.id])
    home = await furnish(store)
    order = home.order("night")
    source = await library.find(MAIN_SPACE, "malam")
    spec = type(order.spec)(source, order.spec.destinations)
    await home.began("night", spec=spec)

    with pytest.raises(InUse) as refusal:
        await library.rename(MAIN_SPACE, item.id, "chill")
    assert refusal.value.by == ("night",)


async def test_a_deleted_file_is_gone(library: Library, folder: Path) -> None:
    """Deleting takes the file and its row."""
    put(folder, "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "lofi")

    await library.delete(MAIN_SPACE, item.id)

    assert contents(folder) == {}
    assert await library.all(MAIN_SPACE) == []


async def test_deleting_a_link_leaves_what_it_led_to(library: Library, folder: Path, tmp_path: Path) -> None:
    """Only the name in the folder is removed."""
    put(tmp_path, "precious.mp4")
    (folder / "link.mp4").symlink_to(tmp_path / "precious.mp4")
    item = await library.find_item(MAIN_SPACE, "link")

    await library.delete(MAIN_SPACE, item.id)

    assert (tmp_path / "precious.mp4").exists()
    assert contents(folder) == {}


async def test_a_directory_is_not_deleted(library: Library, folder: Path) -> None:
    """A folder that is called like a film is not emptied by mistake."""
    (folder / "films.mp4").mkdir()
    put(folder / "films.mp4", "lofi.mp4")
    item = await library.find_item(MAIN_SPACE, "films")

    with pytest.raises(SourceUnreadable):
        await library.delete(MAIN_SPACE, item.id)

    assert (folder / "films.mp4" / "lofi.mp4").exists()


async def test_another_spaces_file_is_not_there(library: Library, folder: Path) -> None:
    """Nobody renames or deletes what belongs to another team, nor learns that it exists."""
    await library.scan(CLUB)
    put(folder / "club", "lofi.mp4")
    theirs = await library.find(CLUB, "lofi")

    for attempt in (
        library.rename(MAIN_SPACE, MediaId(theirs.id), "mine"),
        library.delete(MAIN_SPACE, MediaId(theirs.id)),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (folder / "club" / "lofi.mp4").exists()


async def test_a_library_without_a_folder_is_an_empty_one(store: Store, prober: PlayedProber, tmp_path: Path) -> None:
    """The folder is made when it is first needed, closed to others."""
    library = Library(tmp_path / "new" / "media", store, prober)

    assert await library.all(MAIN_SPACE) == []
    assert (tmp_path / "new" / "media").stat().st_mode & 0o777 == 0o700
