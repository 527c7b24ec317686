"""What arrives at a real ingest, from old and new FFmpegs alike: both tracks over every seam, the key nowhere else."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.ffmpeg.command import OutputPlan, build_argv
from core.ffmpeg.contract import Ended
from core.ffmpeg.encoders import QUALITIES, EncodeSettings
from tests.core.ffmpeg.conftest import OUTPUT, Room
from tests.fakes.clips import Clips
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

KEY = "key-5e5a-me"


@pytest.fixture(params=["host's", "pip's"])
def each_ffmpeg(request: pytest.FixtureRequest, ffmpeg_path: Path) -> Path:
    """The FFmpeg of this run, and the one from pip: the oldest and the newest that people have."""
    if request.param == "host's":
        return ffmpeg_path
    packaged = Path(pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe())
    if packaged == ffmpeg_path:
        pytest.skip("it is the only one")
    return packaged


@pytest.fixture
def plan(ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> OutputPlan:
    """One looped clip to a real ingest."""
    return OutputPlan(ffmpeg_path, (clips["short"],), ingest.rtmp_url, KEY)


@pytest.fixture
def each_plan(each_ffmpeg: Path, plan: OutputPlan) -> OutputPlan:
    """The same by each FFmpeg."""
    return replace(plan, ffmpeg=each_ffmpeg)


async def record(room: Room, plan: OutputPlan, ingest: Ingest, until_s: float) -> tuple[Ended, Path]:
    """Stream the plan until its output has reached a time, and return its end and what the ingest recorded."""
    await room.runner.start(OUTPUT, build_argv(plan), 1)
    await room.moving(beyond_s=until_s)
    ended = await room.runner.stop(OUTPUT, 5)
    await eventually(lambda: not ingest.publishing(), "the end of the publication")
    return ended, ingest.recording(KEY)


def check_tracks(ffprobe: Ffprobe, recording: Path, until_s: float, *, overlaps: int = 0) -> None:
    """Both tracks last as long as they should, without a hole and without a step back.

    Where a part's sound is a little longer than its picture, the list's next part begins on the time of its last
    packet: so many `overlaps` may be there.
    """
    for kind in ("v", "a"):
        times = [float(packet["dts_time"]) for packet in ffprobe.packets(recording, kind)]
        assert times[-1] - times[0] > until_s - 1
        assert times == sorted(times)
        assert len(ffprobe.backward_steps(recording, kind)) <= overlaps
        assert ffprobe.longest_gap_s(recording, kind) < 0.2


async def test_loop_has_clean_seams(room: Room, each_plan: OutputPlan, ingest: Ingest, ffprobe: Ffprobe) -> None:
    """A looped file goes on over its end with picture and sound, and its pieces are as one."""
    # R1
    _, recording = await record(room, each_plan, ingest, until_s=4.1)

    check_tracks(ffprobe, recording, until_s=4.1)
    assert ffprobe.keyframes_s(recording)[:3] == pytest.approx([0.0, 2.0, 4.0], abs=0.15)


async def test_playlist_has_clean_seams(
    room: Room, each_plan: OutputPlan, ingest: Ingest, ffprobe: Ffprobe, clips: Clips, tmp_path: Path
) -> None:
    """A looped playlist plays its files in order, whatever they are called, and begins again."""
    # R1, P5
    parts = [clips.put(name, tmp_path / f'{name} it\'s "it" 🎬 #?%41.mp4') for name in ("short", "second")]
    _, recording = await record(room, replace(each_plan, inputs=tuple(parts)), ingest, until_s=6.1)

    check_tracks(ffprobe, recording, until_s=6.1, overlaps=2)
    first, second = (sizes(ffprobe, part) for part in parts)
    arrived = sizes(ffprobe, recording)
    one_pass = len(first) + len(second)
    # The list's first packet of sound is only there to start the decoder: it comes once.
    again = arrived[one_pass:]
    assert again
    assert arrived[:one_pass] == first + second
    assert again == [*first[1:], *second][: len(again)]


async def test_silent_clip_gets_sound(
    room: Room, each_plan: OutputPlan, ingest: Ingest, ffprobe: Ffprobe, clips: Clips
) -> None:
    """A clip without sound arrives with a sound track, over its seam too."""
    _, recording = await record(
        room, replace(each_plan, inputs=(clips["no_audio"],), has_audio=False), ingest, until_s=4.1
    )

    check_tracks(ffprobe, recording, until_s=4.1)
    assert ffprobe.streams(recording)["audio"]["codec_name"] == "aac"


async def test_unfit_sound_is_made_fit(
    room: Room, plan: OutputPlan, ingest: Ingest, ffprobe: Ffprobe, clips: Clips
) -> None:
    """Sound that platforms refuse arrives as AAC while the picture is passed on."""
    _, recording = await record(
        room, replace(plan, inputs=(clips["opus_audio"],), audio_fit=False), ingest, until_s=4.1
    )

    check_tracks(ffprobe, recording, until_s=4.1)
    audio = ffprobe.streams(recording)["audio"]
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "44100", 2)


async def test_encoding_arrives_as_asked(
    room: Room, plan: OutputPlan, ingest: Ingest, ffprobe: Ffprobe, clips: Clips
) -> None:
    """Encode mode makes of an unfit clip what was asked for, with a keyframe exactly every 2 s."""
    small = EncodeSettings(replace(QUALITIES["360p30"], width=320, height=240), preset="ultrafast")
    _, recording = await record(
        room, replace(plan, inputs=(clips["long_keyframes"],), encode=small), ingest, until_s=4.1
    )

    video = ffprobe.streams(recording)["video"]
    assert (video["codec_name"], video["width"], video["height"]) == ("h264", 320, 240)
    assert video["pix_fmt"] == "yuv420p"
    first, second, third, *_ = ffprobe.keyframes_s(recording)
    assert (second - first, third - second) == pytest.approx((2, 2))


@pytest.mark.parametrize("has_audio", [True, False])
async def test_played_once_ends(room: Room, plan: OutputPlan, clips: Clips, *, has_audio: bool) -> None:
    """A source that is played once ends by itself, and says that it did."""
    source = clips["short" if has_audio else "no_audio"]
    await room.runner.start(OUTPUT, build_argv(replace(plan, inputs=(source,), loop=False, has_audio=has_audio)), 1)

    ended = await room.end()

    assert (ended.exit_code, ended.clean, ended.stopped) == (0, True, False)


async def test_application_of_two_parts(room: Room, plan: OutputPlan, ingest: Ingest) -> None:
    """An ingest address with more than one part is asked for as a whole: this one does not know it, and says so."""
    await room.runner.start(OUTPUT, build_argv(replace(plan, url=f"{ingest.rtmp_url}/instance")), 1)

    ended = await room.end()

    assert ended.exit_code != 0
    assert "app='live/instance'" in ingest._log.read_text()


async def test_list_in_disguise_is_refused(room: Room, each_plan: OutputPlan, clips: Clips, tmp_path: Path) -> None:
    """A text that names other files gets none of them sent, alone or as part of a playlist."""
    disguised = clips.put("ffconcat", tmp_path)
    shutil.copy(clips["standard"], tmp_path / "neighbour.mp4")

    for epoch, inputs in enumerate([(disguised,), (disguised, clips["short"])]):
        await room.runner.start(OUTPUT, build_argv(replace(each_plan, inputs=inputs, loop=False)), epoch)
        await eventually(lambda: len(room.ends()) > epoch, "its end")  # noqa: B023 - called before the next round
        assert any("whitelist" in line for line in room.ends()[-1].log_tail)
        assert room.ends()[-1].exit_code != 0


@pytest.mark.parametrize("trouble", ["live", "refused", "cut", "closed", "unknown host", "no such file"])
async def test_key_is_in_no_log(
    open_room: Callable[..., Room], each_plan: OutputPlan, ingest: Ingest, trouble: str, free_port: int
) -> None:
    """However a stream goes, FFmpeg itself never writes its key, neither into its log nor into any other file."""
    # N8
    room = open_room(log_lines=1000)
    await room.runner.take_over()
    if trouble == "refused":
        ingest.refuse()
    changes = {
        "closed": {"url": f"rtmp://127.0.0.1:{free_port}/live"},
        "unknown host": {"url": "rtmp://nowhere.invalid/live"},
        "no such file": {"inputs": (Path("/nowhere.mp4"),)},
    }.get(trouble, {})
    # Not told of the key, the runner can't cut it out either: what is read here is what FFmpeg wrote.
    spec = replace(build_argv(replace(each_plan, **changes)), secrets=())  # type: ignore[arg-type]  # right by construction
    await room.runner.start(OUTPUT, spec, 1)
    if trouble in {"live", "cut"}:
        await room.moving(beyond_s=1)
        assert all(KEY not in text for text in files_of(room))
    if trouble == "cut":
        ingest.kill()

    ended = await (room.runner.stop(OUTPUT, 5) if trouble == "live" else room.end())

    assert ended.log_tail
    assert not [line for line in ended.log_tail if KEY in line]


def sizes(ffprobe: Ffprobe, media: Path) -> list[str]:
    """The sizes of its packets of sound, by which one clip is told from another."""
    return [packet["size"] for packet in ffprobe.packets(media, "a")]


def files_of(room: Room) -> list[str]:
    """The text of every file of the run."""
    folder = room.runner._folder
    return [file.read_text() for place in (folder.path, folder._tmpfs) for file in place.iterdir()]
