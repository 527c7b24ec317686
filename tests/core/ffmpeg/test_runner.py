"""Starting processes and watching them: one per output, bounded files, samples that tell the truth."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import FfmpegUnusable
from core.ffmpeg.command import OutputPlan, build_argv
from core.ffmpeg.contract import RunSpec, StaleEpoch, Started
from core.ffmpeg.launch import FILE_LIMIT_BYTES
from core.ffmpeg.outputfiles import LOG_LIMIT_BYTES, LOG_READ_BYTES, PROGRESS_LIMIT_BYTES
from core.model import OutputId
from tests.core.ffmpeg.conftest import OUTPUT, Room, exists, shell
from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

BLOCKS = """
frame=0
while [ $frame -lt {count} ]; do
  frame=$((frame + 1))
  printf 'frame=%d\\ntotal_size=%d\\nout_time_us=%d\\nprogress=continue\\n' $frame $frame $frame
done"""


async def test_stream_is_watched(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> None:
    """A stream's time, frames and bytes advance, FFmpeg's own and those that the ingest acknowledged."""
    # P3
    plan = OutputPlan(ffmpeg_path, (clips["standard"],), ingest.rtmp_url, "watched")
    await room.runner.start(OUTPUT, build_argv(plan), 1)

    first = await room.moving()
    later = await room.moving(beyond_s=(first.out_time_s or 0) + 3)

    assert room.reports[0] == Started(OUTPUT, 1)
    assert later.at_s > first.at_s
    assert (later.frame or 0) > 60
    assert (later.sent_bytes or 0) > 50_000
    assert (later.acked_bytes or 0) > (first.acked_bytes or 0) > 0


async def test_only_news_come_fast(room: Room) -> None:
    """A process that says nothing is looked at often while it starts, and reported rarely."""
    await room.runner.start(OUTPUT, shell("exec sleep 1000"), 1)

    await eventually(room.samples, "the first look")

    assert len(room.samples()) == 1


async def test_costs_are_measured(open_room: Callable[..., Room]) -> None:
    """CPU and memory of each stream come with its samples, at the configured interval and not in between."""
    # R11
    room = open_room(monitor_interval_s=0.5)
    await room.runner.take_over()
    await room.runner.start(OUTPUT, shell("while :; do :; done"), 1)

    measured = await eventually(lambda: [s for s in room.samples() if s.cpu_percent is not None], "a measurement")

    assert 1 < (measured[0].cpu_percent or 0) <= 110
    assert 10_000 < (measured[0].memory_bytes or 0) < 50_000_000


async def test_one_process_per_output(room: Room) -> None:
    """However a start comes twice, at once or later, there is one process."""
    # R3
    starts = [room.runner.start(OUTPUT, shell("exec sleep 1000"), epoch) for epoch in (1, 2)]
    results = await asyncio.gather(*starts, return_exceptions=True)

    assert results[0] is None
    assert isinstance(results[1], RuntimeError)
    with pytest.raises(RuntimeError):
        await room.runner.start(OUTPUT, shell("exec sleep 1000"), 3)
    assert [report for report in room.reports if isinstance(report, Started)] == [Started(OUTPUT, 1)]


async def test_late_orders_are_refused(room: Room) -> None:
    """An order that was overtaken by a newer one starts nothing."""
    # R3
    await room.runner.start(OUTPUT, shell("exit 0"), 5)
    await room.end()

    for epoch in (4, 5):
        with pytest.raises(StaleEpoch):
            await room.runner.start(OUTPUT, shell("exit 0"), epoch)
    await room.runner.start(OUTPUT, shell("exit 0"), 6)


@pytest.mark.parametrize(
    ("code", "script"), [(0, "exit 0"), (251, "exit 251"), (-11, "kill -SEGV $$"), (-9, "kill -KILL $$")]
)
async def test_end_is_told_once(room: Room, code: int, script: str) -> None:
    """How a process ended is told once, with its last words, and it leaves neither a zombie nor a file."""
    # R3, R5, R14
    await room.runner.start(OUTPUT, shell(f"echo $$ >&2; {script}"), 1)

    ended = await room.end()

    assert (ended.exit_code, ended.clean, ended.stopped) == (code, False, False)
    assert not exists(int(ended.log_tail[0]))
    assert files_of(room) == {}
    await room.runner.stop(OUTPUT, 0)
    assert room.ends() == [ended]


async def test_nothing_left_in_memory(room: Room) -> None:
    """A hundred streams that came and went leave nothing behind but a number each, and no open file."""
    # R13
    before = len(open_files())
    for number in range(100):
        await room.runner.start(OutputId(f"s{number}-d1"), shell("exit 0"), 1)
    await eventually(lambda: not room.runner._attempts, "their ends")

    assert (room.runner._starting, room.runner._given_up) == ({}, set())
    assert len(open_files()) <= before + 2  # netlink, and a thread's


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "missing"), ("plain", "not_executable")])
async def test_unusable_program(room: Room, tmp_path: Path, name: str, reason: str) -> None:
    """An FFmpeg that is missing or can't be executed is named, and the failed start leaves nothing."""
    (tmp_path / "plain").write_text("no program")
    spec = RunSpec(argv=(str(tmp_path / name), "key"), secrets=("key",), playlist="ffconcat version 1.0\n")

    with pytest.raises(FfmpegUnusable) as refused:
        await room.runner.start(OUTPUT, spec, 1)

    assert refused.value.reason == reason
    assert files_of(room) == {}
    await room.runner.start(OUTPUT, shell("exec sleep 1000"), 2)


async def test_unwritable_folder(room: Room, run_dir: Path) -> None:
    """A start that finds no place for its files fails as such and starts no process."""
    moved = put_in_the_way(run_dir)

    with pytest.raises(OSError, match="Not a directory"):
        await room.runner.start(OUTPUT, shell("exec sleep 1000"), 1)

    assert room.runner._attempts == {}
    moved()


async def test_files_are_private(room: Room, run_dir: Path) -> None:
    """Nobody but the service's user can read a run's files, and the playlist that FFmpeg gets is one of them."""
    # N8
    spec = RunSpec(("/bin/sh", "-c", 'cat "$0" >&2; exec sleep 1000', "{playlist}"), playlist="ffconcat version 1.0\n")
    await room.runner.start(OUTPUT, spec, 1)

    await eventually(lambda: words(room), "its words")

    assert words(room) == ["ffconcat version 1.0"]
    assert set(files_of(room)) == {"s1-d1.ffconcat", "s1-d1.json", "s1-d1.log", "s1-d1.progress"}
    assert set(files_of(room).values()) == {0o600}
    assert mode_of(run_dir) == 0o700


async def test_surroundings_are_clean(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """FFmpeg gets neither the service's tokens nor variables that would make it write the key into a file."""
    # N8
    monkeypatch.setenv("STREAMBRO_TELEGRAM__TOKEN", "secret-token")
    monkeypatch.setenv("FFREPORT", "file=/tmp/report.log")
    await room.runner.start(OUTPUT, shell("env >&2; ls /proc/self/fd >&2; exec sleep 1000"), 1)

    await eventually(lambda: any(word.startswith("3") for word in words(room)), "its words")

    names = {word.partition("=")[0] for word in words(room) if "=" in word}
    assert names <= {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "LC_ALL", "PWD", "OLDPWD", "_"} | {
        *["STREAMBRO_RUN", "STREAMBRO_DATA", "SHLVL", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR"]
    }
    assert "LC_ALL=C" in words(room)
    assert [word for word in words(room) if word.isdigit()] == ["0", "1", "2", "3"]


async def test_log_is_bounded_and_redacted(open_room: Callable[..., Room]) -> None:
    """Of a talkative process the last lines are kept, without the key, and its file does not grow."""
    # R12, N8
    room = open_room(log_lines=10)
    await room.runner.take_over()
    script = "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); echo line $n with sesame >&2; done; exec sleep 1000"
    await room.runner.start(OUTPUT, shell(script, "sesame", "ses"), 1)

    await eventually(lambda: "line 20000 with [key]" in words(room), "its last line")

    assert words(room) == [f"line {number} with [key]" for number in range(19_991, 20_001)]
    assert await room.runner.log_tail(OUTPUT, 2) == words(room)[-2:]
    assert await room.runner.log_tail(OUTPUT, 0) == []
    assert size_of(room, ".log") <= LOG_LIMIT_BYTES + LOG_READ_BYTES
    ended = await room.runner.stop(OUTPUT, 5)
    assert len(ended.log_tail) == 10


async def test_files_are_limited_without_a_service(room: Room, tmp_path: Path) -> None:
    """A stream whose service is away for weeks fills no disk, and lives on when its files are full."""
    wait = "until [ $(ulimit -f) != unlimited ]; do sleep 0.05; done; ulimit -f >&2"
    fill = f"head -c 70000000 /dev/zero > {tmp_path}/file"
    await room.runner.start(OUTPUT, shell(f"{wait}; {fill}; echo lives >&2; exec sleep 1000"), 1)

    await eventually(lambda: "lives" in words(room), "its word after the limit")

    assert int(words(room)[0]) * 512 == FILE_LIMIT_BYTES
    assert any("too large" in line for line in words(room))


async def test_log_lines_are_harmless(room: Room) -> None:
    """What a clip's title writes into the log can neither steer a terminal nor flood a chat."""
    script = r"printf 'red \033[31m\007 \342\200\256 emoji \360\237\216\254 \377\n' >&2; printf '%2000d' 7 >&2"
    await room.runner.start(OUTPUT, shell(script), 1)

    ended = await room.end()

    assert ended.log_tail[0] == "red [31m  emoji 🎬 �"
    assert len(ended.log_tail[1]) <= 1000


async def test_progress_is_bounded(room: Room) -> None:
    """The progress file of a stream that runs for weeks stays small, and reading it goes on without a break."""
    await room.runner.start(OUTPUT, shell(f"{BLOCKS.format(count=5000)}; exec sleep 1000"), 1)

    await eventually(lambda: newest(room) == 5000, "the last block")

    assert size_of(room, ".progress") < PROGRESS_LIMIT_BYTES
    frames = [sample.frame for sample in room.samples() if sample.frame is not None]
    assert frames == sorted(frames)


async def test_dead_progress_shows(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> None:
    """Where only the progress file is dead, as after a full disk, samples go on and show that bytes still arrive."""
    plan = OutputPlan(ffmpeg_path, (clips["standard"],), ingest.rtmp_url, "mute")
    spec = build_argv(plan)
    words_before = list(spec.argv)
    words_before[words_before.index("pipe:1")] = "file:/dev/null"
    await room.runner.start(OUTPUT, RunSpec(tuple(words_before)), 1)

    def both() -> bool:
        acked = [sample.acked_bytes for sample in room.samples() if sample.acked_bytes is not None]
        return len(acked) >= 2 and acked[-1] > acked[0]

    await eventually(both, "bytes that arrive")
    assert {sample.out_time_s for sample in room.samples()} == {None}


async def test_a_look_can_be_asked_for(room: Room) -> None:
    """What stands still is looked at in the moment that counts, without waiting for the next sweep."""
    await room.runner.start(OUTPUT, shell("sleep 60"), 1)
    for _ in range(50):
        room.runner.look_at(OUTPUT)
    room.runner.look_at(OutputId("s9-d9"))

    await eventually(lambda: len(room.samples()) >= 50, "fifty samples")


async def test_looking_goes_on(room: Room) -> None:
    """A progress file that became unreadable blinds the watch over nothing else."""
    other = OutputId("s2-d1")
    for output in (OUTPUT, other):
        await room.runner.start(output, shell(BLOCKS.format(count=1 << 30)), 1)
    await eventually(lambda: room.samples(other), "samples")
    broken = room.runner._attempts[OUTPUT]._progress_file
    os.close(broken._descriptor or -1)
    broken._descriptor = os.open("/", os.O_RDONLY)
    seen = len(room.samples(other))

    await eventually(lambda: len(room.samples(other)) > seen + 3, "more samples")


async def test_room_of_the_machine(room: Room) -> None:
    """The runner tells what its machine has, so that admission can be decided."""
    capacity = await room.runner.capacity()

    assert capacity.cores >= 1
    assert 0 < capacity.memory_available_bytes < capacity.memory_total_bytes


async def test_closed_runner_starts_nothing(room: Room) -> None:
    """A service that is shutting down starts no more processes."""
    # R16
    await room.runner.close(keep=True)

    with pytest.raises(RuntimeError, match="closed"):
        await room.runner.start(OUTPUT, shell("exit 0"), 1)


def files_of(room: Room) -> dict[str, int]:
    """The files of runs, with their modes."""
    folder = room.runner._folder
    places = [place for place in (folder.path, folder._tmpfs) if place.exists()]
    return {file.name: file.stat().st_mode & 0o777 for place in places for file in place.iterdir()}


def open_files() -> list[Path]:
    """What this process has open."""
    return list(Path("/proc/self/fd").iterdir())


def mode_of(path: Path) -> int:
    """Who may do what with it."""
    return path.stat().st_mode & 0o777


def put_in_the_way(folder: Path) -> Callable[[], None]:
    """Replace a folder by a file; return what undoes that."""
    folder.rmdir()
    folder.touch()

    def undo() -> None:
        folder.unlink()
        folder.mkdir()

    return undo


def size_of(room: Room, suffix: str) -> int:
    """The size of one of the output's files."""
    folder = room.runner._folder
    return next(file.stat().st_size for place in (folder.path, folder._tmpfs) for file in place.glob(f"*{suffix}"))


def words(room: Room) -> list[str]:
    """The lines that are kept of the output's log."""
    attempt = room.runner._attempts[OUTPUT]
    attempt.look()
    return attempt.log.tail_all()


def newest(room: Room) -> int | None:
    """The newest frame that was reported."""
    return room.samples()[-1].frame if room.samples() else None


async def test_looking_can_be_asked_for(open_room: Callable[..., Room]) -> None:
    """Whoever asks learns whether running streams are watched: from the take-over on, until the runner closes."""
    room = open_room()
    assert not room.runner.is_looking()
    await room.runner.take_over()
    assert room.runner.is_looking()
    await room.runner.close(keep=False)
    assert not room.runner.is_looking()
