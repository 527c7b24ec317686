"""Files come into the library by link or from a chat: whole, looked into, and only as much as there is room for."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from core.errors import InvalidName, LimitExceeded, NameInUse, NoRoom, NotFound
from core.media.fetch import WAITS_S
from core.media.import_view import ImportState, ImportView
from core.media.imports import Imports
from core.media.library import Library
from core.model import MAIN_SPACE, Actor, SpaceName
from core.store import Store
from tests.core.media.conftest import PlayedProber, put
from tests.core.media.imports.conftest import MIB, Disk, QuickClock, names_in, write
from tests.fakes.web import Web

FILM = b"film" * 300_000
CONFIRM = """<html><body><p>Google Drive can't scan this file for viruses.</p>
<form id="download-form" action="{action}" method="get"><input type="submit" value="Download anyway"/>
<input type="hidden" name="id" value="FILE"><input type="hidden" name="confirm" value="t">
<input type="hidden" name="uuid" value="a&amp;b"></form></body></html>"""
DRIVE_ID = "1AbCdEfGhIjKlMnOp"


async def bring(imports: Imports, actor: Actor, url: str, name: str | None = None) -> ImportView:
    """Import it, to the end."""
    return await imports.wait((await imports.start(actor, url, name)).id)


def why(view: ImportView) -> str:
    """Why it failed."""
    assert (view.state, view.item) == (ImportState.FAILED, None)
    assert view.error is not None
    return f"{view.error.code}.{view.error.data()['reason']}"


async def test_a_link_becomes_a_source(imports: Imports, actor: Actor, site: Web, library: Library) -> None:
    """What a link leads to is a source under its own name, and belongs to who brought it."""
    view = await bring(imports, actor, site.serve("/videos/Night%20Lofi.mp4", FILM))

    assert (view.state, view.name, view.received_bytes) == (ImportState.DONE, "Night Lofi.mp4", len(FILM))
    found = await library.find(MAIN_SPACE, "night lofi")
    assert library.path(await library.find_item(MAIN_SPACE, f"#{found.id}")).read_bytes() == FILM
    assert view.item is not None
    assert view.item.owner == actor.user


async def test_nothing_is_seen_before_it_is_whole(
    imports: Imports, actor: Actor, site: Web, library: Library, folder: Path
) -> None:
    """Half a file is no source: while it comes, the library and its folder's names are as before."""
    release = asyncio.Event()
    view = await imports.start(actor, site.hold("/film.mp4", b"fi", 4, release))
    await imports.heard(view.id)

    assert await library.all(MAIN_SPACE) == []
    assert names_in(folder) == [f".import-{view.id}.part"]
    release.set()


@pytest.mark.parametrize("reason", ["not_media", "no_video", "truncated", "broken"])
async def test_what_is_no_media_stays_out(imports: Imports, actor: Actor, site: Web, folder: Path, reason: str) -> None:
    """A file that can't be streamed is told with its reason and its name, and is gone."""
    view = await bring(imports, actor, site.serve("/film.mp4", f"bad:{reason}\n".encode()))

    assert view.error is not None
    assert (why(view), view.error.data()["source"]) == (f"source_unreadable.{reason}", "film.mp4")
    assert names_in(folder) == []


async def test_a_broken_connection_is_taken_up_where_it_broke(
    imports: Imports, actor: Actor, site: Web, folder: Path
) -> None:
    """A file that comes in four pieces is fetched once, not four times."""
    view = await bring(imports, actor, site.serve_in_pieces("/film.mp4", FILM, 400_000))

    assert view.state is ImportState.DONE
    assert (folder / "film.mp4").read_bytes() == FILM
    assert len(site.requests) < 10
    assert "Range" in site.requests[-1].headers


async def test_a_file_that_became_another_is_fetched_anew(
    imports: Imports, actor: Actor, site: Web, folder: Path
) -> None:
    """Two halves of different files never become one."""
    tags = ('"old"', '"new"')
    view = await bring(imports, actor, site.serve_in_pieces("/film.mp4", FILM, 700_000, tags=tags))

    assert view.state is ImportState.DONE
    assert (folder / "film.mp4").read_bytes() == FILM
    assert site.requests[1].headers["If-Range"] == '"old"'


async def test_a_server_that_never_answers_well_is_given_up(
    imports: Imports, actor: Actor, site: Web, clock: QuickClock
) -> None:
    """A server in trouble is asked again a few times, ever later, then that is told."""
    view = await bring(imports, actor, site.serve("/film.mp4", b"", status=503))

    assert why(view) == "fetch_failed.away"
    assert tuple(clock.slept) == WAITS_S
    assert len(site.requests) == len(WAITS_S) + 1


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "link_refused.not_found"), (403, "link_refused.denied"), (418, "fetch_failed.refused")]
)
async def test_a_refusal_is_told_at_once(imports: Imports, actor: Actor, site: Web, status: int, reason: str) -> None:
    """A link that leads nowhere is not tried again and again."""
    assert why(await bring(imports, actor, site.serve("/film.mp4", b"", status=status))) == reason
    assert len(site.requests) == 1


async def test_a_web_page_is_no_film(imports: Imports, actor: Actor, site: Web) -> None:
    """Whoever sends the link of a page is told that it is one."""
    url = site.serve("/watch", b"<html>watch me</html>", Content_Type="text/html; charset=utf-8")
    assert why(await bring(imports, actor, url)) == "link_refused.not_a_file"


# Room


async def test_a_file_that_says_it_is_too_big_is_not_fetched(imports: Imports, actor: Actor, site: Web) -> None:
    """The limit is told before a byte of it comes."""
    view = await bring(imports, actor, site.serve("/film.mp4", b"x" * (4 * MIB + 1)))
    assert view.error is not None
    assert (why(view), view.received_bytes, view.error.data()["allowed_bytes"]) == ("no_room.file", 0, 4 * MIB)


async def test_a_file_that_hides_its_size_is_cut_off(imports: Imports, actor: Actor, site: Web) -> None:
    """A server that sends without end fills neither the disk nor the quota."""

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 100_000)

    site.pages["/film.mp4"] = endless
    view = await bring(imports, actor, f"{site.base}/film.mp4")

    assert why(view) == "no_room.file"
    assert view.received_bytes <= 4 * MIB


async def test_a_persons_share_holds_over_all_their_files(
    imports: Imports, actor: Actor, site: Web, store: Store
) -> None:
    """Three files of 3 MiB don't fit into 8 MiB, whether one after another or at once."""
    url = site.serve("/film.mp4", b"x" * (3 * MIB))
    started = [await imports.start(actor, url) for _ in range(3)]
    ended = [await imports.wait(view.id) for view in started]

    assert sorted(view.state for view in ended) == ["done", "done", "failed"]
    failed = next(view for view in ended if view.state is ImportState.FAILED)
    assert why(failed) == "no_room.quota"
    assert why(await bring(imports, actor, url)) == "no_room.quota"
    assert await store.media.used_bytes(actor.user) == 6 * MIB


async def test_what_is_still_coming_counts_for_the_share(imports: Imports, actor: Actor, site: Web) -> None:
    """A file that has hardly begun has its room already: another can't take it."""
    await bring(imports, actor, site.serve("/small.mp4", b"x" * MIB))
    release = asyncio.Event()
    coming = await imports.start(actor, site.hold("/large.mp4", b"x" * 300_000, 4 * MIB, release))
    await imports.heard(coming.id)

    assert why(await bring(imports, actor, site.serve("/other.mp4", b"x" * (4 * MIB)))) == "no_room.quota"
    release.set()


async def test_the_disks_floor_holds_before_and_during(imports: Imports, actor: Actor, site: Web, disk: Disk) -> None:
    """No import takes what the disk must keep free."""  # N10
    disk.free_mib = 99
    with pytest.raises(NoRoom) as refusal:
        await imports.start(actor, f"{site.base}/film.mp4")
    assert refusal.value.reason == "disk"

    disk.free_mib = 101
    assert why(await bring(imports, actor, site.serve("/film.mp4", b"x" * (2 * MIB)))) == "no_room.disk"


async def test_one_person_cannot_take_all_places(imports: Imports, actor: Actor, site: Web) -> None:
    """Nobody piles up imports without end."""
    release = asyncio.Event()
    url = site.hold("/film.mp4", b"fi", 4, release)
    for _ in range(5):
        await imports.start(actor, url)
    with pytest.raises(LimitExceeded):
        await imports.start(actor, url)
    release.set()


# Ends


async def test_a_cancelled_import_leaves_nothing(imports: Imports, actor: Actor, site: Web, folder: Path) -> None:
    """Cancelled in the middle, it is gone at once."""
    view = await imports.start(actor, site.hold("/film.mp4", b"fi", 4, asyncio.Event()))
    await imports.heard(view.id)
    imports.cancel(MAIN_SPACE, view.id)

    assert (await imports.wait(view.id)).state is ImportState.CANCELLED
    assert names_in(folder) == []


async def test_another_space_sees_and_cancels_nothing(imports: Imports, actor: Actor, site: Web) -> None:
    """Imports belong to their space."""
    release = asyncio.Event()
    view = await imports.start(actor, site.hold("/film.mp4", b"fi", 4, release))

    assert imports.all(SpaceName("club")) == []
    with pytest.raises(NotFound):
        imports.cancel(SpaceName("club"), view.id)
    release.set()


async def test_leftovers_of_a_crash_are_swept(imports: Imports, folder: Path) -> None:
    """After a kill -9 the disk gets back what half imports took; nothing else is touched."""
    put(folder, ".import-7.part", "lofi.mp4", "mine.part", ".import-notes")
    (folder / "club").mkdir()
    put(folder / "club", ".import-1.part")

    await imports.sweep()

    assert names_in(folder) == [".import-notes", "lofi.mp4", "mine.part"]


# Names


async def test_a_name_that_is_taken_gets_a_number(imports: Imports, actor: Actor, site: Web, folder: Path) -> None:
    """An import never replaces a file that is there."""
    put(folder, "film.mkv", content="mine")
    view = await bring(imports, actor, site.serve("/film.mp4", FILM))

    assert view.name == "film-2.mp4"
    assert (folder / "film.mkv").read_text() == "mine"


async def test_a_name_that_was_asked_for_is_its_name(imports: Imports, actor: Actor, site: Web, folder: Path) -> None:
    """`name=malam` is what it is called; where that is taken or can't be one, it is refused before anything comes."""
    url = site.serve("/x", FILM)
    assert (await bring(imports, actor, url, "malam")).name == "malam.mp4"
    with pytest.raises(NameInUse):
        await imports.start(actor, url, "malam")
    with pytest.raises(InvalidName):
        await imports.start(actor, url, "../malam")
    assert names_in(folder) == ["malam.mp4"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ('attachment; filename="Ngaji Subuh.mkv"', "Ngaji Subuh.mkv"),
        ("attachment; filename*=UTF-8''Caf%C3%A9%20%F0%9F%8C%99.mp4", "Café 🌙.mp4"),
        ('attachment; filename="../../etc/passwd"', "passwd.mp4"),
        ('attachment; filename="..\\\\..\\\\boot.mp4"', "boot.mp4"),
        ('attachment; filename="-i.mp4"', "i.mp4"),
        ('attachment; filename=".mp4"', "mp4.mp4"),
        ('attachment; filename="a\u202eb.mp4"', "ab.mp4"),
        ('attachment; filename="' + "x" * 300 + '.mp4"', "x" * 60 + ".mp4"),
        ('attachment; filename="all"', "import.mp4"),
        ('attachment; filename="film.exe"', "film.exe.mp4"),
        ("attachment", "import.mp4"),
    ],
)
async def test_servers_names_are_cleaned(imports: Imports, actor: Actor, site: Web, said: str, name: str) -> None:
    """Whatever a server calls its file, it gets a name that can be shown and typed, in the folder where it belongs."""
    url = site.serve("/", FILM, Content_Disposition=said.encode().decode("latin-1") if said.isascii() else said)
    assert (await bring(imports, actor, url)).name == name


# Google Drive


@pytest.mark.parametrize(
    "path",
    [f"/file/d/{DRIVE_ID}/view?usp=sharing", f"/open?id={DRIVE_ID}", f"/uc?export=download&id={DRIVE_ID}",
     f"/file/u/1/d/{DRIVE_ID}/edit"],
)  # fmt: skip
async def test_drive_links_lead_to_their_file(imports: Imports, actor: Actor, site: Web, path: str) -> None:
    """Whichever link Drive's own menus give, the file comes, with the name that it has there."""
    site.serve("/download", FILM, Content_Disposition='attachment; filename="lofi.mp4"')

    view = await bring(imports, actor, f"https://localhost{path}")

    assert (view.state, view.name) == (ImportState.DONE, "lofi.mp4")
    assert site.requests[0].query["id"] == DRIVE_ID


async def test_drives_question_about_large_files_is_answered(imports: Imports, actor: Actor, site: Web) -> None:
    """A file that Drive can't scan for viruses is fetched all the same."""
    page = CONFIRM.format(action=f"{site.base}/confirmed").encode()
    site.serve("/download", page, Content_Type="text/html")
    site.serve("/confirmed", FILM, Content_Disposition='attachment; filename="lofi.mp4"')

    view = await bring(imports, actor, f"https://localhost/file/d/{DRIVE_ID}/view")

    assert (view.state, view.name) == (ImportState.DONE, "lofi.mp4")
    assert dict(site.requests[1].query) == {"id": "FILE", "confirm": "t", "uuid": "a&b"}


async def test_drives_page_cannot_lead_into_the_house(imports: Imports, actor: Actor, site: Web) -> None:
    """A form that sends elsewhere is held to the same rules as any link."""
    inside = site.base.replace("127.0.0.1", "127.0.0.2")
    site.serve("/download", CONFIRM.format(action=f"{inside}/secret").encode(), Content_Type="text/html")
    assert why(await bring(imports, actor, f"https://localhost/file/d/{DRIVE_ID}")) == "link_refused.private"


@pytest.mark.parametrize(
    ("page", "reason"),
    [("<html>Sign in to continue</html>", "drive_private"), ("<p>Sorry. Quota exceeded.</p>", "drive_busy")],
)
async def test_drives_refusals_are_understood(
    imports: Imports, actor: Actor, site: Web, page: str, reason: str
) -> None:
    """A file that isn't shared with everybody, or was fetched too often, is told as that."""
    site.serve("/download", page.encode(), Content_Type="text/html")
    assert why(await bring(imports, actor, f"https://localhost/open?id={DRIVE_ID}")) == f"link_refused.{reason}"


async def test_a_drive_folder_is_no_file(imports: Imports, actor: Actor) -> None:
    """Whoever sends a folder's link is told to send a file's."""
    view = await bring(imports, actor, f"https://localhost/drive/folders/{DRIVE_ID}")
    assert why(view) == "link_refused.drive_folder"


# From a chat


async def test_a_file_from_a_chat_is_taken(imports: Imports, actor: Actor, folder: Path) -> None:
    """A film that is sent to the bot is in the library under its own name."""

    async def save(path: Path) -> None:
        write(path, FILM)

    view = await imports.wait((await imports.take(actor, "Lofi.mp4", len(FILM), save)).id)

    assert (view.state, view.name) == (ImportState.DONE, "Lofi.mp4")
    assert (folder / "Lofi.mp4").read_bytes() == FILM


async def test_a_chats_file_that_lied_about_its_size_is_not_taken(imports: Imports, actor: Actor, folder: Path) -> None:
    """What comes is measured, not what was promised."""

    async def save(path: Path) -> None:
        write(path, b"x" * (5 * MIB))

    assert why(await imports.wait((await imports.take(actor, "lofi.mp4", None, save)).id)) == "no_room.file"
    assert names_in(folder) == []


async def test_a_platform_that_breaks_off_is_told(imports: Imports, actor: Actor, prober: PlayedProber) -> None:
    """A download that fails is a refusal in plain words, not a half file."""

    async def save(path: Path) -> None:
        write(path, b"half")
        raise RuntimeError("gone")

    assert why(await imports.wait((await imports.take(actor, "lofi.mp4", 10, save)).id)) == "fetch_failed.away"
    assert prober.asked == []
