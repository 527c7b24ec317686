"""Streams of the real service at a real ingest: what a viewer and the person who runs them get."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.wait import wait_for
from tests.integration.conftest import TOTAL, add_destination, go_live
from tests.integration.service import LOOK_S, Service, end_process, is_gone, places_of

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

CLIP_S = 2


def bytes_in(ingest: Ingest, key: str) -> int:
    """How much arrived under a key that is published now."""
    stream = ingest.stream(key)
    return stream.bytes_in if stream else 0


def wait_for_gone(ingest: Ingest, key: str) -> None:
    """Wait until nobody publishes under this key."""
    wait_for(lambda: ingest.stream(key) is None, f"the end of {key} at the ingest")


def decode(ffprobe: Ffprobe, recording: Path) -> tuple[list[float], str]:
    """When each picture of a recording is shown, once decoded, and what the decoder did not like."""
    what = ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0"]
    done = subprocess.run([ffprobe.program, *what, recording], capture_output=True, text=True, check=True)
    return [float(line.strip(",")) for line in done.stdout.split()], done.stderr


def test_a_loop_goes_on_over_its_seam(service: Service, shared_ingest: Ingest, key: str, ffprobe: Ffprobe) -> None:
    """A viewer sees a looped clip go on over its end: every picture decodes, and time never runs back."""
    # R1, P3
    live = go_live(service, key)
    first = bytes_in(shared_ingest, key)
    one_pass = service.media.joinpath("clip.mp4").stat().st_size
    wait_for(lambda: bytes_in(shared_ingest, key) > 1.2 * one_pass + first, "bytes beyond the seam")
    service.done("stop clip")
    wait_for_gone(shared_ingest, key)

    recording = shared_ingest.recording(key)
    assert live["mode"] == "copy"
    assert float(ffprobe.packets(recording)[-1]["dts_time"]) > CLIP_S
    assert ffprobe.backward_steps(recording, "v") == ffprobe.backward_steps(recording, "a") == []
    assert ffprobe.longest_gap_s(recording) < 0.2
    shown, complaints = decode(ffprobe, recording)
    assert complaints == ""
    assert shown == sorted(set(shown))


def test_a_stop_leaves_the_ingest(service: Service, shared_ingest: Ingest, key: str) -> None:
    """Once `/stop` has answered, nothing is published, no process is left, and the card says who stopped it."""
    # R6, R7
    go_live(service, key)
    pid = service.pid()
    reply = service.done("stop clip")

    wait_for_gone(shared_ingest, key)
    assert reply["data"]["stream"]["state"] == "stopped"
    assert "stopped by" in reply["text"]
    assert is_gone(pid)
    assert service.pids() == []


def test_an_order_in_its_start_still_counts(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A stream that is stopped during its start never appears, and a second stop says that it does not run."""
    # R6
    service.done(f"startstream clip d{key[4:8]}")
    service.done("stop clip")

    assert service.refusal("stop clip")[0] == "not_running"
    assert service.pids() == []
    wait_for_gone(shared_ingest, key)


def test_a_killed_ffmpeg_comes_back(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A stream whose FFmpeg is killed goes live again by itself, and its record says what happened."""
    # P1, R5
    go_live(service, key)
    pid = service.pid()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: service.stream("clip")["attempts"] == 2, "a second attempt", poll_s=LOOK_S)
    service.until("clip", "live")
    wait_for(lambda: bytes_in(shared_ingest, key), "bytes of the second attempt")
    ended = service.done("stop clip")["data"]["stream"]
    log = service.done("logs clip lines=100")["text"]

    assert is_gone(pid)
    assert ended["restarts"] == 1
    assert ended["dark_s"] > 0
    assert "ended: killed" in log
    assert shared_ingest.second_pushers == []


def test_a_wait_can_be_cut_short(service: Service, shared_ingest: Ingest, key: str) -> None:
    """While a stream waits for its next try it says why; `/restart` tries at once."""
    shared_ingest.refuse(key)
    service.done(f"startstream clip d{key[4:8]}")
    waiting = service.until("clip", "retrying")
    assert waiting["cause"] == "refused"
    assert "refused the key or the address" in service.done("status clip")["text"]

    shared_ingest.allow()
    service.done("restart clip")
    assert service.until("clip", "live")["attempts"] >= 2


def test_starts_at_once_meet_the_limit(service: Service, shared_ingest: Ingest) -> None:
    """Of five starts in the same instant just as many run as may; the others are told which limit it is."""
    # R4
    keys = [add_destination(service, shared_ingest) for _ in range(5)]
    replies = service.orders(*(f"startstream clip d{key[4:8]} name=at-once-{key[4:8]}" for key in keys))

    refused = [reply for reply in replies if not reply["ok"]]
    assert len(refused) == 5 - TOTAL
    assert {reply["code"] for reply in refused} == {"limit_exceeded"}
    assert all(f"{TOTAL} of {TOTAL}" in reply["text"] for reply in refused)
    wait_for(lambda: len(shared_ingest.publishing() & set(keys)) == TOTAL, "all that may run")
    assert len(service.pids()) == TOTAL


def test_one_key_carries_one_stream(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A key that is on air is never pushed by a second stream, not even by two orders in the same instant."""
    # N4
    replies = service.orders(*(f"startstream {source} d{key[4:8]}" for source in ("clip", "second")))
    assert sorted(reply["code"] or "" for reply in replies) == ["", "key_in_use"]

    wait_for(lambda: bytes_in(shared_ingest, key), "the one stream")
    assert shared_ingest.attempts(key) == 1
    assert shared_ingest.second_pushers == []


def test_a_playlist_leaves_no_file(service: Service, shared_ingest: Ingest, key: str, ffprobe: Ffprobe) -> None:
    """A playlist plays its files in order; the list that was written for FFmpeg is gone with the stream."""
    # P5, R14
    service.done("playlist create both clip, second")
    go_live(service, key, "both")
    lists = list((service.data / "run").glob("*.ffconcat"))
    assert len(lists) == 1
    sizes = sum(service.media.joinpath(f"{name}.mp4").stat().st_size for name in ("clip", "second"))
    wait_for(lambda: bytes_in(shared_ingest, key) > sizes * 1.2, "the list's second round")
    service.done("stop both")
    wait_for_gone(shared_ingest, key)

    assert list((service.data / "run").iterdir()) == []
    times = [float(packet["dts_time"]) for packet in ffprobe.packets(shared_ingest.recording(key))]
    assert times == sorted(times)


def test_a_clip_that_is_played_once_ends(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A source that is not looped goes out whole, and its stream is over without an alarm."""
    service.done(f"startstream clip d{key[4:8]} loop=no")
    ended = service.until("clip", "stopped")

    assert service.done("history clip")["data"]["runs"][0]["outcome"] == "finished"
    assert ended["restarts"] == 0
    assert "🔴" not in service.done("status clip")["text"]
    wait_for_gone(shared_ingest, key)
    assert shared_ingest.attempts(key) == 1


def test_the_key_is_nowhere(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A stream key shows in no file, log, reply or error, whether its stream is live, refused or over."""
    # N8
    go_live(service, key)
    orders = ["status clip", "logs clip lines=100", "streams", "destinations", "history", "audit", "health"]
    service.orders(*orders)
    live = places_of(key, service)
    in_argv = any(key in word for word in psutil.Process(service.pid()).cmdline())
    shared_ingest.refuse(key)
    shared_ingest.drop_publisher(key)
    wait_for(lambda: service.stream("clip")["cause"] == "refused", "a refusal", poll_s=LOOK_S)
    service.order(f"adddestination again {shared_ingest.rtmp_url} {key}")
    service.order(f"adddestination {key} {shared_ingest.rtmp_url}/{key} {key} {key}")
    service.order(f"setkey {key} {key}")
    service.done("stop clip")
    service.orders(*orders)

    assert live == []
    assert places_of(key, service) == []
    assert in_argv, "the process list is the one place where it shows, or this test looks for the wrong thing"


def test_nothing_is_left_of_many_ends(service: Service, shared_ingest: Ingest) -> None:
    """After streams were stopped, killed, refused and restarted there is no zombie, no process and no file."""
    # R5, R13
    keys = [add_destination(service, shared_ingest) for _ in range(TOTAL)]
    names = [f"end-{number}" for number in range(TOTAL)]
    shared_ingest.refuse(keys[0])
    for name, key in zip(names, keys, strict=True):
        service.done(f"startstream clip d{key[4:8]} name={name}")
    service.until(names[0], "retrying")
    for name in names[1:]:
        service.until(name, "live")
    os.kill(service.pids()[0], signal.SIGKILL)
    service.done(f"restart {names[2]}")
    service.until(names[2], "live")
    service.done("stop all")

    assert service.pids() == []
    assert service.zombies() == []
    assert list((service.data / "run").iterdir()) == []
    for key in keys:
        wait_for_gone(shared_ingest, key)


def test_one_encoding_serves_two_destinations(service: Service, shared_ingest: Ingest, key: str) -> None:
    """Encoding for two destinations is one encoder; its death is named at both, and both come back by themselves."""
    # P7, P1
    other = add_destination(service, shared_ingest)
    service.done(f"startstream clip d{key[4:8]},d{other[4:8]} mode=encode quality=360p30")
    service.until("clip", "live")
    [encoder] = [pid for pid in service.pids() if b"libx264" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(service.pids()) == 3

    end_process(encoder)
    wait_for(lambda: service.stream("clip")["restarts"] == 2, "a new attempt at both", poll_s=LOOK_S)
    service.until("clip", "live")
    wait_for(lambda: bytes_in(shared_ingest, key) and bytes_in(shared_ingest, other), "bytes at both")
    service.done("stop clip")

    assert shared_ingest.second_pushers == []
    assert service.pids() == []
    assert not [path for path in service.files() if path.suffix == ".m4s"]
