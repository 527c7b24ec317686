"""What the tests of the whole service share: an ingest, a service on its own folder, a stream that is live."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import Nginx
from tests.integration.service import Service

TOTAL = 3
_numbers = count(1)


@pytest.fixture(scope="session")
def shared_ingest(nginx: Nginx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    """One ingest for all tests that keep to keys of their own."""
    with Ingest(nginx, tmp_path_factory.mktemp("shared-ingest")) as running:
        yield running


@pytest.fixture(scope="session")
def shared_service(ffmpeg_path: Path, clips: Clips, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service with a limit of three streams for all tests that leave it as they found it."""
    folder = tmp_path_factory.mktemp("shared-service")
    with Service(folder, ffmpeg_path, {"limits": {"total": TOTAL}}) as running:
        clips.put("short", running.media / "clip.mp4")
        clips.put("second", running.media / "second.mp4")
        yield running
        assert "Traceback" not in running.stderr


@pytest.fixture
def service(shared_service: Service, shared_ingest: Ingest) -> Iterator[Service]:
    """The shared service, with nothing running before and after."""
    yield shared_service
    shared_ingest.allow()
    shared_service.order("stop all")


@pytest.fixture
def key(service: Service, shared_ingest: Ingest) -> str:
    """A stream key of this test's own; the destination of that name has it."""
    return add_destination(service, shared_ingest)


@pytest.fixture
def make_service(ffmpeg_path: Path, clips: Clips, tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Makes services of a test's own (keywords are their settings), with a clip, not yet started."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Service:
            folder = tmp_path / f"service-{next(_numbers)}"
            made = Service(folder, ffmpeg_path, settings)
            stack.callback(made.close)
            clips.put("short", made.media / "clip.mp4")
            return made

        yield make


def add_destination(service: Service, ingest: Ingest) -> str:
    """Make a destination with a new key; both have the same name, which is no part of any other."""
    key = f"key-{next(_numbers):04}-secret"
    service.done(f"adddestination d{key[4:8]} {ingest.rtmp_url} {key}")
    return key


def go_live(service: Service, key: str, source: str = "clip", more: str = "") -> dict[str, Any]:
    """Start a stream named as its source and wait until it is live."""
    service.done(f"startstream {source} d{key[4:8]} {more}")
    return service.until(source, "live")
