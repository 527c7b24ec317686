"""Schedules of the real service at a real ingest: they go on air and off by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.ingest import Ingest
from tests.fakes.wait import wait_for
from tests.integration.service import Service

pytestmark = pytest.mark.real


def test_a_schedule_goes_on_air_and_off(service: Service, shared_ingest: Ingest, key: str) -> None:
    """A stream that was scheduled goes live at its time, on the second, and is off air after its length."""
    # P6, R8
    at = (datetime.now(UTC) + timedelta(seconds=6)).replace(microsecond=0)
    made = service.done(f'schedule clip d{key[4:8]} start="{at:%Y-%m-%d %H:%M:%S}" for=5s tz=UTC')
    name = made["data"]["schedule"]["stream"]
    assert made["data"]["schedule"]["next"] == [[at.isoformat(), (at + timedelta(seconds=5)).isoformat()]]
    assert "· starts " in service.done("streams")["text"]

    wait_for(lambda: shared_ingest.stream(key), "the scheduled stream at the ingest")
    live = service.stream(name)
    wait_for(lambda: shared_ingest.stream(key) is None, "the scheduled end")
    ended = service.until(name, "stopped")
    run = service.done(f"history {name}")["data"]["runs"][0]

    assert live["ends_at"] == (at + timedelta(seconds=5)).isoformat()
    assert ended["restarts"] == 0
    assert run["outcome"] == "scheduled"
    assert at <= datetime.fromisoformat(run["started_at"]) < at + timedelta(seconds=2)
    assert at + timedelta(seconds=5) <= datetime.fromisoformat(run["ended_at"]) < at + timedelta(seconds=9)
    assert shared_ingest.second_pushers == []
    assert service.pids() == []
