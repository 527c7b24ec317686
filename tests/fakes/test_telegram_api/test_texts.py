"""Texts and their markup: what fits, what parses, and what is said where not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes.test_telegram_api.client import refusal

if TYPE_CHECKING:
    from telegram import Bot

    from tests.fakes.telegram_api import Chat, FakeTelegram


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * 4097, "Message is too long"),
        ("\N{PARTY POPPER}" * 2049, "Message is too long"),
        ("<b></b>", "Text must be non-empty"),
        (" \u200b\n", "Text must be non-empty"),
        ("<i></i>" * 5000, "Text is too long"),
    ],
)
async def test_text_that_does_not_fit_is_refused(bot: Bot, chat: Chat, text: str, told: str) -> None:
    """A bot may send 1 to 4096 characters, counted after the markup is gone."""
    assert await refusal(bot.send_message(chat.id, text, parse_mode="HTML")) == told


async def test_text_that_just_fits_is_taken(telegram: FakeTelegram, bot: Bot, chat: Chat) -> None:
    """4096 characters arrive, however much markup and white space was around them."""
    await bot.send_message(chat.id, f" \n<b>{'x' * 4096}</b>\n ", parse_mode="HTML")

    (message,) = telegram.messages(chat)
    assert message.text == "x" * 4096
    assert message.entities == [{"type": "bold", "offset": 0, "length": 4096}]
    assert telegram.refused == []


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ('<tg-emoji emoji-id="-5">x</tg-emoji>', "Invalid custom emoji identifier specified"),
        (
            "&#xD83D;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
                "surrogate code units"
            ),
        ),
    ],
)
async def test_markup_that_does_not_parse_is_refused(
    telegram: FakeTelegram, bot: Bot, chat: Chat, source: str, told: str
) -> None:
    """A bot that forgets to escape is told where, in the real server's words."""
    await refusal(bot.send_message(chat.id, source, parse_mode="HTML"))

    assert telegram.refused[-1].description == f"Bad Request: can't parse entities: {told}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a</b><i>b</i>", "ab", ["bold 0 1", "italic 1 1"]),
        ("<u>\N{PARTY POPPER}</u><s>x</s>", "\N{PARTY POPPER}x", ["underline 0 2", "strikethrough 2 1"]),
        ("&lt;&amp;&gt;&quot;&#65;&#x42;&nbsp;&ltx", '<&>"AB&nbsp;&ltx', []),
        ('<a href="https://a.example/?a=1&amp;b">x</a>', "x", ["text_link 0 1 https://a.example/?a=1&b"]),
        ('<a href="nonsense">x</a>', "x", []),
        ('<a href="tg://user?id=7">x</a>', "x", ["text_mention 0 1"]),
        ('<pre><code class="language-py">x</code></pre>', "x", ["pre 0 1 py"]),
        ("<code>x</code><pre>y</pre>", "xy", ["code 0 1", "pre 1 1"]),
        ('<code class="language-py">x</code>', "x", ["code 0 1"]),
        ("<tg-spoiler>x</tg-spoiler><span class='tg-spoiler'>y</span>", "xy", ["spoiler 0 1", "spoiler 1 1"]),
        ("<blockquote expandable>x</blockquote>", "x", ["expandable_blockquote 0 1"]),
        ("<B>x<I>y</I></B>", "xy", ["bold 0 2", "italic 1 1"]),
        ("a <b> </b> ", "a", []),
    ],
)
async def test_markup_that_parses_gives_entities(
    telegram: FakeTelegram, bot: Bot, chat: Chat, source: str, text: str, entities: list[str]
) -> None:
    """Tests can look at what a person would see instead of at the markup."""
    await bot.send_message(chat.id, source, parse_mode="HTML")

    (message,) = telegram.messages(chat)
    extra = ("url", "language")
    found = [
        " ".join(str(it[key]) for key in ("type", "offset", "length", *extra) if key in it) for it in message.entities
    ]
    assert (message.text, found) == (text, entities)
