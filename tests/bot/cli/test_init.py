"""`streambro init`: from nothing to a service with a first admin, without knowing anybody's numeric id."""

import asyncio
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.codes import digest_code
from core.model import MAIN_SPACE
from core.people import Role
from tests.bot.cli.conftest import Run
from tests.fakes.stores import opened
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.terminal import ENTER, Terminal
from tests.integration.service import ROOT

pytestmark = pytest.mark.real

UNREACHABLE = {"STREAMBRO_TELEGRAM__API_URL": "http://127.0.0.1:9", "STREAMBRO_DISCORD__API_URL": "http://127.0.0.1:9"}


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return path.stat().st_mode & 0o777


def test_everything_is_there_and_closed_to_others(streambro: Run, tmp_path: Path) -> None:
    """After one command configuration, key file and database are there, for their owner alone, the key outside."""
    # N8
    options = ("--telegram-token", "1:abc", "--discord-token", "MTIz.x.y", "--discord-guild", "42")

    done = streambro("init", "new", *options, "--timezone", "Asia/Jakarta", "--streams", "8", environ=UNREACHABLE)

    home = tmp_path / "new"
    assert done.returncode == 0, done.stderr
    assert yaml.safe_load((home / "config.yaml").read_text()) == {
        "timezone": "Asia/Jakarta",
        "telegram": {"token": "1:abc"},
        "discord": {"token": "MTIz.x.y", "guilds": [42]},
        "limits": {"per_user": 8, "total": 8},
    }
    assert [mode(home / name) for name in ("config.yaml", "streambro.key", "data")] == [0o600, 0o600, 0o700]
    assert not (home / "data" / "streambro.key").exists()
    assert "client_id=123&" in done.stdout
    assert "1:abc" not in done.stdout + done.stderr


def test_code_makes_the_first_admin_once(streambro: Run, tmp_path: Path) -> None:
    """The code that is printed makes whoever sends it admin; a second one gets nothing by it."""
    # P13
    told = streambro("init", "--telegram-token", "1:abc", "--timezone", "UTC", environ=UNREACHABLE).stdout
    found = re.search(r"/claim (\S+)", told)
    assert found is not None

    async def redeem() -> None:
        async with opened(tmp_path / "data" / "streambro.db") as store:
            rina = await store.people.person("telegram", "777", "Rina")
            digest, now = digest_code(found[1]), datetime.now(UTC)
            assert await store.people.redeem_invite(digest, rina.id, now) == (MAIN_SPACE, Role.ADMIN)
            other = await store.people.person("telegram", "778", "Mallory")
            with pytest.raises(Exception, match="invite"):
                await store.people.redeem_invite(digest, other.id, now)

    asyncio.run(redeem())


async def test_link_opens_the_right_chat(streambro: Run) -> None:
    """With a token that Telegram knows, the code comes as a link to tap."""
    async with FakeTelegram(clock=time.time) as telegram:
        environ = {"STREAMBRO_TELEGRAM__API_URL": telegram.url}
        words = ("init", "--telegram-token", telegram.token, "--timezone", "UTC")
        done = await asyncio.to_thread(streambro, *words, environ=environ)

    assert done.returncode == 0, done.stderr
    assert re.search(r"https://t\.me/\w+\?start=[0-9A-Z-]{19}\b", done.stdout)
    assert telegram.token not in done.stdout + done.stderr


def test_what_is_there_stays(streambro: Run, tmp_path: Path) -> None:
    """A second init changes nothing: no token and no key is lost by a slip of the hand."""
    assert streambro("init", "--timezone", "UTC").returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}

    done = streambro("init", "--timezone", "Asia/Jakarta")

    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_all_mistakes_at_once_and_nothing_made(streambro: Run, tmp_path: Path) -> None:
    """Answers that can't be used are all named, with a suggestion, and leave nothing behind."""
    done = streambro("init", "new", "--timezone", "Asia/Jakrta", "--streams", "many")

    assert done.returncode == 2
    assert "did you mean Asia/Jakarta?" in done.stderr
    assert "limits.total = 'many'" in done.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_it_asks_a_person(tmp_path: Path) -> None:
    """At a terminal it asks for what it must know, proposes the rest, and does not show a token that is typed."""
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **UNREACHABLE}
    with Terminal([sys.executable, "-m", "bot", "init"], tmp_path, environ) as terminal:
        terminal.sees("Telegram bot token")
        terminal.type(f"1:typed-token{ENTER}")
        terminal.sees("Discord bot token")
        terminal.type(ENTER)
        terminal.sees("Time zone [")
        terminal.type(f"Asia/Makassar{ENTER}")
        terminal.sees("How many streams at once [20]")
        terminal.type(ENTER)
        terminal.sees("/claim")

        assert terminal.ends() == 0
        assert "typed-token" not in terminal.text
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == {
        "timezone": "Asia/Makassar",
        "telegram": {"token": "1:typed-token"},
    }
