"""Any words at all become a message that Discord takes, and that reads as it was written."""

import asyncio
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.markup import escape, fenced
from adapters.discord.render import Rendered, render
from bot.reply import Block, Button, Code, Fields, File, Picture, Reply, Style, Table, Text
from core.model import RunId, StreamId
from tests.fakes.discord_api.errors import Form
from tests.fakes.discord_api.message_form import check_message, is_empty

SIGNS = st.text(st.sampled_from("ab1 \n*_~`|<>[]@#-\\:/.()é🟢\u202e"), max_size=60)
LONG = st.builds(lambda word, times: word * times, SIGNS, st.integers(1, 200))
WORDS = st.one_of(SIGNS, LONG, st.text(max_size=50))
PAIRS = st.lists(st.tuples(WORDS, WORDS), max_size=30).map(tuple)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Text, WORDS, st.booleans()),
    st.builds(Fields, PAIRS),
    st.builds(lambda rows: Table(("a", "b"), rows), PAIRS),
    st.builds(Code, WORDS, WORDS),
    st.builds(Picture, st.just(b"png"), WORDS, WORDS),
    st.builds(File, st.just(b"x"), WORDS),
)
RUNS = st.one_of(st.none(), st.integers(1, 2**53).map(RunId))
BUTTONS = st.lists(st.lists(st.builds(Button, WORDS, WORDS, RUNS, st.sampled_from(Style)), max_size=7), max_size=8)
REPLIES = st.builds(
    Reply,
    st.lists(BLOCKS, max_size=8).map(tuple),
    BUTTONS.map(lambda rows: tuple(map(tuple, rows))),
    card=st.one_of(st.none(), st.integers(1, 2**53).map(StreamId)),
    board=st.booleans(),
)


async def body_of(reply: Reply, *, card: bool) -> tuple[dict[str, Any], Rendered]:
    """What is sent for a reply."""
    rendered = render(reply, card=card)
    body: dict[str, Any] = {"content": rendered.content, "embeds": [rendered.embed.to_dict()] if rendered.embed else []}
    return body | {"components": rendered.view.to_components() if rendered.view else []}, rendered


@settings(max_examples=150, deadline=None)
@given(REPLIES, st.booleans())
def test_any_reply_fits(reply: Reply, card: bool) -> None:
    """Whatever is to be said, by whatever names, in whatever amount, Discord takes the message and it is not empty."""
    body, rendered = asyncio.run(body_of(reply, card=card))
    form = Form()
    check_message(body, form)
    assert form.tree == {}
    assert not is_empty(body, rendered.files)
    assert len(rendered.files) <= 10


@given(st.text(st.sampled_from("ab *_~`|<>[]@#-\\"), max_size=80))
def test_escaped_words_read_as_written(text: str) -> None:
    """Every sign that could be markup is literal, and nothing else is changed."""
    told = escape(text)
    assert re.sub(r"\\(.)", r"\1", told) == text
    at = 0
    while at < len(told):
        assert told[at] not in "*_~`|<>[]@"
        at += 2 if told[at] == "\\" else 1


@given(st.text(st.sampled_from("a`\n "), max_size=80))
def test_code_can_not_end_its_fence(text: str) -> None:
    """A log line full of backticks stays in its box."""
    assert "```" not in fenced(text).removeprefix("```\n").removesuffix("\n```")
