"""What the console makes of a reply: text that can't steer a terminal, and a value that scripts rely on."""

import base64
import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from adapters.console.render import clean, render_text, render_value
from bot.reply import Button, Code, Fields, File, Picture, Reply, Style, Table, Text
from core.model import RunId, StreamId


def test_blocks_become_lines() -> None:
    """Every kind of block is readable as plain text, columns under each other."""
    reply = Reply(
        (
            Text("🟢 lofi", strong=True),
            Fields((("up", "1 s"), ("restarts", "0"))),
            Table(("name", "state"), (("lofi", "live"), ("ngaji-subuh", "dark"))),
            Code("one\ntwo"),
            Picture(b"png", "snapshot.png", "lofi at 19:42"),
            File(b"log", "log.txt"),
        )
    )

    assert render_text(reply).splitlines() == [
        "🟢 lofi",
        "up        1 s",
        "restarts  0",
        "name         state",
        "lofi         live",
        "ngaji-subuh  dark",
        "one",
        "two",
        "lofi at 19:42 (snapshot.png)",
        "log.txt",
    ]


def test_wide_letters_keep_columns() -> None:
    """Emoji and wide letters take two columns, marks on letters none, and the next column stands where it should."""
    lines = render_text(Reply((Table(("a", "b"), (("🟢", "1"), ("月", "2"), ("e\u0301", "3"))),))).splitlines()

    assert lines == ["a   b", "🟢  1", "月  2", "e\u0301   3"]


@given(st.text())
def test_no_text_steers_a_terminal(text: str) -> None:
    """Whatever a file is called, nothing of it moves the cursor, rings or recolours somebody's terminal."""
    shown = clean(text)

    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in shown)
    assert "\x1b" not in render_text(Reply((Text(text), Code(text), Fields(((text, text),)))))


def test_value_is_what_scripts_and_the_chat_need() -> None:
    """A reply travels whole: the contract's four fields, buttons with their runs, files, and which card it is."""
    button = Button("Stop", "stop #1", RunId(7), Style.DANGER)
    reply = Reply(
        (Text("hi"), File(b"\x00\xff", "log.txt")),
        ((button,),),
        code="not_found",
        card=StreamId(3),
        forget_order=True,
        data={"n": 1},
    )

    value = json.loads(json.dumps(render_value(reply)))

    assert (value["ok"], value["code"], value["text"], value["data"]) == (False, "not_found", "hi\nlog.txt", {"n": 1})
    assert value["buttons"] == [[{"label": "Stop", "order": "stop #1", "run": 7, "style": "danger"}]]
    assert base64.b64decode(value["files"][0]["base64"]) == b"\x00\xff"
    assert (value["card"], value["forget_order"], value["secret_form"]) == (3, True, None)
