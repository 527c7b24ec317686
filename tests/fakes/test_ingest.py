"""The ingest that every end-to-end test asks: if it lies, they all do."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.fakes.clips import Clips
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest, IngestFailedError
from tests.fakes.nginx import Nginx
from tests.fakes.wait import wait_for

KEY = "abc-1"
ROOT = Path(__file__).resolve().parent.parent.parent


@contextmanager
def publisher(ffmpeg: Path, clip: Path, ingest: Ingest, key: str = KEY) -> Iterator[subprocess.Popen[bytes]]:
    """A bare FFmpeg that sends a clip for ever."""
    source = ["-nostdin", "-v", "quiet", "-re", "-stream_loop", "-1", "-i", str(clip), "-c", "copy"]
    process = subprocess.Popen(
        [str(ffmpeg), *source, "-f", "flv", f"{ingest.rtmp_url}/{key}"], stdin=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def bytes_in(ingest: Ingest, key: str = KEY) -> int:
    """The media bytes that arrived under a key that is published now."""
    stream = ingest.stream(key)
    return stream.bytes_in if stream else 0


@pytest.mark.real
def test_ingest_sees_what_is_published(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """A published clip shows at the ingest with its codecs, its size and growing bytes, and is gone afterwards."""
    with publisher(ffmpeg_path, clips["standard"], ingest):
        first = wait_for(lambda: bytes_in(ingest), "the first bytes")
        wait_for(lambda: bytes_in(ingest) > first, "more bytes")
        stream = ingest.stream(KEY)
    assert stream is not None
    assert (stream.video, stream.audio, stream.width, stream.height) == ("H264", "AAC", 320, 180)
    assert (stream.frame_rate, stream.sample_rate, stream.nclients) == (30, 44_100, 1)
    wait_for(lambda: not ingest.publishing(), "the end of the publication")


@pytest.mark.real
def test_ingest_holds_many_streams_apart(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """Two keys are two streams; a second publisher of one key is turned away and remembered."""
    clip = clips["standard"]
    with publisher(ffmpeg_path, clip, ingest, "a"), publisher(ffmpeg_path, clip, ingest, "b"):
        wait_for(lambda: ingest.publishing() == {"a", "b"}, "both publications")
        assert ingest.second_pushers == []
        with publisher(ffmpeg_path, clip, ingest, "a") as second:
            wait_for(lambda: second.poll() is not None, "the second publisher's end")
        assert ingest.publishing() == {"a", "b"}
    assert ingest.second_pushers == ["a"]


@pytest.mark.real
def test_successor_is_no_second_pusher(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """Who publishes a key after another has gone is a new publication, and nothing to complain of."""
    for _ in range(2):
        with publisher(ffmpeg_path, clips["standard"], ingest):
            wait_for(lambda: bytes_in(ingest), "the first bytes")
        wait_for(lambda: ingest.history[-1].kind == "done", "the end of the publication")
    assert [seen.kind for seen in ingest.history] == ["publish", "done"] * 2
    assert len({seen.client for seen in ingest.history}) == 2
    assert ingest.second_pushers == []


@pytest.mark.real
def test_player_is_no_publisher(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """Who only watches a key does not publish it, and stays when its publisher is cut off."""
    watch = ["-nostdin", "-v", "quiet", "-i", f"{ingest.rtmp_url}/{KEY}", "-c", "copy", "-f", "null", "-"]
    player = subprocess.Popen([str(ffmpeg_path), *watch], stdin=subprocess.DEVNULL)
    try:
        wait_for(lambda: KEY in ingest.stat(), "the player")
        assert ingest.publishing() == set()
        with publisher(ffmpeg_path, clips["standard"], ingest):
            stream = wait_for(lambda: ingest.stream(KEY), "the publication")
            assert stream.nclients == 2
            assert ingest.drop_publisher(KEY)
            wait_for(lambda: not ingest.publishing(), "the end of the publication")
        assert ingest.stat()[KEY].nclients == 1
    finally:
        player.kill()
        player.wait()


@pytest.mark.real
def test_dropped_publisher_is_cut_off(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """Dropping a publisher ends its FFmpeg; dropping nobody says so."""
    with publisher(ffmpeg_path, clips["standard"], ingest) as process:
        wait_for(lambda: bytes_in(ingest), "the first bytes")
        assert ingest.drop_publisher(KEY)
        wait_for(lambda: process.poll() is not None, "the publisher's end")
    wait_for(lambda: [seen.kind for seen in ingest.history] == ["publish", "done"], "the end in the history")
    assert not ingest.drop_publisher(KEY)


@pytest.mark.real
def test_refused_key_is_refused_until_allowed(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """A refused key gets no publication, another one does, and the refused one does once it is allowed again."""
    clip = clips["standard"]
    ingest.refuse(KEY)
    with publisher(ffmpeg_path, clip, ingest) as refused, publisher(ffmpeg_path, clip, ingest, "other"):
        wait_for(lambda: refused.poll() is not None, "the refused publisher's end")
        wait_for(lambda: ingest.publishing() == {"other"}, "the other publication")
    ingest.allow()
    with publisher(ffmpeg_path, clip, ingest):
        wait_for(lambda: bytes_in(ingest), "the allowed publication")
    assert ingest.attempts(KEY) == 2


@pytest.mark.real
def test_everybody_can_be_refused(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """With no key named, every publisher is refused."""
    ingest.refuse()
    with publisher(ffmpeg_path, clips["standard"], ingest) as refused:
        wait_for(lambda: refused.poll() is not None, "the refused publisher's end")
    assert [seen.kind for seen in ingest.history] == ["refused"]


@pytest.mark.real
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_ingest_comes_back_where_it_was(ingest: Ingest, clips: Clips, ffmpeg_path: Path, end: str) -> None:
    """An ingest that was stopped or killed is empty, cuts its publishers off, and takes new ones on the same URL."""
    with publisher(ffmpeg_path, clips["standard"], ingest) as cut:
        wait_for(lambda: bytes_in(ingest), "the first bytes")
        url = ingest.rtmp_url
        getattr(ingest, end)()
        assert ingest.stat() == {}
        wait_for(lambda: cut.poll() is not None, "the publisher's end")
    ingest.start()
    assert ingest.rtmp_url == url
    with publisher(ffmpeg_path, clips["standard"], ingest):
        wait_for(lambda: bytes_in(ingest), "bytes after the restart")
    assert ingest.second_pushers == []


@pytest.mark.real
def test_frozen_ingest_takes_no_bytes(ingest: Ingest, clips: Clips, ffmpeg_path: Path) -> None:
    """A frozen ingest answers nobody, and goes on with the same publication when it is thawed."""
    with publisher(ffmpeg_path, clips["standard"], ingest):
        before = wait_for(lambda: ingest.stream(KEY), "the publication")
        ingest.freeze()
        with pytest.raises(TimeoutError):
            ingest.stat(timeout_s=0.2)
        ingest.thaw()
        wait_for(lambda: bytes_in(ingest) > before.bytes_in, "more bytes")
        after = ingest.stream(KEY)
    assert after is not None
    assert after.publisher == before.publisher


@pytest.mark.real
def test_recording_is_what_was_sent(ingest: Ingest, clips: Clips, ffmpeg_path: Path, ffprobe: Ffprobe) -> None:
    """The recording of a looped clip holds both tracks, and its time only goes forward, over the seam too."""
    with publisher(ffmpeg_path, clips["short"], ingest):
        wait_for(lambda: ingest.recordings(KEY), "the recording")
        wait_for(lambda: ffprobe.packets(ingest.recording(KEY))[-1]["dts_time"] > "3", "a pass and a half")
    recording = ingest.recording(KEY)
    assert set(ffprobe.streams(recording)) == {"video", "audio"}
    assert ffprobe.backward_steps(recording) == []
    assert ffprobe.longest_gap_s(recording) < 0.1
    assert ffprobe.keyframes_s(recording)[:2] == pytest.approx([0, 2], abs=0.1)


def test_no_recording_is_said(ingest: Ingest) -> None:
    """Asking for the recording of what was never published is an error, not an empty file."""
    with pytest.raises(LookupError):
        ingest.recording("never")


def test_ingest_that_cannot_start_says_why(nginx: Nginx, tmp_path: Path, ingest: Ingest) -> None:
    """A server whose port is taken raises what nginx wrote, and leaves no process."""
    second = Ingest(nginx, tmp_path)
    second.rtmp_port = ingest.rtmp_port
    with pytest.raises(IngestFailedError, match="Address already in use"):
        second.start()
    assert not second.running
    second.close()


DIES = """
import os, signal, sys
from pathlib import Path
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import find_nginx
Ingest(find_nginx(), Path(sys.argv[1])).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.real
def test_ingest_dies_with_a_killed_run(tmp_path: Path) -> None:
    """A test run that is killed leaves no server behind."""
    run = subprocess.run([sys.executable, "-c", DIES, str(tmp_path)], cwd=ROOT, check=False)
    assert run.returncode == -signal.SIGKILL
    server = int((tmp_path / "nginx.pid").read_text())
    wait_for(lambda: not psutil.pid_exists(server), "the server's end")
