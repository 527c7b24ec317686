"""What the tests of the command line share: a service that runs, and the `streambro` command as a person calls it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.service import ROOT, Service

Run = Callable[..., "subprocess.CompletedProcess[str]"]
SetUp = Callable[[Path, str], Path]


@pytest.fixture(scope="module")
def running(ffmpeg_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on a folder of its own, for all tests of a module."""
    with Service(tmp_path_factory.mktemp("cli"), ffmpeg_path) as service:
        yield service
        assert "Traceback" not in service.stderr


def call_streambro(
    ffmpeg: Path, folder: Path, *words: str | Path, typed: str = "", environ: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Call `streambro` in a folder; `typed` is its stdin, `environ` comes on top."""
    ours = {"PYTHONPATH": str(ROOT), "STREAMBRO_FFMPEG__PATH": str(ffmpeg), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, words)],
        cwd=folder,
        env={**os.environ, **ours, **(environ or {})},
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def streambro(tmp_path: Path, ffmpeg_path: Path) -> Run:
    """Call `streambro` with these words in an empty folder."""

    def run(*words: str | Path, folder: Path = tmp_path, **more: Any) -> "subprocess.CompletedProcess[str]":
        return call_streambro(ffmpeg_path, folder, *words, **more)

    return run


@pytest.fixture(scope="session")
def set_up(ffmpeg_path: Path, tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """Set up a folder as `streambro init` does, which is run once for each `whose`: that one's key is its own."""
    made: dict[str, Path] = {}

    def put(folder: Path, whose: str) -> Path:
        if whose not in made:
            made[whose] = tmp_path_factory.mktemp(whose)
            assert call_streambro(ffmpeg_path, made[whose], "init", "--timezone", "UTC").returncode == 0
        return Path(shutil.copytree(made[whose], folder, dirs_exist_ok=True))

    return put
