"""`streambro check`: what would stop the service is told before it does, with what to do, and nothing is changed."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.cli.findings import Grade
from bot.cli.host_checks import check_disk, check_memory_files, check_processes
from tests.bot.cli.conftest import Run, SetUp
from tests.fakes.telegram_api import FakeTelegram

pytestmark = pytest.mark.real


@pytest.fixture
def home(set_up: SetUp, tmp_path: Path) -> Path:
    """A folder that `init` has set up, for the console alone."""
    return set_up(tmp_path, "home")


def contents(folder: Path) -> dict[Path, bytes | None]:
    """Return everything in a folder."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def line_of(text: str, what: str) -> str:
    """Return the line about one thing."""
    return next(line for line in text.splitlines() if line[2:].startswith(what))


def test_all_is_well(streambro: Run, home: Path) -> None:
    """Where nothing stops the service each thing has its line, and the exit code is 0."""
    before = contents(home)

    done = streambro("check")

    assert done.returncode == 0, done.stdout
    for what in ("configuration", "FFmpeg", "encoder", "data folder", "service", "database", "key file", "disk"):
        assert line_of(done.stdout, what).startswith("✓"), done.stdout
    assert line_of(done.stdout, "chat").startswith("!")
    assert "process list" in done.stdout
    assert "✗" not in done.stdout
    assert contents(home) == before


def test_before_anything_is_set_up(streambro: Run, tmp_path: Path) -> None:
    """In an empty folder it tells what will be made, and makes none of it."""
    done = streambro("check")

    assert done.returncode == 0, done.stdout
    assert "streambro init" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_no_ffmpeg(streambro: Run, home: Path) -> None:
    """A missing FFmpeg stops the service, so the exit code is 1 and the sentence says what to do."""
    done = streambro("check", environ={"STREAMBRO_FFMPEG__PATH": str(home / "nosuch")})

    assert done.returncode == 1
    assert line_of(done.stdout, "FFmpeg").startswith("✗")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", [b"this is no database" * 100, b"short"])
def test_damaged_database(streambro: Run, home: Path, damage: bytes) -> None:
    """A database that is none is named, and left as it is for whoever wants to save something."""
    database = home / "data" / "streambro.db"
    database.write_bytes(damage)

    done = streambro("check")

    assert done.returncode == 1
    assert line_of(done.stdout, "database").startswith("✗")
    assert database.read_bytes() == damage
    assert "Traceback" not in done.stderr


def test_database_of_a_newer_version(streambro: Run, home: Path) -> None:
    """After going back to an older release one is told that the database is newer."""
    with closing(sqlite3.connect(home / "data" / "streambro.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    done = streambro("check")

    assert done.returncode == 1
    assert line_of(done.stdout, "database").startswith("✗")


def test_key_file_that_others_may_read(streambro: Run, home: Path) -> None:
    """A key file that is open to others is told, with the command that closes it."""
    # N8
    (home / "streambro.key").chmod(0o644)

    done = streambro("check")

    assert done.returncode == 0
    assert f"chmod 600 {home / 'streambro.key'}" in done.stdout


def test_folder_that_is_a_file(streambro: Run, tmp_path: Path) -> None:
    """A data folder that can't be one stops the service."""
    (tmp_path / "data").write_text("a letter")

    done = streambro("check")

    assert done.returncode == 1
    assert line_of(done.stdout, "data folder").startswith("✗")


@pytest.mark.usefixtures("home")
async def test_tokens_are_tried(streambro: Run) -> None:
    """A token is tried at the platform: whose it is, or that it is refused, is told, and never the token itself."""
    # N8
    async with FakeTelegram(clock=time.time) as telegram:
        environ = {"STREAMBRO_TELEGRAM__API_URL": telegram.url}
        good = await asyncio.to_thread(
            streambro, "check", environ={**environ, "STREAMBRO_TELEGRAM__TOKEN": telegram.token}
        )
        bad = await asyncio.to_thread(streambro, "check", environ={**environ, "STREAMBRO_TELEGRAM__TOKEN": "1:wrong"})

    assert "✓ Telegram" in good.stdout
    assert good.returncode == 0, good.stdout
    assert "✗ Telegram" in bad.stdout
    assert bad.returncode == 1
    for done, token in ((good, telegram.token), (bad, "1:wrong")):
        assert token not in done.stdout + done.stderr


@pytest.mark.usefixtures("home")
def test_platform_that_is_away_stops_nothing(streambro: Run) -> None:
    """While Telegram can't be reached the service starts all the same, so that is advice."""
    address = "http://127.0.0.1:9"

    done = streambro("check", environ={"STREAMBRO_TELEGRAM__TOKEN": "1:some", "STREAMBRO_TELEGRAM__API_URL": address})

    assert "! Telegram" in done.stdout
    assert done.returncode == 0
    assert "1:some" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "grade"),
    [
        ("rw,nosuid,hidepid=2", Grade.GOOD),
        ("rw,hidepid=invisible,gid=4", Grade.GOOD),
        ("rw,nosuid", Grade.ADVICE),
        ("rw,hidepid=0", Grade.ADVICE),
    ],
)
def test_who_sees_keys_in_the_process_list(tmp_path: Path, options: str, grade: Grade) -> None:
    """Whoever shares the host with others is told that they can see stream keys, and how to hide them."""
    # N8
    mounts = tmp_path / "mounts"
    mounts.write_text(f"sysfs /sys sysfs rw 0 0\nproc /proc proc {options} 0 0\n")

    found = check_processes(mounts)

    assert found.grade is grade
    assert ("hidepid" in found.todo) == (grade is Grade.ADVICE)


def test_full_disk(tmp_path: Path) -> None:
    """Too little room is advice: streams go on, imports don't."""
    # N10
    assert check_disk(tmp_path / "not" / "yet", 0).grade is Grade.GOOD
    assert check_disk(tmp_path, 1 << 40).grade is Grade.ADVICE


def test_little_memory_for_files(tmp_path: Path) -> None:
    """Whoever runs in a container with hardly any /dev/shm is told what a full disk will then cost, and what to set."""
    assert check_memory_files(tmp_path, 0).grade is Grade.GOOD
    for folder, needed in ((tmp_path, 1 << 60), (tmp_path / "missing", 1)):
        found = check_memory_files(folder, needed)
        assert found.grade is Grade.ADVICE
        assert "--shm-size" in found.todo
