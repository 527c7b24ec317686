"""The data folder, and that one service alone has it."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.data_folder import DataFolder
from core.errors import DataFolderUnusable
from tests.fakes.nobody import as_nobody, open_folder

HOLDER = """
import sys
from pathlib import Path
from core.data_folder import DataFolder
folder = DataFolder(Path(sys.argv[1]))
folder.take()
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the folder `data`."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def refusal(path: Path) -> DataFolderUnusable:
    """Return why the folder can't be taken."""
    with pytest.raises(DataFolderUnusable) as refused:
        DataFolder(path).take()
    return refused.value


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the host can look into the data folder or what is made in it; a mode too wide is mended."""
    # N8
    path = tmp_path / "not" / "there"
    path.mkdir(parents=True, mode=0o755)

    with DataFolder(path) as folder:
        folders = (folder.path, folder.media, folder.run)
        assert [stat.S_IMODE(each.stat().st_mode) for each in folders] == [0o700] * 3
        assert folder.database.parent == folder.console_socket.parent == path
        assert stat.S_IMODE((path / "streambro.lock").stat().st_mode) == 0o600


def test_two_services_never_share_a_folder(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """A second service is refused and told which process has the folder; when that ended, however, it may."""
    # R2
    error = refusal(tmp_path / "data")
    assert (error.reason, error.pid) == ("in_use", holder.pid)

    holder.send_signal(signal.SIGKILL)
    holder.wait()
    (tmp_path / "data" / "streambro.lock").write_text("1234567890123456")
    with DataFolder(tmp_path / "data"):
        assert refusal(tmp_path / "data").pid == os.getpid()
    with DataFolder(tmp_path / "data"):
        pass


def test_a_process_that_was_started_does_not_hold_the_folder(tmp_path: Path) -> None:
    """An FFmpeg that outlives the service does not keep the next service out."""
    # R2
    folder = DataFolder(tmp_path / "data")
    folder.take()
    with subprocess.Popen(["sleep", "60"], close_fds=False) as left:
        folder.release()
        folder.release()
        try:
            DataFolder(tmp_path / "data").take()
        finally:
            left.kill()


def test_the_other_process_is_not_always_known(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """Where the lock file says nothing of use, the refusal stands without a process."""
    (tmp_path / "data" / "streambro.lock").write_text("rubbish")

    error = refusal(tmp_path / "data")

    assert holder.poll() is None
    assert (error.reason, error.pid) == ("in_use", None)


def test_a_folder_with_other_people_s_things_is_left_alone(tmp_path: Path) -> None:
    """A slip in data_dir (a home, /tmp, a project) closes that folder to nobody and puts nothing into it."""
    path = tmp_path / "home"
    path.mkdir(mode=0o755)
    (path / "mine").touch()
    (path / "media").mkdir()

    assert refusal(path).reason == "foreign"
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert sorted(entry.name for entry in path.iterdir()) == ["media", "mine"]
    path.chmod(0o700)
    with DataFolder(path):
        path.chmod(0o755)
    with DataFolder(path):  # it has been a data folder since
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_films_may_be_there_before_the_service(tmp_path: Path) -> None:
    """Who made the folder and its media first, on a disk of its own, can start."""
    path = tmp_path / "data"
    (path / "media").mkdir(parents=True, mode=0o755)
    (path / "lost+found").mkdir()

    with DataFolder(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.parametrize("below", [".", "below"])
def test_a_file_is_no_folder(tmp_path: Path, below: str) -> None:
    """A data folder that is, or lies under, an ordinary file is refused as that, and the file stays."""
    path = tmp_path / "data"
    path.write_text("mine")

    assert refusal(path / below).reason == "not_a_folder"
    assert path.read_text() == "mine"


def test_a_folder_that_can_not_be_made_is_said() -> None:
    """A data folder where nothing can be written is refused as that."""
    error = refusal(Path("/proc/streambro"))

    assert (error.reason, error.path) == ("not_writable", "/proc/streambro")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody; others are that already")
def test_a_folder_of_somebody_else_is_said() -> None:
    """A data folder that belongs to another user is refused as not writable."""
    with open_folder() as folder, as_nobody():
        assert refusal(folder).reason == "not_writable"


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link in the lock file's place does not make the service overwrite what it points to."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    data = tmp_path / "data"
    data.mkdir()
    (data / "streambro.lock").symlink_to(precious)

    assert refusal(data).reason == "not_writable"
    assert precious.read_text() == "mine"
