"""One real encoding that several real FFmpegs pass on: what viewers at each ingest get, and what is left behind."""

import os
import signal
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from core.ffmpeg.attempt import can_be_relayed
from core.ffmpeg.command import RelayPlan, SourcePlan, build_encoding, build_relay
from core.ffmpeg.encoders import EncodeSettings, Quality
from core.model import OutputId
from tests.core.ffmpeg.conftest import Room
from tests.fakes.clips import Clips
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.wait import eventually

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

ENCODING = OutputId("s1-encoding")
SMALL = EncodeSettings(Quality("tiny", 160, 90, 10, 100), preset="ultrafast")


@dataclass
class Sender:
    """Encodes one clip and passes it on under as many keys as are asked for."""

    room: Room
    source: SourcePlan
    url: str

    async def encode(self) -> None:
        """Encode, and return once there is something to pass on."""
        await self.room.runner.start(ENCODING, build_encoding(self.source, own=ENCODING), 1)
        await eventually(lambda: any(s.out_time_s for s in self.room.samples(ENCODING)), "a segment")

    async def pass_on(self, number: int) -> OutputId:
        """Pass it on under a key of this number, and return once the ingest has some of it."""
        output = OutputId(f"s1-d{number}")
        plan = RelayPlan(self.source.ffmpeg, ENCODING, self.url, f"key-{number}")
        await self.room.runner.start(output, build_relay(plan), 1)
        await self.room.moving(output)
        return output


@pytest.fixture
def sender(room: Room, ffmpeg_path: Path, clips: Clips, ingest: Ingest) -> Sender:
    """Encodes a looped clip as cheaply as goes."""
    return Sender(room, SourcePlan(ffmpeg_path, (clips["short"],), encode=SMALL), ingest.rtmp_url)


def segments(shm: Path, run_dir: Path) -> list[Path]:
    """All folders of segments that there are."""
    return [*shm.glob("*/*.segments"), *run_dir.glob("*.segments")]


@pytest.mark.parametrize(
    ("text", "ready"),
    [
        ("#EXTM3U\n#EXTINF:2,\n0.m4s\n", False),
        ("#EXTM3U\n#EXTINF:2,\n0.m4s\n#EXTINF:2,\n1.m4s\n", True),
        ("#EXTM3U\n#EXTINF:2,\n0.m4s\n#EXT-X-ENDLIST\n", True),
    ],
)
def test_nothing_is_passed_on_that_would_halt(tmp_path: Path, text: str, *, ready: bool) -> None:
    """Passing on begins with one segment in hand, so that it never waits for the next; a short film has no next."""
    segments = tmp_path / "list.m3u8"
    assert not can_be_relayed(segments)
    segments.write_text(text)
    assert can_be_relayed(segments) is ready


async def test_each_ingest_gets_all_of_it(sender: Sender, ingest: Ingest, ffprobe: Ffprobe) -> None:
    """Two ingests get one encoding whole: no hole, no step back, a keyframe each 2 s, over loops and segments."""
    # P7
    await sender.encode()
    outputs = [await sender.pass_on(number) for number in (1, 2)]
    for output in outputs:
        await sender.room.moving(output, beyond_s=8)
        await sender.room.runner.stop(output, 5)

    await eventually(lambda: not ingest.publishing(), "the end of both publications")
    for number in (1, 2):
        recording = ingest.recording(f"key-{number}")
        keyframes = ffprobe.keyframes_s(recording)
        assert [after - before for before, after in pairwise(keyframes)] == pytest.approx(
            [2.0] * (len(keyframes) - 1), abs=0.05
        )
        for kind in ("v", "a"):
            assert ffprobe.backward_steps(recording, kind) == []
            assert ffprobe.longest_gap_s(recording, kind) < 0.2


async def test_it_is_passed_on_evenly(
    sender: Sender, ffprobe: Ffprobe, shm: Path, run_dir: Path, tmp_path: Path
) -> None:
    """Viewers get picture and sound as time goes on and not in bursts: in a segment both follow each other closely."""
    # P7
    await sender.encode()
    [folder] = segments(shm, run_dir)
    alone = tmp_path / "segment.mp4"
    alone.write_bytes((folder / "init.mp4").read_bytes() + (folder / "1.m4s").read_bytes())

    packets = [
        (int(packet["pos"]), kind, float(packet["dts_time"]))
        for kind in "va"
        for packet in ffprobe.packets(alone, kind)
    ]
    reached: dict[str, float] = {}
    apart_s = []
    for _, kind, at_s in sorted(packets):
        reached[kind] = at_s
        apart_s.append(abs(reached["v"] - reached["a"]) if len(reached) == 2 else 0.0)
    assert len(packets) > 50
    assert max(apart_s) < 0.3


async def test_a_cut_off_ingest_takes_nothing_along(sender: Sender, ingest: Ingest) -> None:
    """When one ingest closes its connection, the encoder and the other ingest go on."""
    await sender.encode()
    cut, other = [await sender.pass_on(number) for number in (1, 2)]
    ingest.drop_publisher("key-1")
    await sender.room.end(cut)
    reached = sender.room.samples(other)[-1].out_time_s or 0

    await sender.room.moving(other, beyond_s=reached + 2)
    assert not sender.room.ends(ENCODING)


async def test_nothing_is_left_behind(sender: Sender, shm: Path, run_dir: Path) -> None:
    """Segments go with the encoding that is stopped; of one that died they stay to be read until it is stopped."""
    # R14
    await sender.encode()
    [folder] = segments(shm, run_dir)
    assert folder.stat().st_mode & 0o077 == 0
    await sender.room.runner.stop(ENCODING, 0)
    assert segments(shm, run_dir) == []

    await sender.room.runner.start(ENCODING, build_encoding(sender.source, own=ENCODING), 2)
    os.kill(sender.room.pid(ENCODING), signal.SIGKILL)
    await eventually(lambda: len(sender.room.ends(ENCODING)) == 2, "its death")
    assert len(segments(shm, run_dir)) == 1
    await sender.room.runner.stop(ENCODING, 0)
    assert segments(shm, run_dir) == []


async def test_what_was_encoded_is_passed_on_to_its_end(sender: Sender, ffprobe: Ffprobe, ingest: Ingest) -> None:
    """A film that is played once ends at the ingest when it is over, though its encoder was done before."""
    sender.source = SourcePlan(sender.source.ffmpeg, sender.source.inputs * 3, loop=False, encode=SMALL)
    await sender.encode()
    output = await sender.pass_on(1)
    ended = await sender.room.end(output)

    assert (ended.exit_code, ended.clean) == (0, True)
    await eventually(lambda: not ingest.publishing(), "the end of the publication")
    assert float(ffprobe.packets(ingest.recording("key-1"))[-1]["dts_time"]) == pytest.approx(6, abs=0.5)


async def test_the_log_tells_of_the_stream_and_holds_no_key(sender: Sender) -> None:
    """`/logs` of an encoding that is passed on is not full of segments, and holds no key."""
    # R12, N8
    await sender.encode()
    output = await sender.pass_on(1)
    await sender.room.moving(output, beyond_s=4.5)

    lines = [line for one in (ENCODING, output) for line in await sender.room.runner.log_tail(one, 100)]
    assert lines
    assert not [line for line in lines if "Opening '" in line or "MOOV" in line or "key-1" in line]
