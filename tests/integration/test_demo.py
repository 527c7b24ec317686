"""The first thing that anybody does with StreamBro, as it is done: the demo as a program of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tests.fakes.leftovers import leftovers
from tests.fakes.terminal import CTRL_D, ENTER, Terminal
from tests.fakes.wait import wait_for

pytestmark = pytest.mark.real

DEMO = [sys.executable, "-m", "bot", "demo"]
HERE = Path(__file__).parents[2]
PATIENCE_S = 120


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """Where the demo has its throw-away folder; it must be as empty after the test as before."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    others = set(leftovers(folder))  # what other tests of this run share
    yield folder
    assert list(folder.iterdir()) == []
    assert set(leftovers(folder)) <= others


@pytest.fixture
def environ(scratch: Path, ffmpeg_path: Path) -> Mapping[str, str]:
    """An environment like that of whoever has a real service here too."""
    theirs = {"STREAMBRO_TELEGRAM__TOKEN": "1:real", "STREAMBRO_DATA_DIR": str(scratch / "real")}
    return {**os.environ, **theirs, "TMPDIR": str(scratch), "STREAMBRO_FFMPEG__PATH": str(ffmpeg_path)}


def play(environ: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the demo where there is no terminal, and return how it went."""
    return subprocess.run(
        DEMO,
        cwd=HERE,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_tour_shows_the_main_job(environ: Mapping[str, str]) -> None:
    """One command shows a stream that comes back from a kill, outlives the service, ends as planned and is stopped."""
    # R2 R7 R8 P3
    done = play(environ)

    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout
    for seen in ("Live:", "The receiver's newest picture:", "Back by itself:", "Taken over:", "Stopped as planned"):
        assert f"✓ {seen}" in done.stdout
    assert "✓ Gone from the receiver" in done.stdout
    assert "demo-only-key" not in done.stdout


def test_tour_is_no_success_where_the_picture_is_black(environ: Mapping[str, str], tmp_path: Path) -> None:
    """Whoever's receiver gets a black picture is told so by exit code and sentence, not that all is well."""
    # P3
    blinded = wrap(Path(environ["STREAMBRO_FFMPEG__PATH"]), tmp_path, "fps=2", "fps=2,drawbox=color=black:t=fill")

    done = play({**environ, "STREAMBRO_FFMPEG__PATH": str(blinded)})

    assert done.returncode == 1
    assert "✗ the receiver's newest picture shows something" in done.stdout
    assert "Traceback" not in done.stdout


def test_ffmpeg_without_an_encoder_is_named(environ: Mapping[str, str], tmp_path: Path) -> None:
    """Whoever's FFmpeg lacks libx264 is told just that in a sentence."""
    lacking = wrap(Path(environ["STREAMBRO_FFMPEG__PATH"]), tmp_path, "libx264", "no_such_encoder")

    done = play({**environ, "STREAMBRO_FFMPEG__PATH": str(lacking)})

    assert done.returncode == 1
    assert "can't make a clip" in done.stdout
    assert "no_such_encoder" in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])  # SIGTERM goes the way of SIGHUP
def test_broken_off_it_leaves_nothing(environ: Mapping[str, str], number: signal.Signals, scratch: Path) -> None:
    """Whoever has seen enough presses Ctrl-C, twice even: no FFmpeg, no service and no folder is left."""
    # R5 R16
    process = subprocess.Popen(DEMO, cwd=HERE, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        seen = next(line for line in process.stdout if "startstream" in line)
        assert seen
        wait_for(lambda: is_pushing(scratch), "the stream's FFmpeg")
        process.send_signal(number)
        process.send_signal(number)

        assert process.wait(PATIENCE_S) == 1


def test_conversation_is_handed_over(environ: Mapping[str, str]) -> None:
    """At a terminal one finds a stream on air with its live card below, breaks it, and sees it mended."""
    # P10
    with Terminal(DEMO, HERE, environ) as terminal:
        terminal.sees("Ctrl-D leaves")
        terminal.sees("lofi → preview · LIVE")
        terminal.type(f"kill{ENTER}")
        terminal.sees("restarts 1")
        terminal.type(f"received{ENTER}")
        terminal.sees("▀▀▀▀")
        terminal.type(f"crash{ENTER}")
        terminal.sees("The service is back.")
        terminal.type(f"stop lofi{ENTER}")
        terminal.sees("stopped by")
        terminal.type(CTRL_D)

        assert terminal.ends() == 0


def is_pushing(folder: Path) -> bool:
    """Whether an FFmpeg sends a file of this folder."""
    commands = [process.info["cmdline"] or () for process in psutil.process_iter(["cmdline"])]
    return any("-rtmp_playpath" in words and f"file:{folder}" in " ".join(words) for words in commands)


def wrap(ffmpeg: Path, folder: Path, word: str, instead: str) -> Path:
    """Return an FFmpeg that reads one word of its arguments as another."""
    program = folder / "wrapped-ffmpeg"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"words = [{instead!r} if word == {word!r} else word for word in sys.argv[1:]]\n"
        f"os.execv({str(ffmpeg)!r}, [{str(ffmpeg)!r}, *words])\n"
    )
    program.chmod(0o755)
    return program
