"""Stream keys on Telegram: asked for in private, deleted where they were sent, never repeated."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tests.bot.talk import CLUB, CLUB_CHAT, KEY

if TYPE_CHECKING:
    import pytest

    from tests.adapters.telegram.rig import Club


def all_said(club: Club) -> str:
    """Everything that the bot ever said or requested."""
    return "\n".join(str(call.params) for call in club.telegram.calls())


async def test_next_private_message_is_the_key(club: Club) -> None:  # N8
    """The key is asked for, taken from the next message, and that message is gone; nothing repeats it."""
    chat = club.chat_of(club.admin)
    question = await club.says(club.admin, "/adddestination evening youtube")
    assert question.text == "🔑 Send me the key as your next message."

    saved = await club.says(club.admin, KEY)

    assert "Saved as 'evening'" in saved.text
    assert [message.text for message in club.telegram.history(chat) if KEY in message.text] == []
    assert KEY in club.bot.engine.destinations.keys.values()
    assert KEY not in all_said(club)
    assert club.telegram.refused == []


async def test_key_can_be_called_off(club: Club) -> None:
    """[Cancel] under the question ends it: what is written then is no key."""
    question = await club.says(club.admin, "/adddestination evening youtube")

    await club.presses(club.admin, question, "Cancel")

    assert question.text == "All right, nothing was done."
    await club.says(club.admin, "hello")
    assert len(club.bot.engine.destinations.keys) == 2


async def test_group_is_led_to_the_private_chat(club: Club) -> None:  # N8
    """In a group the key is not taken: a link leads to the private chat, where the question waits already."""
    group = club.group()

    seen = await club.says(club.admin, "/setkey youtube", group)

    assert seen.keyboard[0][0].url == "https://t.me/streambro_bot"
    await club.telegram.wait_message(club.chat_of(club.admin), "Send me the key as your next message")
    saved = await club.says(club.admin, KEY)
    assert "has its new key" in saved.text
    assert KEY in club.bot.engine.destinations.keys.values()
    assert club.telegram.refused == []


async def test_key_asked_for_in_a_teams_group_is_that_teams(club: Club) -> None:  # N8
    """A destination that was ordered in the group of another team belongs to that team, wherever its key was sent."""
    group = club.telegram.group(int(CLUB_CHAT), "The club's", [club.boss])
    await club.says(club.boss, "/adddestination evening youtube", group)
    await club.telegram.wait_message(club.chat_of(club.boss), "Send me the key")

    await club.says(club.boss, KEY)

    known = club.bot.engine.destinations.known.values()
    assert [it.space for it in known if it.name == "evening"] == [CLUB]


async def test_key_typed_into_a_group_is_deleted_and_called_spent(club: Club) -> None:  # N8
    """Where the bot may, it deletes a key that a whole group could read, and says that a new one is needed."""
    group = club.group(bot_rights=["can_delete_messages"])

    seen = await club.says(club.admin, f"/adddestination evening youtube {KEY}", group)

    assert "make a new key" in seen.text
    assert "I deleted your message" in seen.text
    assert [message.text for message in club.telegram.history(group) if KEY in message.text] == []
    assert KEY not in all_said(club)


async def test_key_that_may_not_be_deleted_is_not_called_deleted(club: Club) -> None:  # N8
    """Where the bot may not delete, it does not claim to have, and says what to do."""
    group = club.group()

    seen = await club.says(club.admin, f"/adddestination evening youtube {KEY}", group)

    assert "I deleted" not in seen.text
    assert "delete yours now" in seen.text
    assert "make a new key" in seen.text


async def test_key_in_a_refused_order_is_deleted_too(club: Club) -> None:  # N8
    """A key behind a mistyped order is deleted as well; where that is not allowed, it is said."""
    order = f"/setkey nowhere {KEY}"
    assert "I deleted your message" in (await club.says(club.admin, order)).text
    assert [it.text for it in club.telegram.history(club.chat_of(club.admin)) if KEY in it.text] == []

    told = (await club.says(club.admin, order, club.group())).text
    assert "I deleted" not in told
    assert "delete it now" in told


async def test_key_is_deleted_however_long_the_platform_refuses(club: Club) -> None:  # N8
    """A key does not stay because the platform was busy for a moment."""
    club.telegram.fail("deleteMessage", 500, times=2)
    await club.says(club.admin, "/setkey youtube")

    await club.telegram.say(club.admin, club.chat_of(club.admin), KEY)

    await club.in_time(lambda: "has its new key" in club.telegram.messages(club.chat_of(club.admin))[-1].text)
    assert [it.text for it in club.telegram.history(club.chat_of(club.admin)) if KEY in it.text] == []


async def test_crash_tells_no_key(club: Club, caplog: pytest.LogCaptureFixture) -> None:  # N8
    """When something breaks while a key is handled, neither the log nor the answer holds it."""
    await club.says(club.admin, "/setkey youtube")
    club.bot.engine.crash = RuntimeError(f"broken by {KEY}")

    with caplog.at_level(logging.DEBUG):
        seen = await club.says(club.admin, KEY)

    assert seen.text
    assert KEY not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert KEY not in all_said(club)
