"""What is suggested while a person types."""

from __future__ import annotations

import asyncio

from core.model import SpaceName
from tests.adapters.discord.club import Club, running
from tests.fakes.clock import FakeClock


async def test_live_data_is_suggested(club: Club) -> None:
    """Sources, destinations and running streams are offered as they are now, by name, standing for their ids."""
    found = await club.fake.autocomplete(club.otto, club.place, "startstream", focused="source", value="lo")
    assert [(choice.name, choice.value) for choice in found] == [("lofi", "#1")]
    found = await club.fake.autocomplete(club.otto, club.place, "startstream", focused="destination", value="")
    assert [choice.name for choice in found] == ["youtube", "twitch"]
    assert await club.fake.autocomplete(club.otto, club.place, "restart", focused="stream", value="") == []
    await club.start_stream()
    found = await club.fake.autocomplete(club.otto, club.place, "restart", focused="stream", value="")
    assert [choice.value for choice in found] == ["#1"]


async def test_suggestion_does_what_it_says(club: Club) -> None:
    """Taking a suggestion runs the command on that very thing."""
    (source,) = await club.fake.autocomplete(club.otto, club.place, "startstream", focused="source", value="lo")
    await club.order(club.otto, "startstream", source=source.value, destination="youtube")
    assert await club.running() == ["lofi"]


async def test_suggestions_are_authorised_like_the_command(club: Club) -> None:
    """Who may not run a command learns nothing from it, nor does a stranger."""  # N8
    for user, command, focused in ((club.vera, "startstream", "source"), (club.mallory, "status", "stream")):
        assert await club.fake.autocomplete(user, club.place, command, focused=focused, value="") == []


async def test_nothing_of_another_space_is_suggested(club: Club) -> None:
    """A team's files are named to that team only."""
    club.ears.bot.engine.library.put("secret.mp4", SpaceName("club"))
    found = await club.fake.autocomplete(club.otto, club.place, "startstream", focused="source", value="s")
    assert [choice.name for choice in found] == ["ngaji-subuh"]


async def test_at_most_25_are_suggested(club: Club) -> None:
    """A library of hundreds is offered as far as Discord takes it, none of it too long."""
    for number in range(60):
        club.ears.bot.engine.library.put(f"clip-{number}-{'x' * 200}.mp4", SpaceName("main"))
    found = await club.fake.autocomplete(club.otto, club.place, "startstream", focused="source", value="clip")
    assert len(found) == 25


async def test_slow_suggestions_are_none(quiet: Club) -> None:
    """A database that takes its time leaves the person typing without suggestions, not with an error."""
    clock = FakeClock()
    quiet.rebuild(clock)
    async with running(quiet):
        await quiet.ready()
        quiet.ears.holds = asyncio.Event()
        typing = asyncio.create_task(
            quiet.fake.autocomplete(quiet.otto, quiet.place, "startstream", focused="source", value="lo")
        )
        await quiet.fake.until(lambda: clock.pending)
        await clock.advance(2.0)
        assert await typing == []
