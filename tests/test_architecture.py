"""The rules of the house hold, and the readers that watch over them see what they should."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.house import (
    HOSTS,
    ROOMS,
    host_breaches,
    import_breaches,
    mock_breaches,
    sentence_breaches,
    shell_breaches,
    silent_breaches,
)

ROOT = Path(__file__).resolve().parent.parent
ALL_CODE = (*ROOMS, "tests", "benchmarks", "tools")


def modules(rooms: tuple[str, ...]) -> list[Path]:
    """Every Python file of these rooms, as a path from the root."""
    return sorted(path.relative_to(ROOT) for room in rooms for path in ROOT.glob(f"{room}/**/*.py"))


def module_name(path: Path) -> str:
    """The dotted name under which a file is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def committed_files() -> list[Path]:
    """What git has or is about to have; without git, every file that is not hidden."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        hidden = re.compile(r"(^|/)(\.(venv|cache|git)|[^/]*\.egg-info|\.\w+_cache|__pycache__)/")
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
        listed = [name for name in listed if not hidden.search(f"{name}/")]
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", modules(ROOMS), ids=str)
def test_imports_go_one_way(path: Path) -> None:
    """The engine works without any chat, the bot without any platform, and no platform needs another."""
    source = (ROOT / path).read_text()
    assert import_breaches(module_name(path), source, package=path.name == "__init__.py") == []


@pytest.mark.parametrize("path", modules(ALL_CODE), ids=str)
def test_house_rules_hold(path: Path) -> None:
    """No test passes on mocks, no shell reads a user's words, and no checker is silenced without a reason."""
    source = (ROOT / path).read_text()
    assert mock_breaches(source) + shell_breaches(source) + silent_breaches(source) == []


@pytest.mark.parametrize("path", [path for path in modules(("tests",)) if path.stem.startswith("test_")], ids=str)
def test_each_test_says_what_it_proves(path: Path) -> None:
    """Whoever reads a test, or sees it fail, is told in a sentence what a user loses."""
    assert sentence_breaches((ROOT / path).read_text()) == []


def test_no_registry_is_named() -> None:
    """Whoever installs StreamBro takes packages from where their own machine is set up to take them."""
    named = {str(path): host_breaches(path.read_text(errors="ignore")) for path in committed_files()}
    assert {path: hosts for path, hosts in named.items() if hosts} == {}


def test_locks_hold_what_the_project_asks_for() -> None:
    """Every dependency is installed from the lock, in a version whose hash is known."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    run = [*project["dependencies"], *extras["telegram"], *extras["discord"], *extras["pictures"], "setuptools"]
    for lock, wanted in {"run": run, "dev": run + extras["dev"], "ffmpeg": extras["ffmpeg"]}.items():
        pins = locked(ROOT / "requirements" / f"{lock}.lock")
        assert {package_name(line) for line in wanted} - set(pins) == set()
        assert [name for name, text in pins.items() if "--hash=sha256:" not in text] == []


def locked(lock: Path) -> dict[str, str]:
    """What a lock pins: package name -> its whole entry."""
    entries = re.split(r"\n(?=\S)", lock.read_text())
    return {package_name(entry): entry for entry in entries if entry.strip()}


def package_name(requirement: str) -> str:
    """The normalised name at the beginning of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement)[0]).lower()


BREACHES = [
    ("core.x", "import bot"),
    ("core.x", "from bot.reply import Reply"),
    ("core.x", "def f():\n    import adapters.console"),
    ("core.a.b", "from ... import bot"),
    ("core.x", "import telegram.ext"),
    ("core.x", "import importlib\nimportlib.import_module('discord')"),
    ("bot.x", "from telegram import Bot"),
    ("bot.x", "def f():\n    from adapters import console"),
    ("bot.app", "from adapters import console"),
    ("bot.app", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import adapters.console"),
    ("adapters.console", "from adapters.telegram import keys"),
    ("adapters.telegram.run", "from ..discord import run"),
    ("adapters.telegram.run", "import discord"),
    ("adapters.console", "import telegram"),
    ("adapters.console", "import tests.fakes"),
]
ALLOWED = [
    ("core.x", "from core.model import StreamId\nimport botany\nfrom . import bot"),
    ("bot.x", "from core.engine import Engine\nfrom . import telegram"),
    ("bot.app", "def f():\n    from adapters.telegram import run"),
    (
        "adapters.telegram.run",
        "import telegram\nfrom . import render\nfrom adapters.telegram.keys import k\nimport bot",
    ),
]


@pytest.mark.parametrize(("module", "source"), BREACHES)
def test_wrong_import_is_found(module: str, source: str) -> None:
    """The test above sees an import against the direction, however it is written."""
    assert len(import_breaches(module, source)) == 1


@pytest.mark.parametrize(("module", "source"), ALLOWED)
def test_right_import_is_let_through(module: str, source: str) -> None:
    """Imports along the direction, and names that only look forbidden, are none of its business."""
    assert import_breaches(module, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "from unittest.mock import Mock",
        "from unittest import mock",
        "import unittest.mock as m",
        "from core import clock\nmonkeypatch.setattr(clock, 'now', None)",
        "from bot.app import App\nmonkeypatch.setattr(App.run, 'x', 1)",
        "monkeypatch.setattr('core.clock.now', None)",
    ],
)
def test_mock_is_found(source: str) -> None:
    """A mock library is seen, and so is patching what the test claims to test."""
    assert len(mock_breaches(source)) == 1
    assert mock_breaches("import socket\nmonkeypatch.setattr(socket, 'getaddrinfo', f)") == []


@pytest.mark.parametrize(
    "source",
    [
        "subprocess.run('ls', shell=True)",
        "subprocess.run('ls', shell=maybe)",
        "os.system('ls')",
        "await asyncio.create_subprocess_shell('ls')",
    ],
)
def test_shell_is_found(source: str) -> None:
    """Each way to reach a shell is seen; a call that says shell=False is none."""
    assert len(shell_breaches(source)) == 1
    assert shell_breaches("subprocess.run(['ls'], shell=False)") == []


@pytest.mark.parametrize(
    "comment",
    [
        "noqa",
        "noqa: S603",
        "type: ignore",
        "type: ignore  # it has no types",
        "type: ignore[misc]",
        "type: ignore[misc]  # noqa: S603",
        "noqa  # for a good reason",
        "noqa: S603  # because",
    ],
)
def test_silence_without_reason_is_found(comment: str) -> None:
    """A checker may be silenced by the name of its rule and with a reason of at least two words, else not."""
    assert len(silent_breaches(f"x = 1  # {comment}\n")) == 1
    assert silent_breaches("x = 1  # noqa: S603, T201  # our own words\n") == []
    assert silent_breaches("x = 1  # type: ignore[no-any-return]  # noqa: S603  # ships no types\n") == []
    assert silent_breaches("x = '# noqa'\n") == []


def test_test_without_sentence_is_found() -> None:
    """A test with no docstring is seen, whatever else stands in its file."""
    assert len(sentence_breaches('def a(): ...\nasync def test_b():\n    pass\ndef test_c():\n    """C."""')) == 1


@pytest.mark.parametrize("host", HOSTS)
def test_registry_is_found(host: str) -> None:
    """A registry's address is seen wherever it stands in a text."""
    assert host_breaches(f"see https://files.{host}/simple") == [host]
