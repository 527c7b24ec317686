"""The run folder: private files, progress in memory only where that is safe, records that survive a crash."""

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.errors import DataFolderUnusable
from core.ffmpeg.contract import Part
from core.ffmpeg.records import LEAST_BYTES, ROOMY_BYTES, ProcessRecord, RunFolder
from core.model import OutputId

OUTPUT = OutputId("s1-d1")
RECORD = ProcessRecord(
    output=OUTPUT,
    epoch=3,
    nonce="n",
    boot_id="b",
    spawned_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    progress="/somewhere/s1-d1.progress",
    pid=12,
    start_ticks=99,
    parts=(Part("/media/lofi.mp4", 61.5), Part("/media/bad \udcff name.mp4", 0.0)),
)
PARTS = r'"parts": [["/media/lofi.mp4", 61.5], ["/media/bad \udcff name.mp4", 0.0]]'


@pytest.fixture
def shm(tmp_path: Path) -> Path:
    """What stands for /dev/shm."""
    folder = tmp_path / "shm"
    folder.mkdir()
    return folder


@pytest.fixture
def folder(tmp_path: Path, shm: Path) -> RunFolder:
    """A new run folder."""
    return RunFolder(tmp_path / "run", shm)


def progress_place(folder: RunFolder) -> Path:
    """Where a new progress file is put."""
    path, descriptor = folder.make_progress(OUTPUT)
    os.close(descriptor)
    return Path(path).parent


def test_record_is_read_back(folder: RunFolder) -> None:
    """What the service knows of a process is what the next service reads."""
    # R2
    folder.write(RECORD)

    assert folder.read_all() == [RECORD]
    assert (folder.path / "s1-d1.json").stat().st_mode & 0o777 == 0o600


def test_half_written_record_is_the_old_one(folder: RunFolder) -> None:
    """A crash while a record is written leaves the one before."""
    # R2
    folder.write(RECORD)
    (folder.path / "s1-d1.tmp").write_text('{"outp')

    assert folder.read_all() == [RECORD]


@pytest.mark.parametrize(
    "text", ["", "7", "{}", '{"output": "s1-d1", "epoch": "3"}', '{"output": "../s9-d9"}', "\udcff"]
)
def test_spoiled_record_is_passed_over(folder: RunFolder, text: str) -> None:
    """A spoiled record hides no other one."""
    folder.write(RECORD)
    (folder.path / "s0-d1.json").write_bytes(os.fsencode(text))

    assert folder.read_all() == [RECORD]


@pytest.mark.parametrize("change", ['"epoch": 3', '"pid": 12', '"start_ticks": 99', '"nonce": "n"', PARTS])
def test_every_field_is_checked(folder: RunFolder, change: str) -> None:
    """A record whose fields have other types is not believed."""
    folder.write(RECORD)
    path = folder.path / "s1-d1.json"
    path.write_text(path.read_text().replace(change, change.partition(":")[0] + ": [1]"))

    assert folder.read_all() == []


def test_another_outputs_record_is_not_believed(folder: RunFolder) -> None:
    """A record that was copied under another name is not believed: two owners would have one process."""
    folder.write(RECORD)
    (folder.path / "s2-d1.json").write_text((folder.path / "s1-d1.json").read_text())

    assert folder.read_all() == [RECORD]


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "a" * 200, "x\n"])
def test_names_stay_inside(folder: RunFolder, name: str) -> None:
    """No output's name leads out of the folder."""
    with pytest.raises(ValueError, match="not an output"):
        folder.make_log(OutputId(name))


def test_progress_is_kept_in_memory(folder: RunFolder, shm: Path) -> None:
    """Where there is room, progress costs no disk writes."""
    place = progress_place(folder)

    assert place.parent == shm
    assert place.stat().st_mode & 0o777 == 0o700


def test_small_memory_is_left_alone(tmp_path: Path, shm: Path) -> None:
    """In a container whose /dev/shm is small, progress goes to the data folder."""
    folder = RunFolder(tmp_path / "run", shm, least_bytes=1 << 60)

    assert progress_place(folder) == folder.path


def test_a_containers_memory_is_enough_for_progress(folder: RunFolder, shm: Path) -> None:
    """Docker's 64 MB of /dev/shm keep progress out of a full disk's reach."""
    assert LEAST_BYTES < 64 * 1024 * 1024 < ROOMY_BYTES

    assert progress_place(RunFolder(folder.path, shm, roomy_bytes=1 << 60)).parent == shm


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system without a free block, and with room for names."""
    place = tmp_path / "full"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_keeps_no_stream_from_coming_back(full_disk: Path, shm: Path) -> None:
    """Where the disk is full, record, log and list of a new process go into memory, and are found there and removed."""
    folder = RunFolder(full_disk / "run", shm)
    with suppress(OSError):
        (full_disk / "ballast").write_bytes(bytes(1 << 17))

    folder.write(RECORD)
    descriptor = folder.make_log(OUTPUT)
    os.write(descriptor, b"[info] a word\n")
    os.close(descriptor)
    assert folder.make_playlist(OUTPUT, "ffconcat version 1.0\n").read_text() == "ffconcat version 1.0\n"
    assert folder.find_log(OUTPUT).read_text().split() == ["[info]", "a", "word"]
    assert folder.has_room()

    # A record in memory counts for more than an intent that the disk still took.
    (full_disk / "ballast").unlink()
    folder.write(replace(RECORD, pid=None, start_ticks=None))
    assert folder.read_all() == [RECORD]

    folder.remove(OUTPUT)
    assert list(folder.path.iterdir()) == []
    assert list(shm.iterdir()) == []


def test_no_memory_folder(tmp_path: Path) -> None:
    """On a host without /dev/shm, progress goes to the data folder."""
    folder = RunFolder(tmp_path / "run", tmp_path / "nowhere")

    assert progress_place(folder) == folder.path


@pytest.mark.parametrize("kind", ["open to all", "link", "file"])
def test_squatters_get_nothing(folder: RunFolder, tmp_path: Path, kind: str) -> None:
    """A folder that somebody else laid out under the name that we would use is not written into."""
    place = folder._tmpfs
    trap = tmp_path / "trap"
    trap.mkdir()
    if kind == "open to all":
        place.mkdir()
        place.chmod(0o777)
    elif kind == "link":
        place.symlink_to(trap)
    else:
        place.touch()

    assert progress_place(folder) == folder.path
    folder.sweep(keep=())
    assert list(trap.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_somebody_elses_folder_gets_nothing(folder: RunFolder) -> None:
    """A folder of another user under the name that we would use is not written into."""
    folder._tmpfs.mkdir(mode=0o700)
    os.chown(folder._tmpfs, 12345, 12345)

    assert progress_place(folder) == folder.path


def test_waiting_files_are_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    """A link under a log's name is replaced, not written through."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (folder.path / "s1-d1.log").symlink_to(victim)

    descriptor = folder.make_log(OUTPUT)
    os.write(descriptor, b"log")
    os.close(descriptor)

    assert victim.read_text() == "precious"


def test_remove_leaves_others_alone(folder: RunFolder, tmp_path: Path) -> None:
    """What a record says of its progress file can't have another file removed."""
    # R14
    victim = tmp_path / "precious.progress"
    victim.touch()
    folder.write(RECORD)

    folder.remove(OUTPUT, str(victim))

    assert victim.exists()
    assert list(folder.path.iterdir()) == []


def test_last_stream_leaves_no_folder_in_memory(folder: RunFolder, shm: Path) -> None:
    """When the last stream has ended nothing stays in memory, however the service ends after that."""
    # R14
    other = OutputId("s2-d1")
    paths = {output: folder.make_progress(output) for output in (OUTPUT, other)}
    for _, descriptor in paths.values():
        os.close(descriptor)

    folder.remove(OUTPUT, paths[OUTPUT][0])
    assert Path(paths[other][0]).exists()
    folder.remove(other, paths[other][0])

    assert list(shm.iterdir()) == []


def test_a_start_beside_the_last_end_succeeds(folder: RunFolder) -> None:
    """A stream that starts in the moment in which the last other one ends finds a place for its files."""
    other = OutputId("s2-d1")
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            path, descriptor = folder.make_progress(other)
            os.close(descriptor)
            folder.remove(other, path)

    with ThreadPoolExecutor(1) as pool:
        coming_and_going = pool.submit(come_and_go)
        try:
            for _ in range(2000):
                path, descriptor = folder.make_progress(OUTPUT)
                os.close(descriptor)
                folder.remove(OUTPUT, path)
        finally:
            over.set()
        coming_and_going.result()


def test_sweep_clears_both_places(folder: RunFolder) -> None:
    """Leftovers in memory are swept like those on disk, and an empty folder does not stay there."""
    # R14
    progress_place(folder)
    os.close(folder.make_log(OUTPUT))

    folder.sweep(keep={OUTPUT})
    assert len(list(folder.path.iterdir())) + len(list(folder._tmpfs.iterdir())) == 2

    folder.sweep(keep=())
    assert list(folder.path.iterdir()) == []
    assert not folder._tmpfs.exists()


def test_open_folder_is_closed(tmp_path: Path, shm: Path) -> None:
    """A run folder that others could enter is closed to them."""
    (tmp_path / "run").mkdir(mode=0o755)

    folder = RunFolder(tmp_path / "run", shm)

    assert folder.path.stat().st_mode & 0o777 == 0o700


def test_folder_in_the_way(tmp_path: Path, shm: Path) -> None:
    """A data folder that can't be used is named as such."""
    (tmp_path / "run").touch()

    with pytest.raises(DataFolderUnusable) as refused:
        RunFolder(tmp_path / "run", shm)

    assert refused.value.reason == "not_a_folder"


def test_names_of_any_letters_reach_the_list(folder: RunFolder) -> None:
    """A playlist with names that are no valid text is written byte for byte."""
    path = folder.make_playlist(OUTPUT, "file 'file:/m/\udcff🎬.mp4'\n")

    assert path.read_bytes() == b"file 'file:/m/\xff\xf0\x9f\x8e\xac.mp4'\n"
