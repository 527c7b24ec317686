"""`streambro chat` for scripts: one command or many, plain or JSON, and exit codes that can be relied on."""

import json
from pathlib import Path

import pytest

from tests.bot.cli.conftest import Run
from tests.integration.service import Service

pytestmark = pytest.mark.real


def test_words_are_one_command(running: Service, streambro: Run) -> None:
    """What stands behind `chat` is taken as one typed command, and its answer is printed."""
    done = streambro("chat", "--config", running.config, "help", "startstream")

    assert done.returncode == 0
    assert done.stdout.startswith("/startstream source")
    assert done.stderr == ""


def test_json_is_what_scripts_rely_on(running: Service, streambro: Run) -> None:
    """A script gets `ok`, `code`, `text` and `data`, and nothing else; it may ask for JSON behind the words too."""
    for words in (("--json", "whoami"), ("whoami", "--json")):
        done = streambro("chat", "--config", running.config, *words)

        told = json.loads(done.stdout)
        assert list(told) == ["ok", "code", "text", "data"]
        assert (told["ok"], told["code"], told["data"]["role"]) == (True, None, "admin")
        assert done.returncode == 0


def test_refusal_is_exit_code_1(running: Service, streambro: Run) -> None:
    """A script sees by the exit code that an order was refused, and by `code` why."""
    plain = streambro("chat", "--config", running.config, "stop", "nosuch")
    told = streambro("chat", "--config", running.config, "--json", "stop", "nosuch")

    assert plain.returncode == told.returncode == 1
    assert "nosuch" in plain.stdout
    assert json.loads(told.stdout)["code"] == "not_found"


def test_no_words_are_refused_in_json_too(running: Service, streambro: Run) -> None:
    """A script whose variable was empty reads an object with `ok` false, and sees the exit code."""
    for words in ("", "  "):
        done = streambro("chat", "--config", running.config, "--json", words)

        assert json.loads(done.stdout)["ok"] is False
        assert done.returncode == 1


def test_missing_word_is_named_not_asked_for(running: Service, streambro: Run) -> None:
    """Nothing is asked back in one shot: what is missing is named, with how the command goes."""
    done = streambro("chat", "--config", running.config, "--json", "startstream")

    told = json.loads(done.stdout)
    assert done.returncode == 1
    assert not told["ok"]
    assert "source" in told["text"]
    assert "/startstream source" in told["text"]


def test_stop_all_needs_no_yes(running: Service, streambro: Run) -> None:
    """In one shot `/stop all` just does it; a slash before a command is as good as none."""
    done = streambro("chat", "--config", running.config, "/stop", "all")

    assert (done.returncode, done.stdout) == (0, "Nothing runs.\n")


def test_lines_of_a_pipe_are_commands(running: Service, streambro: Run) -> None:
    """Piped lines are carried out one by one, also behind a refused one, and the exit code tells of that."""
    done = streambro("chat", "--config", running.config, "--json", typed="whoami\n\nnosuch\nhealth\n")

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["ok"] for answer in answers] == [True, False, True]
    assert done.returncode == 1
    assert streambro("chat", "--config", running.config, typed="health\n").returncode == 0


def test_an_endless_order_is_refused(running: Service, streambro: Run) -> None:
    """An order of 100,000 characters is refused in a sentence that does not repeat them."""
    done = streambro("chat", "--config", running.config, "stop", "x" * 100_000)

    assert done.returncode == 1
    assert len(done.stdout) < 300


def test_a_key_is_not_echoed(running: Service, streambro: Run) -> None:
    """A key that is given on the command line is in no answer, whether it is taken or not."""
    # N8
    for target in ("rtmp://127.0.0.1:1935/live", "gopher://127.0.0.1/live"):
        done = streambro("chat", "--config", running.config, "--json", "adddestination", "key", target, "abcd-secret")
        assert "abcd-secret" not in done.stdout + done.stderr


def test_nobody_there_is_exit_code_3(streambro: Run, tmp_path: Path) -> None:
    """Without a service one is told so, with the command that starts it, in JSON too."""
    config = tmp_path / "config.yaml"
    config.write_text("data_dir: here\n")

    plain = streambro("chat", "--config", config, "streams")
    told = streambro("chat", "--config", config, "--json", "streams")
    unnamed = streambro("chat", "streams", folder=tmp_path / "..")

    assert plain.returncode == told.returncode == unnamed.returncode == 3
    assert f"streambro run --config {config}" in plain.stderr
    assert json.loads(told.stdout)["code"] == "no_service"
    assert "no config.yaml here" in unnamed.stderr


def test_wrong_usage_is_exit_code_2(streambro: Run, tmp_path: Path) -> None:
    """A wrong command, a missing configuration and one with mistakes are told apart from a refusal."""
    config = tmp_path / "config.yaml"
    config.write_text("telegramm: {}\nlimits: {total: many}\n")

    with_mistakes = streambro("chat", "--config", config, "streams")

    assert streambro().returncode == 2
    assert streambro("strem").returncode == 2
    assert streambro("chat", "--config", "nosuch.yaml", "streams").returncode == 2
    assert with_mistakes.returncode == 2
    assert "Did you mean 'telegram'?" in with_mistakes.stderr
    assert "limits.total = 'many'" in with_mistakes.stderr
    assert "Traceback" not in with_mistakes.stderr
