"""Streams outlive their service, and the next one finds them all: each once, and nobody else's."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from psutil import Process

from core.ffmpeg.command import OutputPlan, build_argv
from core.ffmpeg.contract import RunSpec, StaleEpoch
from core.ffmpeg.process import read_boot_id, read_stat
from core.ffmpeg.records import RunFolder
from core.ffmpeg.settling import end_all
from tests.core.ffmpeg.conftest import OUTPUT, Room, exists, runs, shell
from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually, wait_for

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

KEY = "take-over-key"
SLEEPER = shell("exec sleep 1000")


class Doomed:
    """A service in a process of its own that is killed once it has started something."""

    def __init__(self, run_dir: Path, shm: Path, strays: list[int]) -> None:
        self.run_dir = run_dir
        self._shm = shm
        self._strays = strays

    def start_and_die(self, spec: RunSpec = SLEEPER) -> int:
        """Let it start this, kill it, and return the pid of what it left."""
        command = [sys.executable, "-m", "tests.core.ffmpeg.doomed_service"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
            assert service.stdin is not None
            assert service.stdout is not None
            order = {"run_dir": str(self.run_dir), "shm": str(self._shm), "argv": spec.argv, "playlist": spec.playlist}
            service.stdin.write(json.dumps(order) + "\n")
            service.stdin.flush()
            assert service.stdout.readline() == "started\n"
            service.kill()
        pid: int = self.record()["pid"]
        self._strays.append(pid)
        return pid

    def record(self) -> dict[str, Any]:
        """What it wrote of its process."""
        found: dict[str, Any] = json.loads(self._path.read_text())
        return found

    def rewrite(self, **changes: object) -> None:
        """Change its record."""
        self._path.write_text(json.dumps(self.record() | changes))

    def spoil(self, text: str = "") -> None:
        """Put something else into its record's place."""
        self._path.write_text(text)

    @property
    def _path(self) -> Path:
        return self.run_dir / f"{OUTPUT}.json"


@pytest.fixture
def doomed(run_dir: Path, shm: Path, strays: list[int]) -> Doomed:
    """A service that will be killed."""
    return Doomed(run_dir, shm, strays)


async def test_stream_goes_on(
    doomed: Doomed, open_room: Callable[..., Room], ffmpeg_path: Path, clips: Clips, ingest: Ingest
) -> None:
    """After a kill -9 of the service its stream runs on, and the next service watches and stops that very process."""
    # R2, N2, N8
    plan = OutputPlan(ffmpeg_path, (clips["standard"], clips["second"]), ingest.rtmp_url, KEY)
    pid = doomed.start_and_die(build_argv(plan))
    await eventually(lambda: ingest.stream(KEY), "its publication")

    room = open_room()
    running = await room.runner.take_over()

    assert [(r.output, r.epoch) for r in running] == [(OUTPUT, 7)]
    assert room.pid() == pid
    first = await room.moving(beyond_s=1)
    later = await room.moving(beyond_s=(first.out_time_s or 0) + 1)
    assert (later.acked_bytes or 0) > (first.acked_bytes or 0) > 0
    assert KEY not in everything_written(room)

    ended = await room.runner.stop(OUTPUT, 5)

    assert (ended.exit_code, ended.clean, ended.stopped) == (None, True, True)
    assert not runs(pid)
    assert everything_written(room) == ""
    assert ingest.attempts(KEY) == 1
    assert ingest.second_pushers == []


async def test_death_is_noticed(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """The end of a process that was taken over is noticed like that of an own child, with its last words."""
    # R2
    pid = doomed.start_and_die(shell("echo early >&2; sleep 1000"))
    room = open_room()
    await room.runner.take_over()

    os.killpg(pid, signal.SIGKILL)

    ended = await room.end()
    assert (ended.exit_code, ended.clean, ended.stopped) == (None, False, False)
    assert ended.log_tail == ("early",)


async def test_death_in_between_is_known(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """Of a stream that died while no service was there the next one knows when, and its last words."""
    # R2
    pid = doomed.start_and_die(shell("echo first; echo '[error] last words' >&2; sleep 1000"))
    log = doomed.run_dir / f"{OUTPUT}.log"
    await eventually(log.read_text, "its last words")
    died_s = log.stat().st_mtime
    os.killpg(pid, signal.SIGKILL)
    await eventually(lambda: not runs(pid), "its end")

    room = open_room()
    assert await room.runner.take_over() == []

    (perished,) = room.runner.perished().values()
    assert perished.at.timestamp() == pytest.approx(died_s)
    assert (perished.ended.output, perished.ended.log_tail) == (OUTPUT, ("[error] last words",))
    assert files_in(doomed.run_dir) == []


async def test_same_process_twice(open_room: Callable[..., Room]) -> None:
    """A runner that closes and keeps its processes hands them to the next one, files and all."""
    # R16
    first = open_room()
    await first.runner.take_over()
    await first.runner.start(OUTPUT, shell("trap 'exit 3' TERM; while :; do sleep 0.05; done"), 4)
    pid = first.pid()
    await first.runner.close(keep=True)
    await first.reading

    second = open_room()
    assert [r.epoch for r in await second.runner.take_over()] == [4]
    assert second.pid() == pid
    assert (await second.runner.stop(OUTPUT, 5)).exit_code == 3
    assert not exists(pid)


async def test_older_epoch_is_refused(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """An order from before the take-over can't start a second process, even after the first one's end."""
    # R2
    doomed.start_and_die()
    room = open_room()
    await room.runner.take_over()
    with pytest.raises(RuntimeError, match="has a process"):
        await room.runner.start(OUTPUT, SLEEPER, 8)
    await room.runner.stop(OUTPUT, 5)

    with pytest.raises(StaleEpoch):
        await room.runner.start(OUTPUT, SLEEPER, 7)

    await room.runner.start(OUTPUT, SLEEPER, 8)


async def test_killed_between_intent_and_pid(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """A service that died before it could write the pid down loses no process: its mark finds it."""
    # R2
    pid = doomed.start_and_die()
    doomed.rewrite(pid=None, start_ticks=None)

    room = open_room()
    running = await room.runner.take_over()

    assert [r.output for r in running] == [OUTPUT]
    assert room.pid() == pid
    assert doomed.record()["pid"] == pid


async def test_killed_between_intent_and_process(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """An intent that never became a process is swept away."""
    # R14
    pid = doomed.start_and_die()
    os.killpg(pid, signal.SIGKILL)
    wait_for(lambda: not runs(pid), "its end")
    doomed.rewrite(pid=None, start_ticks=None)

    room = open_room()

    assert await room.runner.take_over() == []
    assert everything_written(room) == ""


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"output": "s1-d1"}', '{"pid": 1}', "\0" * 200])
async def test_spoiled_record(doomed: Doomed, open_room: Callable[..., Room], text: str) -> None:
    """A process whose record can't be read is ended: nobody could ever stop it again."""
    # R5
    pid = doomed.start_and_die()
    doomed.spoil(text)

    room = open_room()

    assert await room.runner.take_over() == []
    assert not runs(pid)
    assert everything_written(room) == ""


@pytest.mark.parametrize("change", [{"version": 99, "region": "eu"}, {"version": 0}])
async def test_other_release(doomed: Doomed, open_room: Callable[..., Room], change: dict[str, object]) -> None:
    """An upgrade keeps running streams, and so does going back: records of other versions are read."""
    # R2
    pid = doomed.start_and_die()
    doomed.rewrite(**change)

    room = open_room()

    assert [r.output for r in await room.runner.take_over()] == [OUTPUT]
    assert room.pid() == pid


async def test_age_is_the_kernels(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """How old a stream's process is does not hang on what the wall clock was when it began."""
    # N6
    doomed.start_and_die()
    doomed.rewrite(spawned_at="1970-01-01T00:00:00+00:00")

    [running] = await open_room().runner.take_over()

    assert 0 <= running.age_s < 3600


@pytest.mark.parametrize("change", ["start_ticks", "nonce", "boot_id"])
async def test_somebody_elses_process(
    doomed: Doomed, open_room: Callable[..., Room], strays: list[int], change: str
) -> None:
    """A number that was given to another process meanwhile, or a record from before a reboot, harms nobody."""
    # R2
    os.killpg(doomed.start_and_die(), signal.SIGKILL)
    nonce = doomed.record()["nonce"]
    marks = {"STREAMBRO_RUN": nonce} if change != "nonce" else {}
    with stray(marks) as stranger:
        strays.append(stranger.pid)
        found = read_stat(stranger.pid)
        assert found is not None
        right = {"pid": stranger.pid, "start_ticks": found.start_ticks, "boot_id": read_boot_id()}
        wrong = {"start_ticks": found.start_ticks + 1, "boot_id": "another"}.get(change)
        doomed.rewrite(**right | ({change: wrong} if wrong else {}))

        room = open_room()

        assert await room.runner.take_over() == []
        assert await end_all(doomed.run_dir) == 0
        assert stranger.poll() is None
        stranger.kill()


async def test_copied_folder(doomed: Doomed, open_room: Callable[..., Room], tmp_path: Path) -> None:
    """A service on a copy of the data folder leaves the original's streams alone."""
    # R2
    pid = doomed.start_and_die()
    copy = tmp_path / "copy"
    shutil.copytree(doomed.run_dir, copy)

    room = open_room(copy)

    assert await room.runner.take_over() == []
    assert await end_all(copy) == 0
    assert runs(pid)
    assert doomed.record()["pid"] == pid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change a process's root")
async def test_other_container(open_room: Callable[..., Room], run_dir: Path, tmp_path: Path) -> None:
    """A service in a container, whose data folder has the same path as ours, keeps its streams."""
    # R2
    room = open_room()
    marks = {"STREAMBRO_RUN": "theirs", "STREAMBRO_DATA": room.runner._folder.digest}
    script = f"import os, time; os.chroot({str(tmp_path)!r}); print(flush=True); time.sleep(1000)"
    with stray(marks, sys.executable, "-c", script) as stranger:
        assert stranger.stdout is not None
        stranger.stdout.readline()

        assert await room.runner.take_over() == []
        assert await end_all(run_dir) == 0
        assert stranger.poll() is None
        stranger.kill()


async def test_renamed_folder(doomed: Doomed, open_room: Callable[..., Room], tmp_path: Path) -> None:
    """A data folder that was moved while the service was away keeps its streams."""
    # R2
    pid = doomed.start_and_die(shell("echo hello >&2; exec sleep 1000"))
    moved = doomed.run_dir.rename(tmp_path / "moved")

    room = open_room(moved)

    assert [r.output for r in await room.runner.take_over()] == [OUTPUT]
    assert room.pid() == pid
    assert await room.runner.log_tail(OUTPUT, 5) == ["hello"]


async def test_frozen_process_is_taken_over(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """A process that hangs is taken over too: it holds the key, so somebody must be able to end it."""
    # P2
    pid = doomed.start_and_die()
    os.kill(pid, signal.SIGSTOP)

    room = open_room()

    assert [r.output for r in await room.runner.take_over()] == [OUTPUT]
    await room.runner.stop(OUTPUT, 0)
    assert not runs(pid)


async def test_leftovers_are_swept(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """Files of runs that are over are removed at the start; those of running streams, and other people's, stay."""
    # R14
    doomed.start_and_die(replace(SLEEPER, playlist="ffconcat version 1.0\n"))
    for name in ("s2-d1.ffconcat", "s3-d1.log", "s4-d1.tmp", "s5-d1.progress", "notes.txt"):
        (doomed.run_dir / name).touch()

    room = open_room()
    await room.runner.take_over()

    left = sorted(file.name for file in doomed.run_dir.iterdir())
    assert left == ["notes.txt", "s1-d1.ffconcat", "s1-d1.json", "s1-d1.log"]


async def test_wrapper_is_taken_over_whole(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """Where `ffmpeg.path` is a script around FFmpeg, the FFmpeg in it runs on with it, and ends with it."""
    # R2, R5
    pid = doomed.start_and_die(shell("sleep 1000; true"))
    child = wait_for(lambda: Process(pid).children(), "the script's child")[0].pid
    doomed.rewrite(pid=None, start_ticks=None)

    room = open_room()
    assert len(await room.runner.take_over()) == 1
    assert room.pid() == pid
    assert runs(child)

    await room.runner.stop(OUTPUT, 5)
    wait_for(lambda: not runs(child), "the end of the script's child")


async def test_rest_of_a_wrapper_is_ended(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """An FFmpeg whose script died while the service was away is ended: it holds the key, and nobody has it."""
    # R5
    pid = doomed.start_and_die(shell("sleep 1000; true"))
    child = wait_for(lambda: Process(pid).children(), "the script's child")[0].pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not runs(pid), "the script's end")

    room = open_room()

    assert await room.runner.take_over() == []
    assert not runs(child)


async def test_stop_all_without_a_service(doomed: Doomed, run_dir: Path, strays: list[int]) -> None:
    """Every stream of a data folder can be ended without its service, recorded ones and lost ones."""
    # R5
    recorded = doomed.start_and_die()
    with stray({"STREAMBRO_RUN": "lost", "STREAMBRO_DATA": RunFolder(run_dir).digest}) as lost:
        strays.append(lost.pid)

        assert await end_all(run_dir, grace_s=1) == 2

        assert not runs(lost.pid)
    assert not runs(recorded)
    assert files_in(run_dir) == []


async def test_stop_all_of_nothing(tmp_path: Path) -> None:
    """A data folder that no service ever used has nothing to stop, and gets nothing."""
    assert await end_all(tmp_path / "never") == 0
    assert not (tmp_path / "never").exists()


async def test_crash_while_crashing(doomed: Doomed, open_room: Callable[..., Room]) -> None:
    """However often the service is killed right after a take-over, there is one process and it is the same."""
    # R2
    pid = doomed.start_and_die()
    for _ in range(5):
        room = open_room()
        assert len(await room.runner.take_over()) == 1
        assert room.pid() == pid
        await room.runner.close(keep=True)
        await asyncio.wait([room.reading])


def stray(marks: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    """A process that no service of these tests started."""
    return subprocess.Popen(command or ("sleep", "1000"), env=marks, start_new_session=True, stdout=subprocess.PIPE)


def files_in(folder: Path) -> list[Path]:
    """What is in a folder."""
    return list(folder.iterdir())


def everything_written(room: Room) -> str:
    """The text of all files of runs."""
    folder = room.runner._folder
    places = [place for place in (folder.path, folder._tmpfs) if place.exists()]
    return "".join(file.read_text() for place in places for file in place.iterdir())
