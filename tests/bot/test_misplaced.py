"""A stream key that was typed where none belongs is told to nobody: not repeated, not kept, and its message goes."""

import logging
from dataclasses import replace as put

import pytest

from bot.dispatcher import Dispatcher
from bot.misplaced import looks_like_key
from core.model import MAIN_SPACE
from tests.bot.talk import Bot, buttons_of, text_of

YOUTUBE = "a1b2-c3d4-e5f6-g7h8-j9k0"
TWITCH = "live_123456789_AbCdEfGhIjKlMnOpQrStUvWxYz0123"
FACEBOOK = "FB-1234567890123456-0-Ab12Cd34Ef56Gh78"
RANDOM = "q7Xb2Lk9Zp4Wm1Rt8Ys5"
KEYS = (YOUTUBE, TWITCH, FACEBOOK, RANDOM)
WRONG_PLACES = (
    "/startstream {}",
    "/startstream lofi {}",
    "/startstream lofi youtube name={}",
    "/startstream source={} destination=twitch",
    "/stop {}",
    "/status {}",
    "/adddestination {}",
    "/adddestination {} youtube",
    "/removedestination {}",
    "/help {}",
    "/{}",
    "/stpo {}",
    "/streams {}",
    "/streams {}=1",
    "/streams x={}",
    "/media rename lofi {}",
    "/playlist create {}",
    "/timezone {}",
    "/language {}",
    "/revoke {}",
    "/schedule {} youtube start=18:00",
    "/change {} for=1h",
    "/import {}",
    "{}",
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("typed", WRONG_PLACES)
async def test_a_key_in_the_wrong_place_is_not_repeated(bot: Bot, typed: str, key: str) -> None:
    """Who pastes his key behind the wrong word reads neither it nor a button with it, and his message is deleted."""
    reply = await bot.admin.says(typed.format(key))
    assert reply is not None
    said = f"{text_of(reply)} {buttons_of(reply)} {reply.data}".casefold()
    assert key.casefold() not in said
    assert key[:12].casefold() not in said
    assert (reply.ok, reply.forget_order) == (False, True)


@pytest.mark.parametrize("typed", WRONG_PLACES)
async def test_a_key_in_use_is_known_however_it_looks(bot: Bot, typed: str) -> None:
    """A stored key that looks like a common word is hidden too: what is in use is known."""
    known = put(bot.services, is_secret=lambda word: word == "sunday-concert-hall")
    bot.dispatcher = Dispatcher(bot.dispatcher._engine, bot.dispatcher._auth, known, bot.clock)
    reply = await bot.admin.says(typed.format("sunday-concert-hall"))
    assert reply is not None
    assert "sunday-concert-hall" not in f"{text_of(reply)} {buttons_of(reply)} {reply.data}"
    assert reply.forget_order


@pytest.mark.parametrize("app", ["127.0.0.1:21935/live", "a-host-with-quite-a-long-name.example.org/application"])
@pytest.mark.parametrize("typed", WRONG_PLACES)
async def test_the_end_of_a_push_address_is_a_key(bot: Bot, typed: str, app: str) -> None:
    """Who pastes address and key in one where neither belongs doesn't read the key again, however it looks."""
    reply = await bot.admin.says(typed.format(f"rtmp://{app}/newkey-of-sunday"))
    assert reply is not None
    assert "newkey" not in f"{text_of(reply)} {buttons_of(reply)} {reply.data}"
    assert reply.forget_order


async def test_a_key_in_the_wrong_place_is_neither_recorded_nor_kept(bot: Bot) -> None:
    """Neither the audit log nor any name shows it afterwards."""
    for typed in WRONG_PLACES:
        await bot.admin.says(typed.format(YOUTUBE))
    assert YOUTUBE not in repr(await bot.store.audit.recent(MAIN_SPACE, limit=200))
    assert YOUTUBE not in await bot.admin.told("/destinations") + await bot.admin.told("/streams")


async def test_a_key_in_a_crash_is_not_logged(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    """A fault while an order with a misplaced key ran leaves the key out of the log."""
    bot.engine.crash = ZeroDivisionError(f"with {YOUTUBE}")
    with caplog.at_level(logging.DEBUG):
        reply = await bot.operator.says(f"/stop {YOUTUBE}")
    assert reply is not None
    assert reply.code == "incident"
    assert YOUTUBE not in caplog.text


async def test_a_key_as_plain_talk_in_a_group_is_deleted(bot: Bot) -> None:
    """A key that lands in the group's talk is taken out of it, whoever it was meant for."""
    reply = await bot.in_group(bot.operator).says(TWITCH)
    assert reply is not None
    assert reply.forget_order
    assert await bot.in_group(bot.operator).says("see you at VID20240131WA0001") is None


@pytest.mark.parametrize(
    "name",
    ["lofi-rain-jazz-2024", "VID20240131WA0001.mp4", "big-buck-bunny-1080p-h264", "MyHolidayInBali"],
)
async def test_names_of_people_s_files_are_repeated(bot: Bot, name: str) -> None:
    """A mistyped file is named in the refusal, so that one sees what was wrong with it."""
    assert not looks_like_key(name)
    reply = await bot.operator.says(f"/startstream {name}x youtube")
    assert name in text_of(reply)
    assert reply is not None
    assert not reply.forget_order


async def test_invitations_that_fail_say_nothing_of_keys(bot: Bot) -> None:
    """A wrong code is a wrong code: it is not mistaken for a stream key."""
    reply = await bot.operator.says(f"/claim {RANDOM}")
    assert reply is not None
    assert not reply.forget_order
