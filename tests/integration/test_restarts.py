"""Streams across the ends of their service: crash, reboot, shutdown; and who may touch its folder meanwhile."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.chaos.take_over import prove_with
from tests.fakes.clips import Clips
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import Nginx
from tests.fakes.wait import wait_for
from tests.integration.conftest import add_destination, go_live
from tests.integration.service import Service, end_process, is_gone

pytestmark = pytest.mark.real

FFMPEGS = ("", "pip")
"""The one of this run, and pip's, which is newer."""

OTHER_BOOT = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def restarted(ffmpeg_path: Path, clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service that these tests kill and start again."""
    service = Service(tmp_path_factory.mktemp("restarted"), ffmpeg_path)
    clips.put("short", service.media / "clip.mp4")
    yield service
    service.close()
    assert "Traceback" not in service.stderr


@pytest.fixture
def live(restarted: Service, shared_ingest: Ingest) -> tuple[Service, str]:
    """That service with one live stream, `clip`, and its key."""
    return start_live(restarted, shared_ingest)


@pytest.fixture(params=FFMPEGS)
def both_ffmpegs(request: pytest.FixtureRequest, ffmpeg_path: Path) -> Path:
    """Each FFmpeg that there is here."""
    if not request.param:
        return ffmpeg_path
    packaged = Path(pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe())
    if packaged == ffmpeg_path:
        pytest.skip("it is the one of this run")
    return packaged


def start_live(service: Service, ingest: Ingest) -> tuple[Service, str]:
    """Have the service run one stream, and return both when it is live."""
    if not service.running:
        service.start()
    service.order("stop all")
    key = add_destination(service, ingest)
    go_live(service, key)
    return service, key


def publisher(ingest: Ingest, key: str) -> int | None:
    """Which connection publishes a key now: the same number is the same publication."""
    stream = ingest.stream(key)
    return stream.publisher if stream else None


def test_a_crash_of_the_service_drops_nothing(
    live: tuple[Service, str], shared_ingest: Ingest, ffprobe: Ffprobe
) -> None:
    """The service is killed and started again: viewers notice nothing, and a stop still stops."""
    # R2, N2
    service, key = live
    pid, publication = service.pid(), publisher(shared_ingest, key)
    service.kill()
    service.start()
    back = service.until("clip", "live")

    assert (service.pid(), publisher(shared_ingest, key)) == (pid, publication)
    assert (back["restarts"], back["dark_s"]) == (0, 0)
    service.done("stop clip")
    wait_for(lambda: publisher(shared_ingest, key) is None, "the end of the publication")
    assert is_gone(pid)
    assert shared_ingest.attempts(key) == 1
    recording = shared_ingest.recording(key)
    assert ffprobe.backward_steps(recording) == []
    assert ffprobe.longest_gap_s(recording) < 0.2


def test_crashes_of_the_service_leave_no_gap(both_ffmpegs: Path, nginx: Nginx, ffprobe: Ffprobe) -> None:
    """However often the service is killed and started again, one recording goes through it all without a gap."""
    # R2, N2
    proof = prove_with(both_ffmpegs, nginx, ffprobe, rounds=3)

    assert proof.holds, proof


def test_a_reboot_starts_each_stream_once(live: tuple[Service, str], shared_ingest: Ingest) -> None:
    """After a reboot a wanted stream is started once, and whoever has its old process id by now is left alone."""
    # R2
    service, key = live
    service.kill()
    end_process(service.pid())
    wait_for(lambda: publisher(shared_ingest, key) is None, "the end of the first publication")
    [record] = service.records()
    bystander = psutil.Process(os.getpid())
    recycled = {"boot_id": OTHER_BOOT, "pid": bystander.pid, "start_ticks": 1}
    record.write_text(json.dumps(json.loads(record.read_text()) | recycled))
    service.start()
    service.until("clip", "live")

    assert shared_ingest.attempts(key) == 2
    assert shared_ingest.second_pushers == []
    assert len(service.pids()) == 1
    assert bystander.is_running()


def test_what_died_meanwhile_is_started_again(live: tuple[Service, str], shared_ingest: Ingest) -> None:
    """A stream whose FFmpeg died while no service ran is live again after the next start."""
    # R2
    service, key = live
    service.kill()
    end_process(service.pid())
    wait_for(lambda: publisher(shared_ingest, key) is None, "the end of the first publication")
    service.start()
    service.until("clip", "live")

    assert shared_ingest.attempts(key) == 2


def test_a_stop_survives_a_crash(live: tuple[Service, str], shared_ingest: Ingest) -> None:
    """What was stopped before a crash stays stopped after it."""
    # R2
    service, key = live
    service.done("stop clip")
    service.kill()
    service.start()

    assert service.stream("clip")["state"] == "stopped"
    assert service.pids() == []
    assert shared_ingest.attempts(key) == 1


def test_shutdown_keeps_streams(live: tuple[Service, str], shared_ingest: Ingest) -> None:
    """On TERM the service ends in order and its streams go on; the next service has them."""
    # R16
    service, key = live
    pid, publication = service.pid(), publisher(shared_ingest, key)

    assert service.end(signal.SIGTERM) == 0
    assert (service.pid(), publisher(shared_ingest, key)) == (pid, publication)
    assert not (service.data / "console.sock").exists()
    service.start()
    assert service.until("clip", "live")["restarts"] == 0
    assert service.pid() == pid


def test_shutdown_can_stop_streams(make_service: Callable[..., Service], shared_ingest: Ingest) -> None:
    """With `shutdown.streams: stop` nothing runs on, and the streams start again with the service."""
    # R16
    service, key = start_live(make_service(shutdown={"streams": "stop"}), shared_ingest)
    pid = service.pid()

    assert service.end(signal.SIGINT) == 0
    assert is_gone(pid)
    wait_for(lambda: publisher(shared_ingest, key) is None, "the end of the publication")
    assert list((service.data / "run").iterdir()) == []
    service.start()
    service.until("clip", "live")
    assert shared_ingest.attempts(key) == 2


def test_stop_all_works_with_and_without_a_service(live: tuple[Service, str], shared_ingest: Ingest) -> None:
    """`streambro stop-all` ends every stream for good, whether a service runs or not."""
    service, key = live
    with_service = service.run("stop-all")
    wait_for(lambda: publisher(shared_ingest, key) is None, "the end of the publication")
    go_live(service, key)
    service.kill()
    pid = service.pid()
    without_service = service.run("stop-all")

    assert (with_service.returncode, without_service.returncode) == (0, 0)
    assert "Ended 1 FFmpeg" in without_service.stdout
    assert is_gone(pid)
    service.start()
    assert service.stream("clip")["state"] == "stopped"
    assert shared_ingest.attempts(key) == 2


def test_a_second_service_is_refused(live: tuple[Service, str]) -> None:
    """Two services on one folder would push everything twice: the second says who has it, and harms nothing."""
    service, _ = live
    pid = service.pid()
    second = service.run("run")

    assert second.returncode == 1
    assert str(service.process.pid) in second.stderr
    assert len(second.stderr.strip().splitlines()) == 1
    assert (service.stream("clip")["state"], service.pid()) == ("live", pid)


def test_nobody_answers_without_a_service(make_service: Callable[..., Service], tmp_path: Path) -> None:
    """`streambro chat` says that no service answers and how to start one, with an exit code of its own."""
    service = make_service()
    asked = service.run("chat", "streams")

    assert asked.returncode == 3
    assert "streambro run --config" in asked.stdout + asked.stderr
    assert str(tmp_path) in asked.stdout + asked.stderr
