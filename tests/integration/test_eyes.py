"""What streams cost, seen on the real service with a real FFmpeg: too much is told once, and what fits is known."""

import base64
import io
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from PIL import Image

from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.wait import wait_for
from tests.integration.conftest import add_destination, go_live
from tests.integration.service import LOOK_S, Service

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]


def told(service: Service, kind: str) -> list[dict[str, Any]]:
    """What chats are told of one kind, oldest first, as it stands in the database."""
    with closing(sqlite3.connect(f"file:{service.data / 'streambro.db'}?mode=ro", uri=True)) as database:
        rows = database.execute("select body from outbox where kind = ? order by id", (kind,)).fetchall()
    return [json.loads(body) for (body,) in rows]


def test_an_encoding_that_takes_too_much_is_told_once_with_its_end(
    make_service: Callable[..., Service], shared_ingest: Ingest
) -> None:
    """A real encoding over its threshold: one alert, however long it lasts, and one all-clear at its end."""  # R11
    limits = {"interval_s": 0.5, "cpu_percent": 1, "hold_s": 1}
    with make_service(monitor=limits, stall={"frozen_s": 300}) as service:
        go_live(service, add_destination(service, shared_ingest), more="mode=encode")
        wait_for(lambda: told(service, "ResourceAlert"), "the alert", poll_s=LOOK_S)
        os.kill(service.pid(), signal.SIGSTOP)  # from now on it uses nothing
        wait_for(lambda: len(told(service, "ResourceAlert")) > 1, "the all-clear", poll_s=LOOK_S)
        os.kill(service.pid(), signal.SIGKILL)
        alert, clear = told(service, "ResourceAlert")
        fits = service.done("health")["data"]

    assert (alert["kind"], alert["over"], clear["kind"], clear["over"]) == ("cpu", True, "cpu", False)
    assert alert["value"] > alert["limit"] == pytest.approx(fits["cores"])
    assert fits["copies"]["by"].keys() == {"cpu", "memory"}


def test_memory_over_its_threshold_is_told_once_with_its_end(
    make_service: Callable[..., Service], shared_ingest: Ingest
) -> None:
    """A real FFmpeg that takes more memory than it may: one alert, however often one looks and one all-clear."""  # R11
    with make_service(monitor={"interval_s": 0.5, "memory_mib": 1, "hold_s": 1}) as service:
        go_live(service, add_destination(service, shared_ingest))
        wait_for(lambda: told(service, "ResourceAlert"), "the alert", poll_s=LOOK_S)
        service.done("change clip memory=4000")
        wait_for(lambda: len(told(service, "ResourceAlert")) > 1, "the all-clear", poll_s=LOOK_S)
        alert, clear = told(service, "ResourceAlert")

    assert (alert["kind"], alert["over"], clear["kind"], clear["over"]) == ("memory", True, "memory", False)
    assert alert["value"] > alert["limit"] == 1
    assert clear["value"] > 1


def test_a_snapshot_shows_what_is_on_air(
    make_service: Callable[..., Service], shared_ingest: Ingest, clips: Clips
) -> None:
    """Whatever a playlist is changed to on air: the picture is of what runs, also after a restart of the service."""
    # P11
    with make_service() as service:
        clips.put("other_size", service.media / "wide.mp4")
        service.done("playlist create both clip")
        go_live(service, add_destination(service, shared_ingest), "both")
        service.done("playlist add both wide")
        service.done("playlist remove both clip")
        shown = [width_of_snapshot(service, "both")]
        service.kill()
        service.start()
        service.until("both", "live")
        shown.append(width_of_snapshot(service, "both"))
        service.done("restart both")
        wait_for(lambda: service.stream("both")["restarts"] == 1, "the next attempt", poll_s=LOOK_S)
        service.until("both", "live")
        shown.append(width_of_snapshot(service, "both"))

    assert shown == [320, 320, 480]


def width_of_snapshot(service: Service, stream: str) -> int:
    """How wide the picture is that `/snapshot` sends."""
    (file,) = service.done(f"snapshot {stream}")["files"]
    with Image.open(io.BytesIO(base64.b64decode(file["base64"]))) as picture:
        return picture.width


def test_a_host_that_is_full_refuses_where_it_is_told_to(
    make_service: Callable[..., Service], shared_ingest: Ingest
) -> None:
    """With `limits.refuse_overload` a copy that the uplink has no room for is refused with the numbers."""  # N7
    settings = {"limits": {"refuse_overload": True}, "monitor": {"uplink_mbps": 1}}
    with make_service(**settings) as service:
        key = add_destination(service, shared_ingest)
        code, text = service.refusal(f"startstream clip d{key[4:8]}")
        assert "it needs 3.1 Mbit/s, 800 kbit/s can be spared" in text
        assert code == "overloaded"
        assert service.done("health")["data"]["copies_fit"] == 0
        assert service.pids() == []
