"""`streambro chat` at a real terminal: what a person types, presses and is told, and what must not be kept."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.conversation import mask
from tests.bot.cli.conftest import Run
from tests.fakes.terminal import CTRL_C, CTRL_D, ENTER, TAB, UP, Terminal
from tests.integration.service import ROOT, Service

KEY = "abcd-efgh-secret"


@pytest.fixture
def folder(running: Service, tmp_path: Path) -> Path:
    """Where the person sits; the service's history of lines begins anew."""
    (running.data / "console.history").unlink(missing_ok=True)
    return tmp_path


@pytest.fixture
def terminal(running: Service, folder: Path) -> Iterator[Terminal]:
    """A conversation with the service."""
    with open_terminal(running, folder) as terminal:
        terminal.sees("No streams yet")
        yield terminal


def open_terminal(service: Service, folder: Path) -> Terminal:
    """Call `streambro chat` at a terminal."""
    command: list[str | Path] = [sys.executable, "-m", "bot", "chat", "--config", service.config]
    return Terminal(command, folder, {**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.real
def test_the_board_stands_below(terminal: Terminal) -> None:
    """Without asking one sees how the streams are, below the prompt; Ctrl-D leaves."""
    # P10
    terminal.type(CTRL_D)

    assert terminal.ends() == 0


@pytest.mark.real
def test_tab_completes(terminal: Terminal) -> None:
    """Tab completes a command and a live name, and the completed line is what is carried out."""
    terminal.type(f"whoa{TAB}")
    terminal.sees("> whoami")
    terminal.type(ENTER)
    terminal.sees("console:local")
    terminal.is_asked()
    terminal.type(f"help startst{TAB}")
    terminal.sees("> help startstream")
    terminal.type(CTRL_C)
    terminal.loses("> help startstream")
    terminal.type(f"quit{ENTER}")

    assert terminal.ends() == 0


@pytest.mark.real
def test_buttons_are_numbers(terminal: Terminal) -> None:
    """Buttons are pressed by their numbers; a number that means nothing now is said to, and presses nothing."""
    terminal.type(f"start{ENTER}")
    terminal.sees("[1] ")
    terminal.type(f"1{ENTER}")
    terminal.sees("> 1 (")
    terminal.type(f"49{ENTER}")
    terminal.sees("Nothing has the number 49 now.")


@pytest.mark.real
def test_key_is_asked_for_hidden(running: Service, terminal: Terminal, folder: Path) -> None:
    """A key is typed without being shown, and is neither on the screen nor among the lines that come back."""
    # N8
    terminal.type(f"adddestination hidden rtmp://127.0.0.1:1935/live{ENTER}")
    terminal.sees("key (not shown")
    terminal.type(f"{KEY}{ENTER}")
    terminal.sees("Saved as 'hidden'")
    terminal.type(f"setkey hidden {KEY}-2{ENTER}")
    terminal.sees("> setkey ***")
    terminal.type(f"{KEY}-3{ENTER}")
    terminal.sees("> ***")
    terminal.type(f"health{ENTER}")
    terminal.sees("CPU")

    assert KEY not in terminal.text
    assert KEY not in (running.data / "console.history").read_text()
    assert (running.data / "console.history").stat().st_mode & 0o777 == 0o600
    with open_terminal(running, folder) as later:
        later.sees("No streams yet")
        later.type(UP)
        later.sees("> health")
        later.type(UP)
        later.sees("> ")
        assert KEY not in later.text
    running.done("removedestination hidden confirm=yes")


@pytest.mark.real
def test_thinking_better_of_a_key(running: Service, terminal: Terminal) -> None:
    """Nothing typed where the key is asked for means cancel: nothing is saved."""
    terminal.type(f"adddestination never rtmp://127.0.0.1:1935/live{ENTER}")
    terminal.sees("key (not shown")
    terminal.type(ENTER)
    terminal.sees("nothing was done")

    assert "never" not in running.done("destinations")["text"]


@pytest.mark.real
def test_service_away_and_back(running: Service, terminal: Terminal) -> None:
    """A conversation outlives the service: it says that it is gone, does nothing meanwhile, and goes on after."""
    running.kill()
    terminal.sees("The service went away")
    terminal.type(f"stop all{ENTER}")
    terminal.sees("nothing was done")

    running.start()
    terminal.sees("The service is back.")
    terminal.type(f"whoami{ENTER}")
    terminal.sees("console:local")


@pytest.mark.real
def test_nobody_to_talk_to(streambro: Run, folder: Path, tmp_path: Path) -> None:
    """Without a service a conversation does not begin, and the exit code says so."""
    (tmp_path / "config.yaml").write_text("data_dir: nowhere\n")
    command = [sys.executable, "-m", "bot", "chat"]
    with Terminal(command, folder, {**os.environ, "PYTHONPATH": str(ROOT)}) as terminal:
        terminal.sees("streambro run")
        assert terminal.ends() == 3
    assert streambro("chat").returncode == 3


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("setkey youtube abcd", "setkey ***"),
        ("/adddestination youtube youtube abcd", "/adddestination ***"),
        ("setkey", "setkey"),
        ("abcd-efgh-ijkl", "***"),
        ("abcd efgh", "***"),
        ("/setkye youtube abcd", "/setkye ***"),
        ("status lofi", "status lofi"),
        ("/streams", "/streams"),
        ("berhenti lofi", "berhenti lofi"),
    ],
)
def test_what_may_be_a_key_is_not_shown_before_the_answer(line: str, shown: str) -> None:
    """A line that could hold a key is not shown again before the service has said that it held none."""
    # N8
    assert mask(line) == shown
