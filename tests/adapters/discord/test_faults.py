"""What happens when Discord refuses, is away, or comes late."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from adapters.discord.errors import BadToken
from bot.channel import ChannelAway, ChannelError, ChatGone, ChatRef, MessageGone, MessageRef
from bot.reply import Reply, say
from core.clock import SystemClock
from tests.adapters.discord.club import Club, plain, running
from tests.fakes.clock import FakeClock

if TYPE_CHECKING:
    from datetime import datetime

SEND = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
CALLBACK = "POST /interactions/*"


async def test_bad_token_is_said_plainly(quiet: Club) -> None:
    """A wrong token ends the adapter with words about what to do, without the token in them."""
    quiet.rebuild(token="wrong.token.here")
    with pytest.raises(BadToken, match=r"discord\.token") as caught:
        await quiet.channel.run()
    assert "wrong" not in str(caught.value)


async def test_token_that_ends_meanwhile_is_said_plainly(quiet: Club) -> None:
    """A token that was reset while the service ran ends the adapter in the same words."""
    await quiet.fake.drop_gateway()
    task = asyncio.create_task(quiet.channel.run())
    await quiet.ready()
    await quiet.fake.drop_gateway(4004)
    with pytest.raises(BadToken):
        await asyncio.wait_for(task, 60)


async def test_discord_away_at_the_start_is_sat_out(quiet: Club) -> None:
    """A service that starts while Discord is away works as soon as it is back."""
    clock = FakeClock()
    quiet.rebuild(clock)
    await quiet.fake.go_away()
    async with running(quiet):
        await quiet.fake.until(lambda: clock.pending)
        with pytest.raises(ChannelAway):
            await quiet.channel.send(quiet.chat, say("x"))
        await quiet.fake.come_back()
        await clock.advance(1.0)
        await quiet.ready()
        await quiet.order(quiet.vera, "streams")
    assert len(quiet.said()) == 1


async def test_dropped_gateway_is_resumed(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """What people order while the connection to Discord is broken is done when it is back, once."""
    caplog.set_level(logging.INFO)
    await club.fake.drop_gateway()
    asked = await club.fake.slash(club.otto, club.place, "startstream", source="lofi", destination="youtube")
    await club.settled(asked)
    assert club.fake.gateway.resumes == 1
    told = [record.getMessage() for record in caplog.records if "connection to Discord" in record.getMessage()]
    assert told == ["the connection to Discord broke; it is taken up again", "the connection to Discord is back"]
    assert "Traceback" not in caplog.text
    assert await club.running() == ["lofi"]
    assert len(club.said()) == 1


async def test_order_that_comes_too_late_is_not_run(quiet: Club) -> None:
    """A stop that reaches the bot only after its sender read 'did not respond' stops nothing: he has moved on."""
    async with running(quiet):
        await quiet.ready()
        await quiet.start_stream()
        late = quiet.fake.fail(CALLBACK, 404, code=10062)
        await quiet.fake.slash(quiet.otto, quiet.place, "stop", stream="lofi")
        await quiet.fake.until(lambda: late.over)
        await quiet.order(quiet.vera, "help")
        assert await quiet.running() == ["lofi"]


async def test_lost_acknowledgement_is_given_again(club: Club) -> None:
    """An order whose acknowledgement broke on the way is run once and answered."""
    lost = club.fake.lose_answers(CALLBACK)
    await club.fake.slash(club.vera, club.place, "streams")
    await club.fake.until(club.said)
    assert lost.over
    assert len(club.ears.heard) == 1
    club.fake.refused.clear()  # the second try was told 'already acknowledged', which is what it asked


async def test_log_names_no_address(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that is lost is logged without its address, which holds what lets anybody answer in our name."""
    lost = club.fake.lose_answers("PATCH /webhooks/*")
    asked = await club.order(club.vera, "help")
    assert lost.hits == 1
    assert "did not arrive" in caplog.text
    assert asked.token not in caplog.text


async def test_slow_order_is_taken_at_once(club: Club) -> None:
    """While the bot works on an order its sender reads 'thinking', so that Discord's 3 s never run out."""
    club.ears.holds = asyncio.Event()
    asked = await club.fake.slash(club.vera, club.place, "streams")
    answer = await asked
    assert (answer.kind, answer.ephemeral) == ("deferred", True)
    assert club.said() == []
    club.ears.holds.set()
    await club.settled(asked)
    assert len(club.said()) == 1
    assert club.whispered(club.vera) == []


async def test_answer_that_discord_does_not_take_reaches_the_asker(club: Club) -> None:
    """Where the channel takes nothing just now, the answer is told to whoever asked."""
    club.fake.fail(SEND, 503)
    await club.order(club.otto, "startstream", source="lofi", destination="youtube")
    (told,) = club.whispered(club.otto)
    assert "lofi → youtube" in plain(told.text)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, 10003, ChatGone),
        (403, 50001, ChatGone),
        (403, 50013, ChatGone),
        (403, 0, ChannelAway),
        (503, 0, ChannelAway),
        (401, 0, ChannelAway),
        (400, 50035, ChannelError),
    ],
)
async def test_refused_message_says_what_it_means(
    club: Club, status: int, code: int, error: type[ChannelError]
) -> None:
    """A chat that is gone is given up, a platform in trouble is tried again, and our own mistake is neither."""
    club.fake.fail(SEND, status, code=code)
    with pytest.raises(ChannelError) as caught:
        await club.channel.send(club.chat, say("x"))
    assert type(caught.value) is error


async def test_ban_is_waited_out(club: Club) -> None:
    """Whoever asks for patience is given it: as long as Discord says."""
    club.fake.fail(SEND, 429, retry_after_s=600.0)
    with pytest.raises(ChannelAway) as caught:
        await club.channel.send(club.chat, say("x"))
    assert caught.value.retry_after_s == 600.0
    club.fake.fail(SEND, 429, banned=True)
    with pytest.raises(ChannelAway):
        await club.channel.send(club.chat, say("x"))


async def test_message_whose_answer_was_lost_stands_there_once(club: Club) -> None:
    """An alert that may have arrived is sent again, and nobody reads it twice; the next one like it is read too."""
    club.fake.lose_answers(SEND)
    with pytest.raises(ChannelAway):
        await club.channel.send(club.chat, say("dark"))
    again = await club.channel.send(club.chat, say("dark"))
    assert [str(message.id) for message in club.said()] == [again.message]
    await club.channel.send(club.chat, say("dark"))
    assert len(club.said()) == 2


async def test_what_nobody_foresaw_has_a_number(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that breaks the adapter itself is told with a number, which stands in the log with the reason."""
    club.ears.says = Reply((cast("Any", object()),))
    asked = await club.order(club.vera, "help")
    told = (await asked.reply()).text
    (incident,) = [word for word in re.findall(r"[0-9a-f]{6}", told) if word in caplog.text]
    assert "KeyError" in caplog.text
    assert incident
    unheard_of = await club.fake._interact(2, club.vera, club.place, {"type": 1})
    assert unheard_of.ephemeral


async def test_deleted_message_is_told_from_a_closed_channel(club: Club) -> None:
    """A card that somebody deleted is sent anew, a channel that is gone is not."""
    sent = await club.post(say("card"))
    await club.fake.erase(club.last())
    with pytest.raises(MessageGone):
        await club.channel.edit(sent, say("changed"))
    club.fake.refused.clear()
    sent = await club.post(say("card"))
    club.fake.remove_channel(club.place)
    with pytest.raises(ChatGone):
        await club.channel.edit(sent, say("changed"))
    club.fake.refused.clear()


async def test_nonsense_places_are_gone(club: Club) -> None:
    """Ids that are none are given up without asking Discord."""
    with pytest.raises(ChatGone):
        await club.channel.send(ChatRef("discord", "nowhere"), say("x"))
    with pytest.raises(MessageGone):
        await club.channel.edit(MessageRef(club.chat, "none"), say("x"))


class Later(SystemClock):
    """A wall clock two hours ahead."""

    def now(self) -> datetime:
        """Return the time in two hours."""
        return super().now() + timedelta(hours=2)


async def test_old_message_is_edited_seldom(quiet: Club) -> None:
    """A board of yesterday is kept up to date as often as Discord lets old messages be edited, never refused."""
    quiet.rebuild(Later())
    async with running(quiet):
        await quiet.ready()
        board = await quiet.post(say("board", board=True))
        await quiet.channel.edit(board, say("board 2", board=True))
        with pytest.raises(ChannelAway) as caught:
            await quiet.channel.edit(board, say("board 3", board=True))
        assert 0 < (caught.value.retry_after_s or 0) <= 240
        assert plain(quiet.last().text) == "board 2"


async def test_recovery_of_an_old_alert_is_said_anew(quiet: Club) -> None:
    """What ends yesterday's alert is a message of its own where it would have to wait: nothing new waits behind it."""
    quiet.rebuild(Later())
    async with running(quiet):
        await quiet.ready()
        board, alert = await quiet.post(say("board", board=True)), await quiet.post(say("dark"))
        await quiet.channel.edit(board, say("board 2", board=True))
        with pytest.raises(MessageGone):
            await quiet.channel.edit(alert, say("back"))


async def test_commands_are_tried_again(quiet: Club) -> None:
    """Commands that could not be written are written once Discord takes them."""
    clock = FakeClock()
    quiet.rebuild(clock)
    quiet.fake.fail("PUT /applications/*", 503)
    async with running(quiet):
        await quiet.fake.until(lambda: clock.pending)
        assert quiet.fake.commands(quiet.guild) == []
        await clock.advance(5.0)
        await quiet.ready()
