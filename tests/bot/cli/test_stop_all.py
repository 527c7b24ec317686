"""`streambro stop-all`: the emergency brake works with and without a service, for every team."""

from pathlib import Path

import pytest

from bot.cli.exits import Exit
from core.model import MAIN_SPACE, Actor, StartRequest
from tests.bot.cli.conftest import Run
from tests.bot.talk import CLUB, Bot
from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.stores import furnish
from tests.fakes.wait import wait_for
from tests.integration.service import Service, is_gone


@pytest.fixture
def on_air(running: Service, ingest: Ingest, clips: Clips) -> Service:
    """A service whose stream `clip` is live."""
    if not running.running:
        running.start()
    clips.put("short", running.media / "clip.mp4")
    running.order("forget clip confirm=yes")
    running.order("removedestination there confirm=yes")
    running.done(f"adddestination there {ingest.rtmp_url} key-of-there")
    running.done("startstream clip there")
    running.until("clip", "live")
    return running


@pytest.mark.real
def test_with_a_service_it_stops_all(on_air: Service) -> None:
    """While the service runs every stream is stopped, and the service goes on."""
    # R5
    pid = on_air.pid()

    done = on_air.run("stop-all")

    assert done.returncode == Exit.DONE, done.stderr
    assert "clip" in done.stdout
    assert is_gone(pid)
    assert on_air.stream("clip")["state"] == "stopped"
    assert on_air.run("stop-all").stdout == "Nothing runs.\n"


@pytest.mark.real
def test_without_a_service_it_ends_what_is_left(on_air: Service) -> None:
    """After a crash of the service its FFmpegs are ended, and do not come back with it."""
    # R5 R14
    pid = on_air.pid()
    on_air.kill()

    done = on_air.run("stop-all")

    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout == "Ended 1 FFmpeg(s); 1 stream(s) are not wanted any more.\n"
    wait_for(lambda: is_gone(pid), "the end of FFmpeg")
    assert on_air.records() == []
    on_air.start()
    assert on_air.stream("clip")["state"] == "stopped"
    assert on_air.pids() == []


@pytest.mark.real
def test_where_nothing_was_nothing_is_made(streambro: Run, tmp_path: Path) -> None:
    """On a folder that there is not, it says so and makes none."""
    done = streambro("stop-all")

    assert done.returncode == Exit.DONE
    assert "nothing runs" in done.stdout
    assert not (tmp_path / "data").exists()


async def test_only_who_is_admin_everywhere_stops_every_team(bot: Bot) -> None:
    """The console's owner stops the streams of all teams; an operator's same words stop those of his own."""
    club = await furnish(bot.store, CLUB)
    await club.began(space=CLUB)
    main = await furnish(bot.store)
    await main.began()
    bot.engine.library.put("dzikir.mp4", CLUB)
    await bot.engine.destinations.add(CLUB, "facebook", "facebook", "key-of-club")
    theirs = Actor(main.rina.id, "Rina", CLUB, "console")

    await bot.engine.start(theirs, StartRequest("dzikir", ("facebook",)))
    await bot.operator.says("startstream lofi youtube")
    await bot.operator.says("stop all everywhere=yes confirm=yes")
    assert [view.running for view in await bot.engine.views(CLUB)] == [True]
    assert [view.running for view in await bot.engine.views(MAIN_SPACE)] == [False]

    await bot.operator.says("startstream lofi youtube")
    told = await bot.console.told("stop all everywhere=yes")

    assert "2 streams stopped" in told
    assert not any(view.running for view in [*await bot.engine.views(CLUB), *await bot.engine.views(MAIN_SPACE)])
    assert not any(record.wanted for record in await bot.store.streams.all())
