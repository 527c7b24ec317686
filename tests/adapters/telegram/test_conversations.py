"""What a person with a phone types and presses, and what is then on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from tests.adapters.telegram.rig import Club


async def test_help_lists_what_this_person_may_do(club: Club) -> None:
    """/help names the commands that the asker may give, and no others."""
    seen = await club.says(club.viewer, "/help")

    assert "/streams" in seen.text
    assert "/startstream" not in seen.text
    assert club.telegram.refused == []


async def test_stream_is_started_and_stopped_with_buttons_alone(club: Club) -> None:
    """/startstream leads by buttons from the source to a card that can be stopped, all in one message."""
    seen = await club.says(club.operator, "/startstream")
    assert seen.text == "What shall go live?"
    for label in ("lofi", "youtube", "6 h"):
        await club.presses(club.operator, seen, label)
    assert seen.text == "lofi → youtube, 6 h, copied as it is."

    await club.presses(club.operator, seen, "Start")
    assert seen.text.startswith("🟡 lofi → youtube")
    await club.presses(club.operator, seen, "Stop")
    assert seen.text.startswith("⚪ lofi → youtube · stopped by Otto")

    assert club.telegram.messages(club.chat_of(club.operator)) == [seen]
    assert (club.telegram.unanswered(), club.telegram.refused) == ([], [])


async def test_question_that_was_deleted_goes_on_below(club: Club) -> None:
    """Who deletes the picker between two presses gets the next question as a new message."""
    seen = await club.says(club.operator, "/startstream")
    button = seen.button("lofi").data
    seen.deleted = True

    await club.telegram.press(club.operator, seen, str(button), forged=True)

    assert (await club.telegram.wait_message(club.chat_of(club.operator), "Where to?")).id != seen.id


async def test_typed_words_start_at_once(club: Club) -> None:
    """With all words typed there is nothing to press: the card comes at once."""
    seen = await club.says(club.operator, "/startstream lofi youtube for=6h")

    assert seen.text.startswith("🟡 lofi → youtube")
    assert seen.labels[:2] == ["Stop", "Restart"]


async def test_board_is_shown(club: Club) -> None:
    """/streams shows what is on air, in bold where it matters, and the bot learns which message it became."""
    await club.says(club.operator, "/startstream lofi youtube")

    seen = await club.says(club.viewer, "/streams")

    assert "lofi" in seen.text
    assert seen.source.startswith("<b>")
    [(message, _)] = await eventually(lambda: [told for told in club.listener.told if told[1].board], "a board")
    assert (message.message, message.chat.chat) == (str(seen.id), "2")
