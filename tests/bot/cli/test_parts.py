"""The small parts of the command line: numbers for buttons, lines that come back, files that are saved, pictures."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest

from bot.cli.demo.picture import count_colours
from bot.cli.demo.screen import Screen
from bot.cli.files import save_files
from bot.cli.line_history import MAX_LINES, LineHistory
from bot.cli.numbered import PUSHED_FROM, PUSHED_UNTIL, Numbered


def button(label: str) -> dict[str, Any]:
    """Return a button as it comes over the socket."""
    return {"label": label, "order": label.casefold(), "run": None}


def file(name: str, data: bytes = b"data") -> dict[str, str]:
    """Return a file as it comes over the socket."""
    return {"name": name, "base64": base64.b64encode(data).decode()}


def test_each_answer_is_numbered_anew() -> None:
    """`1` is always the first button of the last answer."""
    numbered = Numbered()
    assert numbered.answer([[button("Stop"), button("Logs")], [button("More")]]) == ["[1] Stop  [2] Logs", "[3] More"]
    numbered.answer([[button("Start again")]])

    first = numbered.find("1")
    assert first is not None
    assert first["label"] == "Start again"
    assert numbered.find("3") is None


def test_an_alert_does_not_change_what_1_means() -> None:
    """An alert that arrives while somebody types has numbers of its own, so that no wrong stream is stopped."""
    numbered = Numbered()
    numbered.answer([[button("Stop lofi")]])

    assert numbered.push([[button("Stop ngaji")]]) == [f"[{PUSHED_FROM}] Stop ngaji"]

    first = numbered.find("1")
    assert first is not None
    assert first["label"] == "Stop lofi"


def test_numbers_of_alerts_go_round() -> None:
    """After a long night of alerts their numbers begin anew instead of growing for ever."""
    numbered = Numbered()
    for _ in range(PUSHED_UNTIL - PUSHED_FROM + 1):
        numbered.push([[button("Old")]])

    assert numbered.push([[button("New")]]) == [f"[{PUSHED_FROM}] New"]


@pytest.mark.parametrize("typed", ["", "x", "-1", "1.0", "²", "٣", "1" * 5000])
def test_other_words_are_no_numbers(typed: str) -> None:
    """What is not a number as a keyboard types it presses nothing."""
    numbered = Numbered()
    numbered.answer([[button("Stop")] * 3])

    assert numbered.find(typed) is None


def test_lines_come_back_newest_first(tmp_path: Path) -> None:
    """The lines of earlier conversations come back, each once in a row, and the file stays small."""
    history = LineHistory(tmp_path / "history")
    for number in range(3 * MAX_LINES):
        history.keep(f"status {number}")
        history.keep(f"status {number}")
    history.append_string("setkey youtube abcd")

    later = list(LineHistory(tmp_path / "history").load_history_strings())

    assert later[0] == f"status {3 * MAX_LINES - 1}"
    assert len(later) == MAX_LINES
    assert len((tmp_path / "history").read_text().splitlines()) == MAX_LINES
    assert "abcd" not in (tmp_path / "history").read_text()


def test_history_that_can_not_be_kept(tmp_path: Path) -> None:
    """Where the file can't be written the conversation goes on, with a shorter memory."""
    history = LineHistory(tmp_path / "no" / "folder" / "history")
    history.keep("status lofi")

    assert history.get_strings() == ["status lofi"]
    assert list(history.load_history_strings()) == []


def test_saved_files_overwrite_nothing(tmp_path: Path) -> None:
    """Two snapshots of one name lie beside each other."""
    saved = [save_files([file("snapshot.png", data)], tmp_path)[0] for data in (b"one", b"two", b"three")]

    assert [path.name for path in saved] == ["snapshot.png", "snapshot-2.png", "snapshot-3.png"]
    assert [path.read_bytes() for path in saved] == [b"one", b"two", b"three"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", ".bashrc", "-rf", "a\nb", "", "é🟢", "x" * 500]
)
def test_saved_files_stay_in_their_folder(tmp_path: Path, name: str) -> None:
    """Whatever a stream is called, its files lie where they shall and need no quotes."""
    [path] = save_files([file(name)], tmp_path)

    assert path.parent == tmp_path
    assert path.read_bytes() == b"data"
    assert not path.name.startswith((".", "-"))
    assert len(path.name) <= 120


def test_picture_in_a_terminal() -> None:
    """A picture is drawn two rows a line in the terminal's colours, and not at all into a file."""
    black, white = (0, 0, 0), (255, 255, 255)
    rows = [[black, white], [white, black]]

    class Tty(io.StringIO):
        def isatty(self) -> bool:
            return True

    full = Screen(Tty(), {"COLORTERM": "truecolor"}).draw(rows)
    few = Screen(Tty(), {}).draw(rows)

    assert full == "\x1b[38;2;0;0;0;48;2;255;255;255m▀\x1b[38;2;255;255;255;48;2;0;0;0m▀\x1b[0m"
    assert few == "\x1b[38;5;16;48;5;231m▀\x1b[38;5;231;48;5;16m▀\x1b[0m"
    assert Screen(io.StringIO(), {}).draw(rows) == ""
    assert Screen(Tty(), {"NO_COLOR": "1"}).draw(rows) == ""
    assert count_colours(rows) == 2
    assert count_colours([]) == 0
