"""Replies as messages: nothing is lost, nothing is taken for markup, and everything fits."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.buttons import PLAIN, Nature, build_keyboard, decode, encode
from adapters.telegram.render import FilePart, TextPart, render
from bot.reply import Block, Button, Code, Fields, File, Picture, Reply, Table, Text, say
from core.model import RunId, StreamId
from tests.fakes.telegram_api.entities import is_blank, parse_html
from tests.fakes.telegram_api.limits import utf16_length

WORDS = st.text(max_size=6000)
BLOCKS = st.one_of(
    st.builds(Text, WORDS, st.booleans()),
    st.builds(Code, WORDS),
    st.builds(Fields, st.lists(st.tuples(st.text(max_size=20), WORDS), max_size=3).map(tuple)),
    st.builds(Table, st.just(("a", "b")), st.lists(st.tuples(WORDS, WORDS), max_size=3).map(tuple)),
)


def shown(reply: Reply) -> list[str]:
    """What a reader sees, message by message."""
    return [parse_html(part.html)[0] for part in render(reply)]


def test_markup_in_words_is_only_words() -> None:
    """A stream called <b>x</b> & co is shown under exactly this name."""
    assert shown(Reply((Text("<b>x</b> & co", strong=True), Text("</b>")))) == ["<b>x</b> & co\n</b>"]


def test_heading_and_names_are_bold() -> None:
    """The important word is seen first: headings and names of fields are bold, values are not."""
    (part,) = render(Reply((Text("Head", strong=True), Fields((("role", "admin"),)))))
    assert part.html == "<b>Head</b>\n<b>role:</b> admin"


def test_short_log_stands_in_the_message() -> None:
    """A few lines of a log are read in place, in a fixed pitch."""
    (part,) = render(Reply((Text("Log"), Code("a < b\nc"))))
    assert part == TextPart("Log\n<pre>a &lt; b\nc</pre>")


def test_long_log_comes_as_a_file() -> None:
    """A log of a thousand lines is one file under its title, and no line of it is lost."""
    log = "\n".join(f"line {n}" for n in range(1000))
    (part,) = render(Reply((Text("Log of lofi"), Code(log, "lofi.txt"))))
    assert part == FilePart(log.encode(), "lofi.txt", "Log of lofi")


def test_long_text_is_split_between_lines() -> None:
    """A text that does not fit comes in messages that end where lines end, and is whole together."""
    lines = [f"{n} " + "x" * 90 for n in range(100)]
    messages = shown(Reply((Text("\n".join(lines)),)))
    assert len(messages) == 3
    assert [line for message in messages for line in message.split("\n")] == lines


def test_endless_text_comes_as_a_file() -> None:
    """What would take many messages is a file, with its beginning below it."""
    (part,) = render(Reply((Text("x" * 50_000),)))
    assert isinstance(part, FilePart)
    assert (len(part.data), part.html.endswith("…")) == (50_000, True)


@pytest.mark.parametrize("kept_up_to_date", [{"card": StreamId(1)}, {"board": True}])
def test_board_of_any_length_is_one_message(kept_up_to_date: dict[str, Any]) -> None:
    """What is edited later stays one message: worst first, so what is cut is the best."""
    reply = Reply((Text("\n".join(["a line of the board"] * 1000)),), **kept_up_to_date)
    (part,) = render(reply)
    (message,) = shown(reply)
    assert isinstance(part, TextPart)
    assert message.startswith("a line of the board\n")
    assert message.endswith("\n…")
    assert utf16_length(message) <= 4096


def test_picture_bears_its_words() -> None:
    """A snapshot and what is said of it are one message."""
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 360)
    (part,) = render(Reply((Picture(data, "a.png", "lofi <now>"),)))
    assert part == FilePart(data, "a.png", "lofi &lt;now&gt;", photo=True)


def test_words_too_long_for_a_caption_stand_above_the_file() -> None:
    """A long text with a file comes as text, then the file."""
    text, file = render(Reply((Text("x" * 1500), File(b"data", "a.txt"))))
    assert (text, file) == (TextPart("x" * 1500), FilePart(b"data", "a.txt"))


def test_reply_of_nothing_is_still_seen() -> None:
    """A message is never empty, which Telegram would refuse."""
    assert shown(Reply()) == ["…"]
    assert shown(Reply((Text("\u200b \u2800"),))) == ["…"]


@given(st.lists(BLOCKS, max_size=4), st.booleans())
def test_every_reply_fits(blocks: list[Block], board: bool) -> None:
    """Whatever is said, in whatever script, Telegram takes it: lengths, markup, and something to see."""
    for part in render(Reply(tuple(blocks), board=board)):
        text, _ = parse_html(part.html)
        assert utf16_length(text) <= (4096 if isinstance(part, TextPart) else 1024)
        assert len(part.html.encode()) <= 32 * 1024
        assert isinstance(part, FilePart) or not is_blank(text)


NUMBERS = st.none() | st.integers(0, 10**18 - 1)
NATURES = st.builds(Nature, st.booleans(), NUMBERS.map(lambda card: None if card is None else StreamId(card)))


@given(st.text(max_size=40), NUMBERS, NATURES | st.just(Nature(board=True)))
def test_button_sends_its_order_and_run(order: str, run: int | None, nature: Nature) -> None:
    """A press comes back as the order that the button stood for, bound to its run and to no other, and from where."""
    sent = decode(encode(Button("x", order, None if run is None else RunId(run)), nature))
    assert (sent[0].rstrip(" "), *sent[1:]) == (order.rstrip(" "), run, nature)


def test_button_of_an_earlier_release_still_works() -> None:
    """What stands in chats from before an update is read as it was meant."""
    assert decode("stop #1|7") == ("stop #1", RunId(7), PLAIN)
    assert decode("stop #1") == ("stop #1", None, PLAIN)


def test_order_that_ends_like_a_run_is_bound_to_none() -> None:
    """A name that ends in a bar and digits is not taken for a run."""
    assert decode(encode(Button("x", "stop a|7"))) == ("stop a|7 ", None, PLAIN)


def test_forged_run_is_none() -> None:
    """A number that no run can have binds nothing."""
    assert decode("stop #1|" + "9" * 30) == ("stop #1|" + "9" * 30, None, PLAIN)
    assert decode("stop #1|²") == ("stop #1|²", None, PLAIN)


def test_button_too_long_for_telegram_is_left_out() -> None:
    """One order that can't be carried does not cost the others their buttons."""
    keyboard = build_keyboard(say("", buttons=((Button("a", "x" * 65), Button("b", "é" * 32)), (Button("", "c"),) * 9)))
    assert keyboard is not None
    assert [[button.text for button in row] for row in keyboard.inline_keyboard] == [["b"], ["…"] * 8, ["…"]]
    assert build_keyboard(say("", buttons=((Button("a", "x" * 65),),))) is None
