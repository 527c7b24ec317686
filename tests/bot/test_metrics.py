"""Machines read what people see: /metrics for Prometheus, /healthz and /readyz for whoever watches the service."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest

from bot.metrics import Histogram, _line
from bot.metrics_server import MetricsServer
from core.errors import StoreUnavailable
from core.events import OutputRecovered, OutputWentLive, StreamEnded, StreamStarted
from core.model import MAIN_SPACE, Outcome, OutputId, Platform, RunId, StreamId
from tests.bot.talk import Bot

SAMPLE = re.compile(
    r'[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\.)*"(,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+-]+|# (HELP|TYPE) .+'
)


@dataclass
class Site:
    """A running server."""

    server: MetricsServer

    async def send(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        writer.write(request)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer

    async def get(self, path: str) -> tuple[int, str]:
        head, _, body = (await self.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())).partition(b"\r\n\r\n")
        return int(head.split()[1]), body.decode()


@pytest.fixture
async def site(bot: Bot) -> AsyncIterator[Site]:
    """The pages of a bot's engine."""
    server = MetricsServer("127.0.0.1:0", cast("Any", bot.engine), [MAIN_SPACE])
    running = asyncio.create_task(server.run())
    await server.listening.wait()
    yield Site(server)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_metrics_tell_of_streams_and_host(bot: Bot, site: Site) -> None:
    """Each stream's and the host's numbers are there, in a form that Prometheus reads."""  # P9
    await bot.operator.says("/startstream lofi youtube")
    view = bot.engine.go_live((await bot.engine.views(MAIN_SPACE))[0].id)
    bot.engine._put(replace(view, outputs=tuple(replace(output, loss=0.03) for output in view.outputs)))
    status, text = await site.get("/metrics")

    assert status == 200
    assert [line for line in text.splitlines() if not SAMPLE.fullmatch(line)] == []
    assert 'streambro_output_live{space="main",stream="lofi",destination="youtube"}' in text
    assert 'streambro_output_resent_ratio{space="main",stream="lofi",destination="youtube"} 0.03' in text
    assert "streambro_host_cpu_ratio 0.123" in text
    assert "streambro_copies_fit 3" in text
    assert "streambro_timers 2\n" in text
    assert "key-of-youtube" not in text


async def test_outages_are_a_histogram(bot: Bot, site: Site) -> None:
    """How long outputs were dark can be drawn over months."""  # P9
    common: dict[str, Any] = {
        "space": MAIN_SPACE,
        "stream": StreamId(1),
        "name": "lofi",
        "run": RunId(1),
        "output": OutputId("s1-d1"),
    }
    more: dict[str, Any] = {
        "destination": "youtube",
        "platform": Platform.YOUTUBE,
        "tries": 1,
        "dark_since": bot.clock.now(),
    }
    for dark_s in (0.5, 4.0, 5000.0):
        bot.engine.bus.publish(OutputRecovered(at=bot.clock.now(), dark_s=dark_s, **common, **more))
    await asyncio.sleep(0)
    _, text = await site.get("/metrics")
    assert 'streambro_outage_seconds_bucket{le="1"} 1\n' in text
    assert 'streambro_outage_seconds_bucket{le="5"} 2\n' in text
    assert 'streambro_outage_seconds_bucket{le="+Inf"} 3\n' in text
    assert "streambro_outage_seconds_count 3" in text


async def test_how_long_starts_and_runs_took(bot: Bot, site: Site) -> None:
    """From an order to the first bytes or to the end, and how long runs last, can be drawn.

    Of a run that was taken over nobody saw the start; its stop counts.
    """
    begun = bot.clock.now()
    for run, at in ((1, begun), (2, None)):
        own: dict[str, Any] = {"space": MAIN_SPACE, "stream": StreamId(run), "name": "lofi", "run": RunId(run)}
        out: dict[str, Any] = {"output": OutputId("s1-d1"), "destination": "youtube", "platform": Platform.YOUTUBE}
        if at is not None:
            bot.engine.bus.publish(StreamStarted(at=at, by="Rina", **own))
        bot.engine.bus.publish(OutputWentLive(at=begun + timedelta(seconds=1.5), **own, **out))
        end: dict[str, Any] = {"outcome": Outcome.STOPPED, "cause": None, "by": None, "dark_s": 0.0, "bytes_sent": 0}
        end |= {"stop_s": 0.3} if at is None else {}  # the other one ended by itself
        bot.engine.bus.publish(StreamEnded(at=begun + timedelta(hours=2), **own, **end))
    await asyncio.sleep(0)
    _, text = await site.get("/metrics")
    assert 'streambro_start_seconds_bucket{le="1"} 0\n' in text
    assert "streambro_start_seconds_sum 1.5\nstreambro_start_seconds_count 1\n" in text
    assert 'streambro_stop_seconds_bucket{le="0.2"} 0\n' in text
    assert "streambro_stop_seconds_sum 0.3\nstreambro_stop_seconds_count 1\n" in text
    assert "streambro_run_seconds_sum 7200.0\nstreambro_run_seconds_count 1\n" in text


async def test_health_and_readiness(bot: Bot, site: Site) -> None:
    """The service says that it lives, and whether it can do its work."""  # P9
    assert await site.get("/healthz") == (200, "ok\n")
    assert await site.get("/readyz") == (200, "ready\n")
    bot.engine.refusal = StoreUnavailable("busy")
    await bot.operator.says("/startstream lofi youtube")
    bot.engine.store = cast("Any", _Broken())
    assert await site.get("/readyz") == (503, "store_unavailable\n")
    assert await site.get("/healthz") == (200, "ok\n")


class _Broken:
    """A store that is away."""

    async def check(self) -> None:
        raise StoreUnavailable("busy")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"DELETE /healthz HTTP/1.1", b"405"),
        (b"GET /../../etc/passwd HTTP/1.1", b"404"),
        (b"\xff\xfe", b"405"),
        (b"", b"405"),
    ],
)
async def test_all_else_is_refused(site: Site, request_line: bytes, status: bytes) -> None:
    """There is nothing else to be had there, and nothing can be changed."""
    answer = await site.send(request_line + b"\r\n\r\n")
    assert answer.split()[1] == status


async def test_who_floods_is_cut_off(site: Site) -> None:
    """A request without end is not kept in memory, and others are answered meanwhile."""
    with pytest.raises((ConnectionError, AssertionError)):
        assert await site.send(b"GET /" + b"a" * 200_000) != b""
    assert await site.get("/healthz") == (200, "ok\n")


def test_names_cannot_break_out_of_their_quotes() -> None:
    """A stream's name with quotes, backslashes or line breaks stays a name."""
    assert _line("x", (("stream", 'a"b\\c\nd'),), 1) == 'x{stream="a\\"b\\\\c\\nd"} 1'


def test_each_length_is_counted_once() -> None:
    """The last bucket holds all."""
    histogram = Histogram((1, 2))
    for seconds in (1.0, 1.5, 3.0):
        histogram.observe(seconds)
    assert list(histogram.lines("x", "X.")) == [
        "# HELP x X.",
        "# TYPE x histogram",
        'x_bucket{le="1"} 1',
        'x_bucket{le="2"} 2',
        'x_bucket{le="+Inf"} 3',
        "x_sum 5.5",
        "x_count 3",
    ]
