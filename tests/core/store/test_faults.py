"""What goes wrong with a database file: said in one word, nothing changed, nothing lost."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import Session

from core.errors import CoreError, InvalidValue, StoreUnavailable
from core.model import MAIN_SPACE, Platform
from core.store import Store, schema
from tests.fakes.nobody import as_nobody, give_to_nobody, open_folder
from tests.fakes.stores import Furnished, locked, opened, put_empty_database
from tests.fakes.wait import eventually


@pytest.fixture
def nobodys_folder() -> Iterator[Path]:
    """A folder with an empty database, of somebody without root's rights, who runs the test from here on."""
    with open_folder() as folder:
        give_to_nobody(put_empty_database(folder))
        give_to_nobody(folder)
        with as_nobody():
            yield folder


def set_mode(path: Path, mode: int) -> None:
    """Change who may do what with a file or folder."""
    path.chmod(mode)


def damage_end(path: Path) -> bytes:
    """Write noise over the last quarter of a file, where rows are; return what it holds now."""
    content = path.read_bytes()
    noise = len(content) // 4
    path.write_bytes(content[:-noise] + os.urandom(noise))
    return path.read_bytes()


def read_modes(folder: Path) -> dict[str, int]:
    """Return the mode of each file in a folder."""
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
        timeout=60,
    )


async def reason_of(path: Path, *, busy_timeout_ms: int = 5000) -> str:
    """Return why the file can't be opened."""
    with pytest.raises(StoreUnavailable) as refused:
        await Store.open(path, busy_timeout_ms=busy_timeout_ms)
    return refused.value.reason


async def test_a_locked_database_is_busy_and_then_goes_on(home: Furnished, database: Path) -> None:
    """While another program holds the database an order is refused as busy, looking still works, and later all does."""
    async with opened(database, busy_timeout_ms=20) as store:
        with locked(database):
            with pytest.raises(StoreUnavailable) as refused:
                await store.streams.begin(home.order())
            assert refused.value.reason == "busy"
            assert await store.streams.all() == []
            assert await reason_of(database, busy_timeout_ms=20) == "busy"

        stream, _ = await store.streams.begin(home.order())
        assert await store.streams.all() == [stream]


async def test_looking_waits_for_no_write(home: Furnished) -> None:
    """While an order waits for a disk or a lock, what a dead stream needs for its next start is read all the same."""
    stream, _ = await home.began()
    turn = threading.Event()
    waiting = asyncio.create_task(home.store.streams.database.write(lambda _: turn.wait()))
    try:
        assert [found.id for found in await home.store.streams.all()] == [stream.id]
        assert not waiting.done()
    finally:
        turn.set()
        await waiting


async def test_a_full_disk_is_said_and_loses_nothing(home: Furnished) -> None:
    """When the disk is full an order is refused as that, what stood there stays, and with space it goes on."""
    # N10
    stream, run = await home.began()
    database = home.store.streams.database

    def allow(pages: int) -> None:
        with database._writing.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    await database.call(lambda: allow(1))  # SQLite takes the present size: not one page more
    with pytest.raises(StoreUnavailable) as refused:
        await home.store.streams.end_run(run.id, home.end(log_tail=("x" * 4000,) * 100))
    assert refused.value.reason == "full"
    assert await home.store.streams.get(stream.id) == stream
    assert await home.store.streams.open_runs() == [run]

    await database.call(lambda: allow(2**30))
    await home.store.streams.end_run(run.id, home.end(log_tail=("x" * 4000,) * 100))
    assert await home.store.streams.open_runs() == []


@pytest.mark.parametrize("content", [b"not a database" * 1000, b"SQLite format 3\0" + b"\xff" * 8192, b"x"])
async def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """A file that is something else, or damaged at its head, is refused as corrupt and not touched."""
    path = tmp_path / "streambro.db"
    path.write_bytes(content)

    assert await reason_of(path) == "corrupt"
    assert path.read_bytes() == content


async def test_a_database_damaged_in_the_middle_is_refused(home: Furnished, database: Path) -> None:
    """Damage that no query would meet for days is found at the start, before anything rests on it."""
    for number in range(30):
        await home.began(f"s{number}", source_name="x" * 5000)
    await home.store.close()
    damaged = damage_end(database)

    assert await reason_of(database) == "corrupt"
    with database.open("rb") as file:
        assert file.read() == damaged


async def test_a_truncated_database_is_refused(database: Path) -> None:
    """A file cut short, as after a broken-off copy, is refused."""
    os.truncate(database, 20 * 4096)

    assert await reason_of(database) == "corrupt"


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """The database of another program is refused, and gets none of our tables."""
    path = tmp_path / "streambro.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")

    assert await reason_of(path) == "corrupt"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


async def test_a_newer_releases_database_is_left_alone(home: Furnished, database: Path) -> None:
    """After going back to an older release its database is refused as newer, and the newer release finds all there."""
    stream, _ = await home.began()
    await home.store.close()
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    assert await reason_of(database) == "newer"

    with closing(sqlite3.connect(database)) as connection, connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
        connection.execute("UPDATE alembic_version SET version_num = ?", (schema.HEAD,))
    async with opened(database) as store:
        assert await store.streams.all() == [stream]


@pytest.mark.parametrize("mode", [0o500, 0o000])
async def test_a_folder_that_may_not_be_written_is_said(nobodys_folder: Path, mode: int) -> None:
    """In a folder without the right to write the store is refused as read-only."""
    set_mode(nobodys_folder, mode)

    assert await reason_of(nobodys_folder / "streambro.db") == "read_only"


async def test_a_file_that_may_not_be_written_is_said(nobodys_folder: Path) -> None:
    """A database that was made by root and then opened by the service's user is refused as read-only."""
    set_mode(nobodys_folder / "streambro.db", 0o400)

    assert await reason_of(nobodys_folder / "streambro.db") == "read_only"


async def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    """A database in a folder that is not there is refused."""
    assert await reason_of(tmp_path / "missing" / "streambro.db") == "read_only"


async def test_only_its_owner_reads_the_files(tmp_path: Path) -> None:
    """Nobody else on the host can read the database, its log or its index; a mode that was too wide is mended."""
    # N8
    path = put_empty_database(tmp_path)
    path.chmod(0o644)
    async with opened(path) as store:
        await store.people.person("console", "local", "Rina")
        modes = read_modes(tmp_path)

    assert modes == dict.fromkeys(("streambro.db", "streambro.db-shm", "streambro.db-wal"), 0o600)


async def test_a_closed_store_says_so(store: Store) -> None:
    """After shutting down, a late call is refused in words; closing twice is fine."""
    await store.close()
    await store.close()

    with pytest.raises(StoreUnavailable):
        await store.streams.all()


async def test_an_unknown_fault_quotes_nothing(store: Store) -> None:
    """An unforeseen fault names itself, and neither the statement nor a value, however it is printed."""
    # N8
    sealed = "sealed-value-that-nobody-shall-see"

    def add_twice(session: Session) -> None:
        for _ in range(2):
            session.connection().exec_driver_sql(
                "INSERT INTO destination (space, name, platform, url, sealed_key, lock) VALUES (?, ?, ?, ?, ?, ?)",
                (MAIN_SPACE, "a", Platform.CUSTOM, "rtmp://a.test/live", sealed, "lock"),
            )

    with pytest.raises(StoreUnavailable) as refused:
        await store.destinations.database.write(add_twice)

    assert refused.value.data() == {"reason": "unknown", "detail": "SQLITE_CONSTRAINT_UNIQUE"}
    assert sealed not in str(refused.getrepr(style="short", showlocals=False, chain=True))
    assert await store.destinations.all(MAIN_SPACE) == []


async def test_a_number_beyond_all_bounds_is_refused(store: Store) -> None:
    """A number with forty digits is refused in words instead of being an incident."""
    with pytest.raises(InvalidValue):
        await store.media.put(MAIN_SPACE, "a.mp4", 10**40, 1, None, None)


async def test_a_failed_opening_leaves_nothing_running(tmp_path: Path) -> None:
    """A refused opening leaves no thread behind."""
    assert await reason_of(tmp_path / "missing" / "streambro.db") == "read_only"

    await eventually(lambda: not [t for t in threading.enumerate() if t.name.startswith("store")], "no thread left")


def test_the_service_does_not_carry_alembic(tmp_path: Path) -> None:
    """Making and opening a database leaves no migration library in the service's memory."""
    code = (
        "import asyncio, sys; from pathlib import Path; from core.store import Store, schema\n"
        "async def main(): await (await Store.open(Path(sys.argv[1]) / 'x.db')).close()\n"
        "asyncio.run(main()); assert not {'alembic', 'mako', 'greenlet'} & set(sys.modules), 'loaded'\n"
    )
    child = run_python(code, str(tmp_path))

    assert child.returncode == 0, child.stderr


async def test_work_that_raises_changes_nothing(store: Store) -> None:
    """A transaction that fails half-way leaves nothing of its first half."""
    database = store.people.database

    def half(session: Session) -> None:
        session.connection().exec_driver_sql("INSERT INTO playlist (space, name) VALUES ('main', 'Malam')")
        raise CoreError

    with pytest.raises(CoreError):
        await database.write(half)
    assert await store.playlists.all(MAIN_SPACE) == []


async def test_a_cancelled_order_is_done_entirely_or_not_at_all(home: Furnished) -> None:
    """An order that is given up while it waits its turn is not carried out later."""
    database, turn = home.store.streams.database, threading.Event()
    blocked = asyncio.create_task(database.call(turn.wait))
    given_up = asyncio.create_task(home.store.streams.begin(home.order()))
    await asyncio.sleep(0)

    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    turn.set()
    await blocked

    assert await home.store.streams.all() == []
