"""Starts of the real service that can't go well: one clear sentence, the right exit code, nothing changed."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.secrets import KeyRing
from tests.fakes.ingest import Ingest
from tests.integration.conftest import add_destination
from tests.integration.service import Service

pytestmark = pytest.mark.real

REFUSED, USAGE = 1, 2
DATABASE = Path("data", "streambro.db")


@pytest.fixture(scope="module")
def used_folder(ffmpeg_path: Path, shared_ingest: Ingest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service that has run and holds a key."""
    with Service(tmp_path_factory.mktemp("used"), ffmpeg_path) as service:
        add_destination(service, shared_ingest)
        assert service.end() == 0
    return service.folder


@pytest.fixture
def used(used_folder: Path, ffmpeg_path: Path, tmp_path: Path) -> Iterator[Service]:
    """A service on a copy of that folder, not started."""
    folder = tmp_path / "copy"
    service = Service(folder, ffmpeg_path)
    shutil.copytree(used_folder, folder, dirs_exist_ok=True)
    yield service
    service.close()


def fails(service: Service, code: int, *words: str) -> str:
    """Check that a start fails with this code and these words, and return what it said."""
    done = service.run("run")
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    return done.stderr


MISTAKES = {
    "an unknown key": ("limits: {totl: 3}", ("limits.totl", "Did you mean 'total'?")),
    "a wrong type": ("limits: {total: many}", ("limits.total", "'many'")),
    "no YAML": ("limits: [3", ("line", "config.example.yaml")),
    "no zone": ("timezone: Asia/Jakrata", ("timezone", "did you mean Asia/Jakarta? The default")),
    "out of range": ("limits: {total: -1}", ("limits.total", "-1")),
    "a list": ("- data_dir", ("config.example.yaml",)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_configuration_is_told(make_service: Callable[..., Service], name: str) -> None:
    """Whoever mistypes config.yaml is told where, what is there and what to write; nothing starts."""
    text, words = MISTAKES[name]
    service = make_service()
    service.config.write_text(text)

    assert len(fails(service, USAGE, str(service.config), *words).splitlines()) == 1
    assert not (service.data / "streambro.db").exists()


def test_all_mistakes_are_told_at_once(make_service: Callable[..., Service]) -> None:
    """Three mistakes are three lines of one answer, so that nobody has to try three times."""
    service = make_service(limits={"totl": 1, "total": "x"}, shutdown={"streams": "maybe"})

    told = fails(service, USAGE, "limits.totl", "limits.total", "shutdown.streams")
    assert len(told.splitlines()) == 3


def test_a_missing_configuration_is_told(make_service: Callable[..., Service]) -> None:
    """A configuration that was named and isn't there is no reason to start with another one."""
    service = make_service()
    service.config.unlink()

    fails(service, USAGE, str(service.config), "no such file", "streambro init")


PLACES = {
    "not writable": ("/proc/streambro", REFUSED, "can't be written to"),
    "a file": ("config.yaml", USAGE, "is no folder"),
    "below a file": ("config.yaml/data", USAGE, "is no folder"),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_data_folder_that_is_none_is_told(make_service: Callable[..., Service], name: str) -> None:
    """Whoever names a data folder that can't be used is told which, and what is wrong with it."""
    place, code, word = PLACES[name]
    fails(make_service(data_dir=place), code, place, word)


def test_what_is_no_key_file_is_told(make_service: Callable[..., Service], tmp_path: Path) -> None:
    """A key_file that names a folder is a mistake in the configuration, and the folder stays as it is."""
    tmp_path.chmod(0o755)
    fails(make_service(key_file=str(tmp_path)), USAGE, str(tmp_path), "key_file")
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_missing_ffmpeg_is_told(make_service: Callable[..., Service]) -> None:
    """Without the FFmpeg that was named the service doesn't start, and says how to get one."""
    fails(make_service(ffmpeg={"path": "/nowhere/ffmpeg"}), USAGE, "/nowhere/ffmpeg")


def corrupt(service: Service) -> None:
    """Damage the database as a broken disk would."""
    path = service.folder / DATABASE
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    path.write_bytes(content)


def from_the_future(service: Service) -> None:
    """Have the database look like a later release's."""
    with sqlite3.connect(service.folder / DATABASE) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999_later'")
    database.close()


def lose_the_key(service: Service) -> None:
    """Lose what the stream keys are sealed with."""
    (service.folder / "streambro.key").unlink()


def swap_the_key(service: Service) -> None:
    """Put a key file in its place that is whole and another one's."""
    path = service.folder / "streambro.key"
    path.unlink()
    KeyRing.create(path)


SPOILED = {
    "corrupt": (corrupt, "damaged"),
    "newer": (from_the_future, "newer"),
    "key lost": (lose_the_key, "streambro.key"),
    "key swapped": (swap_the_key, "streambro.key"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_folder_is_left_as_it_is(used: Service, name: str) -> None:
    """A database or key file that doesn't fit is told in a sentence, and not a byte of it is changed."""
    spoil, word = SPOILED[name]
    spoil(used)
    files = [path for path in (used.folder / DATABASE, used.folder / "streambro.key") if path.exists()]
    before = [path.read_bytes() for path in files]
    told = fails(used, REFUSED, word)

    assert len(told.strip().splitlines()) == 1
    assert [path.read_bytes() for path in files] == before


def test_a_locked_database_is_told(used: Service) -> None:
    """While another program holds the database the service says so; once that is gone it starts as ever."""
    database = sqlite3.connect(used.folder / DATABASE, isolation_level=None)
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("BEGIN EXCLUSIVE")
    try:
        told = fails(used, REFUSED, "busy")
    finally:
        database.close()
    assert len(told.strip().splitlines()) == 1

    used.start()
    assert used.done("destinations")["data"]["destinations"]
