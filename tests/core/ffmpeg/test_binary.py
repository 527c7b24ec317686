"""Which FFmpeg is used, and what is said of one that can't be."""

import asyncio
import os
from pathlib import Path

import pytest

from core.config import FfmpegConfig
from core.errors import FfmpegUnusable
from core.ffmpeg.binary import find_ffmpeg, load_binary, parse_version


def put_program(path: Path, script: str) -> Path:
    """Write a program."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.real
@pytest.mark.ffmpeg
async def test_real_one(ffmpeg_path: Path) -> None:
    """A real FFmpeg tells its version and that it can encode."""
    binary = await load_binary(FfmpegConfig(path=str(ffmpeg_path)))

    assert binary.path == ffmpeg_path
    assert binary.version >= (4,)
    assert "libx264" in binary.encoders
    assert "aac" not in binary.encoders


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026", (5, 1, 9)),
        ("ffmpeg version n9.0.2-17-g2a571b6068-20260930 Copyright", (9, 0, 2)),
        ("ffmpeg version 7.1 Copyright", (7, 1)),
        ("ffmpeg version N-118000-g1234567 Copyright", ()),
        ("something else 5.1", ()),
    ],
)
def test_version(text: str, version: tuple[int, ...]) -> None:
    """The versions that distributions and builds print are read; a build between releases has none."""
    assert parse_version(text) == version


def test_one_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The FFmpeg that the host's owner installed is used, by `auto` and by its bare name."""
    program = put_program(tmp_path / "ffmpeg", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    assert find_ffmpeg(FfmpegConfig()) == program
    assert find_ffmpeg(FfmpegConfig(path="ffmpeg")) == program


def test_packaged_one_comes_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a host without FFmpeg, the one that pip brought is used."""
    pytest.importorskip("imageio_ffmpeg")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "imageio_ffmpeg" in str(find_ffmpeg(FfmpegConfig()))


@pytest.mark.parametrize(("name", "reason"), [("nowhere", "missing"), (".", "missing"), ("plain", "not_executable")])
def test_wrong_path(tmp_path: Path, name: str, reason: str) -> None:
    """A configured path where there is no program is named, with what is wrong."""
    (tmp_path / "plain").touch()

    with pytest.raises(FfmpegUnusable) as refused:
        find_ffmpeg(FfmpegConfig(path=str(tmp_path / name)))

    assert refused.value.reason == reason


@pytest.mark.parametrize("script", ["echo hello", "exit 1", "echo ffmpeg version 5.1; exit 3", "exec sleep 1000"])
async def test_no_ffmpeg_at_all(tmp_path: Path, script: str) -> None:
    """A program that does not answer as FFmpeg does, or not at all, is refused and does not stay."""
    program = put_program(tmp_path / "ffmpeg", script)

    with pytest.raises(FfmpegUnusable) as refused:
        await load_binary(FfmpegConfig(path=str(program)), timeout_s=0.5)

    assert (refused.value.path, refused.value.reason) == (str(program), "failed")
    assert not [child for child in await asyncio.to_thread(commands) if str(program) in child]


def commands() -> list[str]:
    """The commands of all our children."""
    from psutil import Process  # noqa: PLC0415 - only this test looks

    return [" ".join(child.cmdline()) for child in Process().children(recursive=True)]
