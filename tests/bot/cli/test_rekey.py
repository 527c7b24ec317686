"""`streambro rekey`: a key file that may have been seen is worth nothing afterwards, and every stream key opens."""

import asyncio
from pathlib import Path

import pytest

from core.data_folder import DataFolder
from core.errors import DataFolderUnusable
from core.model import MAIN_SPACE, Platform
from core.secrets import KeyRing
from tests.bot.cli.conftest import Run
from tests.fakes.stores import opened

pytestmark = pytest.mark.real


@pytest.fixture
def key_file(streambro: Run, tmp_path: Path) -> Path:
    """The key file of a folder whose database holds a sealed key."""
    assert streambro("init", "--timezone", "UTC").returncode == 0
    asyncio.run(_seal(tmp_path))
    return tmp_path / "streambro.key"


async def _seal(folder: Path) -> None:
    ring = KeyRing.load(folder / "streambro.key")
    async with opened(folder / "data" / "streambro.db") as store:
        url, key = "rtmp://127.0.0.1/live", ring.seal("abcd-secret")
        await store.destinations.add(MAIN_SPACE, "there", Platform.CUSTOM, url, key, ring.digest("lock"))


def sealed(folder: Path) -> list[str]:
    """Return what the database of a folder holds sealed."""

    async def read() -> list[str]:
        async with opened(folder / "data" / "streambro.db") as store:
            return await store.destinations.sealed_keys()

    return asyncio.run(read())


def test_old_key_file_opens_nothing_any_more(streambro: Run, key_file: Path, tmp_path: Path) -> None:
    """Whoever copied the old key file can't open the database of afterwards; the service can."""
    # N8
    stolen = tmp_path / "stolen.key"
    stolen.write_bytes(key_file.read_bytes())

    done = streambro("rekey")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 stream key(s)")
    assert KeyRing.load(key_file).open(sealed(tmp_path)[0]).reveal() == "abcd-secret"
    assert key_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(DataFolderUnusable, match="key_wrong"):
        KeyRing.load(stolen).open(sealed(tmp_path)[0])


def test_not_beside_a_running_service(streambro: Run, key_file: Path, tmp_path: Path) -> None:
    """While a service has the folder, nothing is changed and it is said who has it."""
    before = key_file.read_bytes()

    with DataFolder(tmp_path / "data"):
        done = streambro("rekey")

    assert done.returncode == 1
    assert "Another service" in done.stderr
    assert key_file.read_bytes() == before


def test_nothing_to_seal(streambro: Run, tmp_path: Path) -> None:
    """Where there is no database it says so, and makes none."""
    done = streambro("rekey")

    assert done.returncode == 1
    assert "no database" in done.stderr
    assert list(tmp_path.iterdir()) == []
