"""Every process that is told to end does, whatever state it is in, and nothing of it stays."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from psutil import Process

from core.ffmpeg.command import OutputPlan, build_argv
from core.ffmpeg.contract import RunSpec
from core.ffmpeg.runner import LocalRunner
from core.model import OutputId
from tests.core.ffmpeg.conftest import OUTPUT, Room, exists, runs, shell
from tests.fakes.clips import Clips
from tests.fakes.clock import FakeClock
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

DEAF = 'trap "" TERM; echo deaf >&2; while :; do sleep 0.05; done'


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts, and then neither reads nor says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def test_clean_stop(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> None:
    """A stopped stream says goodbye to the ingest, is reaped, and leaves no file."""
    # R5, R14
    plan = OutputPlan(ffmpeg_path, (clips["standard"], clips["second"]), ingest.rtmp_url, "some-key")
    await room.runner.start(OUTPUT, build_argv(plan), 1)
    await room.moving()
    pid = room.pid()

    ended = await room.runner.stop(OUTPUT, 5)

    assert (ended.exit_code, ended.clean, ended.stopped) == (255, True, True)
    assert any("Exiting normally" in line for line in ended.log_tail)
    assert not exists(pid)
    assert left_files(room) == []
    await eventually(lambda: not ingest.publishing(), "the end of the publication")
    assert room.ends() == [ended]


async def test_stopped_by_the_kernel(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> None:
    """A stream whose FFmpeg somebody suspended can be stopped."""
    # R6
    plan = OutputPlan(ffmpeg_path, (clips["standard"],), ingest.rtmp_url, "some-key")
    await room.runner.start(OUTPUT, build_argv(plan), 1)
    await room.moving()
    pid = room.pid()
    os.kill(pid, signal.SIGSTOP)

    ended = await room.runner.stop(OUTPUT, 5)

    assert ended.stopped
    assert not exists(pid)


@pytest.mark.parametrize("grace_s", [0, 5])
async def test_server_that_says_nothing(
    room: Room, ffmpeg_path: Path, clips: Clips, silent_port: int, grace_s: float
) -> None:
    """A stream that waits for a server that never answers can be stopped, gently or at once."""
    # R6
    plan = OutputPlan(ffmpeg_path, (clips["standard"],), f"rtmp://127.0.0.1:{silent_port}/live", "some-key")
    await room.runner.start(OUTPUT, build_argv(plan), 1)
    sample = await eventually(room.samples, "a look")

    ended = await room.runner.stop(OUTPUT, grace_s)

    assert sample[0].out_time_s is None
    assert ended.stopped
    assert left_files(room) == []


async def test_blocked_socket(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> None:
    """A stream whose ingest stopped reading can be stopped."""
    # R6
    plan = OutputPlan(ffmpeg_path, (clips["three_mbit"],), ingest.rtmp_url, "some-key")
    spec = build_argv(plan)
    # Unpaced it fills all buffers on the way at once.
    unpaced = replace(spec, argv=tuple(word for word in spec.argv if word != "-re"))
    await room.runner.start(OUTPUT, unpaced, 1)
    await room.moving()
    ingest.freeze()
    room.runner.hasten(OUTPUT, fast=False)
    await eventually(lambda: stands_still(room), "a blocked socket")

    ended = await room.runner.stop(OUTPUT, 2)

    assert ended.stopped
    assert left_files(room) == []


async def test_deaf_process_is_killed_with_its_group(room: Room) -> None:
    """A process that ignores TERM is killed after the grace, and everything that it started with it."""
    # R7
    await room.runner.start(OUTPUT, shell(f"({DEAF}) & echo pid $! >&2; {DEAF}"), 1)
    lines = await eventually(lambda: said(room, "pid ", "deaf"), "its words")
    child = next(int(line.split()[1]) for line in lines if line.startswith("pid"))
    pid = room.pid()

    ended = await room.runner.stop(OUTPUT, 0.3)

    assert (ended.exit_code, ended.clean, ended.stopped) == (-signal.SIGKILL, False, True)
    await eventually(lambda: not (runs(pid) or runs(child)), "the end of the whole group")
    assert not exists(pid)


async def test_child_of_a_wrapper_goes_with_it(room: Room) -> None:
    """Where `ffmpeg.path` is a script around FFmpeg, no FFmpeg stays when the script dies by itself."""
    # R5
    await room.runner.start(OUTPUT, shell("sleep 1000 & echo pid $! >&2; kill -9 $$"), 1)

    ended = await room.end()

    assert ended.exit_code == -signal.SIGKILL
    assert not ended.stopped
    child = next(int(line.split()[1]) for line in ended.log_tail)
    await eventually(lambda: not runs(child), "the end of the child")


async def test_again_and_sooner(room: Room) -> None:
    """A stop that is asked for again changes nothing, except that one that wants it sooner gets it sooner."""
    # R6
    await room.runner.start(OUTPUT, shell(DEAF), 1)
    await eventually(lambda: said(room, "deaf"), "its word")
    gentle = asyncio.create_task(room.runner.stop(OUTPUT, 1000))
    again = asyncio.create_task(room.runner.stop(OUTPUT, 1000))
    await asyncio.sleep(0)

    ended = await room.runner.stop(OUTPUT, 0)

    assert await gentle == await again == ended
    assert room.ends() == [ended]


async def test_goes_on_when_nobody_waits(room: Room) -> None:
    """A stop whose asker went away is carried out all the same."""
    # R6
    await room.runner.start(OUTPUT, shell(DEAF), 1)
    await eventually(lambda: said(room, "deaf"), "its word")
    stopping = asyncio.create_task(room.runner.stop(OUTPUT, 0.3))
    await asyncio.sleep(0)
    stopping.cancel()

    assert (await room.end()).stopped


async def test_nothing_to_stop(room: Room) -> None:
    """Stopping what does not run is an end, not an error."""
    assert (await room.runner.stop(OUTPUT, 5)).stopped


async def test_stop_during_the_start(room: Room) -> None:
    """A stop that comes while the process is being made ends that process."""
    # R6
    starting = asyncio.create_task(room.runner.start(OUTPUT, shell("sleep 1000"), 1))
    await asyncio.sleep(0)

    ended = await room.runner.stop(OUTPUT, 5)
    await starting

    assert ended.exit_code == -signal.SIGTERM
    assert left_files(room) == []


async def test_cancelled_start_can_be_stopped(room: Room) -> None:
    """A start that was given up leaves no process that nobody can end."""
    # R5
    starting = asyncio.create_task(room.runner.start(OUTPUT, shell("sleep 1000"), 1))
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])

    ended = await room.runner.stop(OUTPUT, 5)

    assert ended.exit_code == -signal.SIGTERM
    assert left_files(room) == []


async def test_kernel_that_does_not_let_go(run_dir: Path, shm: Path) -> None:
    """A killed process that the kernel still holds keeps nobody waiting, and is reaped whenever it goes."""
    # R5, R6, R14
    clock = FakeClock()
    room = Room(LocalRunner(run_dir, clock, shm=shm))
    # So much memory takes the kernel some milliseconds to give back: here they last for 5 s.
    hog = "import time; held = b'x' * (600 << 20); time.sleep(1000)"
    await room.runner.start(OUTPUT, RunSpec((sys.executable, "-c", hog)), 1)
    pid = room.pid()
    await eventually(lambda: Process(pid).memory_info().rss > 600 << 20, "its growth")
    stopping = asyncio.create_task(room.runner.stop(OUTPUT, 0))
    while not clock.pending:  # noqa: ASYNC110 - without a pause: the kernel takes only so long
        await asyncio.sleep(0)
    clock._timers[0].callback()

    ended = await stopping

    assert (ended.exit_code, ended.stopped) == (None, True)
    await eventually(lambda: not exists(pid), "its end")
    await eventually(lambda: not left_files(room), "the end of its files")
    assert room.runner._given_up == set()
    assert room.ends() == [ended]
    await room.runner.close(keep=False)
    await room.reading


async def test_closing_ends_all(open_room: Callable[..., Room]) -> None:
    """A service that shall stop its streams with itself leaves no process, no timer and no file."""
    # R10, R16
    room = open_room()
    await room.runner.take_over()
    names = [OutputId(f"s{number}-d1") for number in range(3)]
    await asyncio.gather(*(room.runner.start(name, shell("sleep 1000"), 1) for name in names))
    pids = [room.pid(name) for name in names]
    still_starting = asyncio.create_task(room.runner.start(OutputId("s9-d1"), shell("sleep 1000"), 1))
    await asyncio.sleep(0)

    await room.runner.close(keep=False)

    await still_starting
    await room.reading
    assert not any(exists(pid) for pid in pids)
    assert left_files(room) == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


def left_files(room: Room) -> list[str]:
    """What is left of runs in the run folder and beside it."""
    folder = room.runner._folder
    return [file.name for place in (folder.path, folder._tmpfs) if place.exists() for file in place.iterdir()]


def said(room: Room, *beginnings: str) -> list[str]:
    """The log's lines, once there is one with each of these beginnings."""
    attempt = room.runner._attempts[OUTPUT]
    attempt.look()
    lines = attempt.log.tail_all()
    return lines if all(any(line.startswith(word) for line in lines) for word in beginnings) else []


def stands_still(room: Room) -> bool:
    """Whether nothing was acknowledged between the last two looks."""
    last = [sample.acked_bytes for sample in room.samples()[-2:]]
    return len(last) == 2 and last[0] == last[1]
