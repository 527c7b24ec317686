"""Stream keys: asked for in a form, answered to their sender alone, and kept nowhere else."""

import asyncio
import logging

import pytest

from bot.reply import Button, say
from core.model import MAIN_SPACE
from tests.adapters.discord.club import Club, plain, running
from tests.fakes.clock import FakeClock
from tests.fakes.discord_api import Interaction, Modal

KEY = "abcd-efgh-ijkl-mnop"


async def form_of(interaction: Interaction) -> Modal:
    """The form that popped up."""
    response = await interaction
    assert response.modal is not None
    return response.modal


async def test_key_is_asked_for_in_a_form(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """/adddestination opens a form; the key sent with it is kept encrypted, and only its sender reads 'saved'."""  # N8
    caplog.set_level(logging.INFO)
    form = await form_of(await club.fake.slash(club.ada, club.place, "adddestination", name="kick", target="kick"))
    assert (form.title, form.labels) == ("Stream key of kick", ["Stream key"])
    sent = await club.settled(await club.fake.submit_modal(club.ada, form, key=KEY))
    told = await sent.reply()
    assert told.ephemeral
    assert "Saved as 'kick'" in plain(told.text)
    assert club.said() == []
    assert [found.name for found in await club.ears.bot.engine.destinations.all(MAIN_SPACE)][-1] == "kick"
    entries = await club.ears.bot.store.audit.recent(MAIN_SPACE)
    assert [entry.action for entry in entries] == ["adddestination"]
    assert KEY not in repr(entries) + repr(club.ears.heard) + told.text
    assert KEY not in caplog.text


async def test_wrong_key_is_asked_for_again(club: Club) -> None:
    """A key with a slip is refused to its sender alone, and a button opens the form anew."""
    form = await form_of(await club.fake.slash(club.ada, club.place, "setkey", destination="youtube"))
    refused = await (await club.settled(await club.fake.submit_modal(club.ada, form, key="two words"))).reply()
    assert refused.ephemeral
    again = await form_of(await club.fake.press(club.ada, refused, "Send the key"))
    told = await (await club.settled(await club.fake.submit_modal(club.ada, again, key=KEY))).reply()
    assert "new key" in plain(told.text)


async def test_slow_answer_offers_the_form_by_button(quiet: Club) -> None:
    """Where the bot is too slow for a form as first answer, a button opens it: nobody is left without an answer."""
    clock = FakeClock()
    quiet.rebuild(clock)
    async with running(quiet):
        await quiet.ready()
        quiet.ears.holds = asyncio.Event()
        asked = await quiet.fake.slash(quiet.ada, quiet.place, "setkey", destination="youtube")
        await quiet.fake.until(lambda: quiet.ears.heard)
        await clock.advance(1.5)
        assert (await asked).kind == "deferred"
        quiet.ears.holds.set()
        told = await asked.reply()
        assert told.ephemeral
        await form_of(await quiet.fake.press(quiet.ada, told, "Send the key"))


async def test_alerts_button_opens_the_form(club: Club) -> None:
    """[Send new key] under 'YouTube refuses the key' opens the form right there."""
    button = Button("Send new key", "setkey #1")
    await club.post(say("🔴 YouTube refuses the key", buttons=((button,),)))
    form = await form_of(await club.fake.press(club.ada, club.last(), "Send new key"))
    sent = await club.settled(await club.fake.submit_modal(club.ada, form, key=KEY))
    assert "new key" in plain((await sent.reply()).text)
    assert plain(club.last().text) == "🔴 YouTube refuses the key"


async def test_form_is_for_who_may_use_it(club: Club) -> None:
    """An operator is told that keys are the admins' matter; no form pops up for him."""
    asked = await club.order(club.otto, "setkey", destination="youtube")
    told = await asked.reply()
    assert told.ephemeral
    assert "admin" in told.text


async def test_form_outlives_a_restart(quiet: Club) -> None:
    """A form that was open while the service restarted is still taken."""
    async with running(quiet):
        await quiet.ready()
        form = await form_of(await quiet.fake.slash(quiet.ada, quiet.place, "setkey", destination="youtube"))
    quiet.rebuild()
    async with running(quiet):
        await quiet.synced()
        sent = await quiet.settled(await quiet.fake.submit_modal(quiet.ada, form, key=KEY))
        assert "new key" in plain((await sent.reply()).text)
