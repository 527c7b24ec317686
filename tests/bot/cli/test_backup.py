"""`streambro backup` and `restore`: a server that burnt down is back, and a copy never streams by itself."""

import asyncio
import io
import tarfile
from pathlib import Path

import pytest

from core.data_folder import DataFolder
from core.model import MAIN_SPACE, Platform, StreamRecord
from core.secrets import KeyRing
from core.store import Store
from tests.bot.cli.conftest import Run, SetUp
from tests.fakes.stores import Furnished, opened
from tests.integration.service import Service

KEY = "abcd-secret-key"
CUSTOM = Platform.CUSTOM


def fill(folder: Path) -> None:
    """Put a wanted stream, one that ended, and a sealed key there."""

    async def work() -> None:
        ring = KeyRing.load(folder / "streambro.key")
        async with opened(folder / "data" / "streambro.db") as store:
            rina = await store.people.person("console", "local", "Rina")
            lofi = await store.media.put(MAIN_SPACE, "lofi.mp4", 1000, 1, None, None)
            url = "rtmp://127.0.0.1/live"
            key = (ring.seal(KEY), ring.digest("lock"))
            home = Furnished(store, rina, lofi, await store.destinations.add(MAIN_SPACE, "there", CUSTOM, url, *key))
            await home.began("lofi")
            ended, run = await home.began("old")
            await store.streams.set_wanted(ended.id, wanted=False)
            await store.streams.end_run(run.id, home.end())

    asyncio.run(work())


def look(folder: Path) -> tuple[dict[str, StreamRecord], list[str]]:
    """Return a folder's streams by name, and its keys, sealed."""

    async def work(store: Store) -> tuple[dict[str, StreamRecord], list[str]]:
        return {one.name: one for one in await store.streams.all()}, await store.destinations.sealed_keys()

    async def run() -> tuple[dict[str, StreamRecord], list[str]]:
        async with opened(folder / "data" / "streambro.db") as store:
            return await work(store)

    return asyncio.run(run())


@pytest.fixture
def home(set_up: SetUp, tmp_path: Path) -> Path:
    """A folder with a configuration, a key file and a database."""
    set_up(tmp_path, "home")
    (tmp_path / "data").mkdir(exist_ok=True)
    fill(tmp_path)
    return tmp_path


@pytest.fixture
def other(set_up: SetUp, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another server's folder, with nothing in it but a configuration and a key file of its own."""
    return set_up(tmp_path_factory.mktemp("another"), "other")


def names_in(file: Path) -> list[str]:
    """What a backup holds."""
    with tarfile.open(file) as archive:
        return sorted(archive.getnames())


@pytest.mark.real
def test_a_restored_stream_waits(streambro: Run, home: Path, other: Path) -> None:
    """On a new server all is there again, and nothing is sent before somebody says so: the old one may still run."""
    # N4
    (other / "streambro.key").write_bytes((home / "streambro.key").read_bytes())
    assert streambro("backup", "out.tar").returncode == 0

    done = streambro("restore", home / "out.tar", folder=other)

    assert done.returncode == 0, done.stderr
    assert "1 stream(s) wait" in done.stdout
    streams, keys = look(other)
    assert {name: (one.held, one.wanted) for name, one in streams.items()} == {
        "lofi": (True, True),
        "old": (False, False),
    }
    assert [KeyRing.load(other / "streambro.key").open(key).reveal() for key in keys] == [KEY]


@pytest.mark.real
def test_a_backup_holds_no_key_unless_asked_for(streambro: Run, home: Path) -> None:
    """Whoever finds a backup can't stream with it, unless the key file was put in on purpose."""
    # N8
    assert streambro("backup", "out.tar").returncode == 0
    told = streambro("backup", "with.tar", "--with-key").stdout

    assert names_in(home / "out.tar") == ["streambro-backup.json", "streambro.db"]
    assert names_in(home / "with.tar") == ["streambro-backup.json", "streambro.db", "streambro.key"]
    assert "like a password" in told
    assert (home / "out.tar").stat().st_mode & 0o777 == 0o600
    with tarfile.open(home / "out.tar") as archive:
        inside = b"".join(file.read() for member in archive if (file := archive.extractfile(member)) is not None)
    assert KEY.encode() not in inside


@pytest.mark.real
def test_a_backup_with_key_brings_its_key(streambro: Run, home: Path, other: Path) -> None:
    """With the key file in it one file is enough; the key file that was there is kept beside it."""
    assert streambro("backup", "with.tar", "--with-key").returncode == 0
    before = (other / "streambro.key").read_bytes()

    done = streambro("restore", home / "with.tar", folder=other)

    assert done.returncode == 0, done.stderr
    assert (other / "streambro.key").read_bytes() == (home / "streambro.key").read_bytes()
    assert (other / "streambro.key").stat().st_mode & 0o777 == 0o600
    (kept,) = other.glob("streambro.key.before-*")
    assert kept.read_bytes() == before
    assert str(kept) in done.stdout


@pytest.mark.real
def test_a_key_that_does_not_fit_changes_nothing(streambro: Run, home: Path, other: Path) -> None:
    """A backup whose keys can't be read here is refused, with what to do, before anything is touched."""
    fill(other)
    before = (other / "data" / "streambro.db").read_bytes()
    assert streambro("backup", "out.tar").returncode == 0

    done = streambro("restore", home / "out.tar", folder=other)

    assert done.returncode == 1
    assert "Put the key file there" in done.stderr
    assert (other / "data" / "streambro.db").read_bytes() == before
    assert not list((other / "data").glob(".restore-*"))


@pytest.mark.real
def test_what_was_there_is_kept(streambro: Run, home: Path) -> None:
    """A restore over a database can be undone: the old one lies beside it."""
    assert streambro("backup", "out.tar").returncode == 0
    before = (home / "data" / "streambro.db").read_bytes()

    done = streambro("restore", "out.tar")

    assert done.returncode == 0, done.stderr
    (kept,) = (home / "data").glob("streambro.db.before-*")
    assert kept.read_bytes() == before
    assert sorted(look(home)[0]) == ["lofi", "old"]


@pytest.mark.real
@pytest.mark.parametrize("what", ["rubbish", "empty", "other tar", "later"])
def test_what_is_no_backup_is_refused(streambro: Run, home: Path, what: str) -> None:
    """A wrong or broken file is said to be one, and nothing is changed."""
    file = home / "out.tar"
    if what in {"other tar", "later"}:
        with tarfile.open(file, "w:gz") as archive:
            data = b'{"format": 99}' if what == "later" else b"x"
            info = tarfile.TarInfo("streambro-backup.json" if what == "later" else "../../evil")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    else:
        file.write_bytes(b"" if what == "empty" else b"rubbish" * 1000)
    before = (home / "data" / "streambro.db").read_bytes()

    done = streambro("restore", "out.tar")

    assert done.returncode == 1
    assert "is no backup" in done.stderr
    assert (home / "data" / "streambro.db").read_bytes() == before
    assert not (home.parent / "evil").exists()


@pytest.mark.real
def test_nothing_is_overwritten(streambro: Run, home: Path) -> None:
    """A backup never replaces a file that is there."""
    (home / "out.tar").write_text("mine")

    done = streambro("backup", "out.tar")

    assert (done.returncode, (home / "out.tar").read_text()) == (1, "mine")
    assert "exists already" in done.stderr


@pytest.mark.real
def test_no_restore_beside_a_running_service(streambro: Run, home: Path) -> None:
    """While a service has the folder nothing is restored into it."""
    assert streambro("backup", "out.tar").returncode == 0
    with DataFolder(home / "data"):
        done = streambro("restore", "out.tar")
    assert done.returncode == 1
    assert "Another service" in done.stderr


@pytest.mark.real
def test_nothing_to_back_up(streambro: Run, tmp_path: Path) -> None:
    """Where there is no database it says so, and writes nothing."""
    done = streambro("backup", "out.tar")
    assert done.returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.real
def test_a_backup_is_taken_while_the_service_runs(running: Service, tmp_path: Path) -> None:
    """The service goes on as if nothing were, and its backup is whole."""
    if not running.running:
        running.start()
    running.done("adddestination kept rtmp://127.0.0.1/live key-of-kept")

    done = running.run("backup", str(tmp_path / "out.tar"))

    assert done.returncode == 0, done.stderr
    with tarfile.open(tmp_path / "out.tar") as archive:
        archive.extract("streambro.db", tmp_path / "data", filter="data")
    assert running.order("destinations")["ok"]

    async def read() -> list[str]:
        async with opened(tmp_path / "data" / "streambro.db") as store:
            return [one.name for one in await store.destinations.all(MAIN_SPACE)]

    assert "kept" in asyncio.run(read())
