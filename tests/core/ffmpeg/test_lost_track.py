"""What a real FFmpeg says when a track of its source ends before the other, and what is made of it."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from core.config import StallConfig
from core.ffmpeg.command import OutputPlan, build_argv
from core.ffmpeg.contract import Sample
from core.model import CauseCode
from core.streams.stall import Watch
from tests.core.ffmpeg.conftest import OUTPUT, Room
from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

MUXED_LATE_S = 10.0
"""For so long FFmpeg holds sound back that lacks its picture (`-max_interleave_delta`); no byte leaves meanwhile."""


def make(ffmpeg: Path, source: Path, options: str, target: Path) -> Path:
    """Make a file of some tracks of a clip."""
    subprocess.run([ffmpeg, "-v", "error", "-i", source, *options.split(), "-c", "copy", target], check=True)
    return target


def find_cause(samples: Sequence[Sample]) -> tuple[CauseCode, float] | None:
    """Return why these samples are a dead stream's, and for how long no new picture had come by then."""
    watch = Watch(StallConfig(), samples[0].at_s if samples else 0.0)
    frame_at_s, frame = 0.0, 0
    for sample in samples:
        if (sample.frame or 0) > frame:
            frame_at_s, frame = sample.at_s, sample.frame or 0
        watch.observe(sample)
        if watch.cause is not None:
            return watch.cause, sample.at_s - frame_at_s
    return None


async def test_a_lost_picture_is_noticed(
    room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest, tmp_path: Path
) -> None:
    """A film whose picture ends while its sound goes on is found by its frames, soon after they stop.

    FFmpeg 5.1 goes on in time with the sound alone; 9.0 sends all of it at once.
    """
    # P2
    whole = make(ffmpeg_path, clips["standard"], "-map 0:a -map 0:v", tmp_path / "whole.mp4")
    sound = make(ffmpeg_path, clips["standard"], "-map 0:a", tmp_path / "sound.mp4")
    plan = OutputPlan(ffmpeg_path, (whole, *[sound] * 15), ingest.rtmp_url, "lost", loop=True)
    await room.runner.start(OUTPUT, build_argv(plan), 1)

    found = await eventually(lambda: find_cause(room.samples()), "a verdict")

    assert found is not None
    cause, still_s = found
    assert cause is CauseCode.LOST_TRACK
    assert StallConfig().frozen_s > MUXED_LATE_S
    assert still_s <= 30
    assert (room.samples()[-1].frame or 0) > 30
