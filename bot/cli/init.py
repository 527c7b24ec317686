"""`streambro init`: configuration, key file and database, and the code that makes somebody the first admin."""

from __future__ import annotations

import asyncio
import base64
import getpass
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from bot.cli.exits import Exit
from bot.cli.setup import DEFAULT_CONFIG, complain, explain, tell
from bot.cli.tokens import Bot, Verdict, ask_telegram
from bot.codes import digest_code, make_code
from bot.config import Config, ConfigError, load
from bot.paths import Paths
from core.errors import CoreError
from core.model import MAIN_SPACE
from core.people import Role

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

VALID_DAYS: Final = 7
DISCORD_RIGHTS: Final = 1024 | 2048 | 16384 | 32768 | 65536 | 8192
"""View channels, send messages, embed links, attach files, read history, manage messages (to delete a pasted key)."""

HEADER: Final = """\
# StreamBro's configuration. What is not here has its default; config.example.yaml shows everything there is.
# It may hold tokens: keep it to yourself.
"""


@dataclass(slots=True)
class Answers:
    """What init has to know."""

    telegram_token: str = ""
    discord_token: str = ""
    discord_guild: str = ""
    timezone: str = ""
    streams: str = ""


QUESTIONS: Final = (
    ("telegram_token", "Telegram bot token, from @BotFather (empty: no Telegram): ", getpass.getpass),
    ("discord_token", "Discord bot token, from the Developer Portal (empty: no Discord): ", getpass.getpass),
    ("discord_guild", "Discord server id: ", input),
    ("timezone", "Time zone [{default}]: ", input),
    ("streams", "How many streams at once [{default}]: ", input),
)


def run(args: argparse.Namespace) -> Exit:
    """Set up a folder; what is there already is kept."""
    folder = Path(args.dir).absolute()
    file = folder / DEFAULT_CONFIG
    if file.exists():
        complain(f"{file} is there already, and stays as it is. For another admin: streambro chat invite admin")
        return Exit.REFUSED
    answers = Answers(**{name: getattr(args, name) or "" for name in Answers.__slots__})
    try:
        if sys.stdin.isatty():
            _ask(answers)
        paths, config = _write(file, answers)
        code = asyncio.run(_furnish(paths))
    except ConfigError as error:
        for mistake in error.mistakes:
            complain(str(replace(mistake, place="what you gave")))
        return Exit.USAGE
    except CoreError as error:
        file.unlink(missing_ok=True)
        complain(explain(error))
        return Exit.REFUSED
    except OSError as error:
        complain(f"{folder} can't be written: {error.strerror}")
        return Exit.REFUSED
    _tell(paths, config, code)
    return Exit.DONE


def host_zone() -> str:
    """Return the host's time zone by its IANA name, UTC where it has none."""
    with suppress(OSError):
        if name := Path("/etc/timezone").read_text(encoding="ascii", errors="replace").strip():
            return name
    with suppress(OSError):
        _, found, name = str(Path("/etc/localtime").readlink()).partition("zoneinfo/")
        if found:
            return name
    return "UTC"


def build_settings(answers: Answers) -> dict[str, object]:
    """Return what goes into config.yaml: only what differs from the defaults."""
    settings: dict[str, object] = {"timezone": answers.timezone.strip() or host_zone()}
    if answers.telegram_token.strip():
        settings["telegram"] = {"token": answers.telegram_token.strip()}
    if answers.discord_token.strip():
        guilds = [_number(guild) for guild in answers.discord_guild.replace(",", " ").split()]
        settings["discord"] = {"token": answers.discord_token.strip(), "guilds": guilds}
    if answers.streams.strip():
        streams = _number(answers.streams.strip())
        settings["limits"] = {"per_user": streams, "total": streams}
    return settings


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


def _ask(answers: Answers) -> None:
    """Ask for what the options did not say."""
    defaults = {"timezone": host_zone(), "streams": str(Config().limits.total)}
    for name, question, how in QUESTIONS:
        if getattr(answers, name) or (name == "discord_guild" and not answers.discord_token):
            continue
        setattr(answers, name, _ask_one(question.format(default=defaults.get(name, "")), how))


def _ask_one(question: str, how: Callable[[str], str]) -> str:
    try:
        return how(question).strip()
    except EOFError:
        return ""


def _write(file: Path, answers: Answers) -> tuple[Paths, Config]:
    """Write the configuration, 0600; one with a mistake is not there afterwards.

    Raises:
        ConfigError: an answer can't be used. OSError: nothing can be written there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    text = HEADER + yaml.safe_dump(build_settings(answers), sort_keys=False)
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
        load(part, {}, needed=True)
        config = load(part, os.environ, needed=True)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return Paths.of(file, config), config


async def _furnish(paths: Paths) -> str:
    """Make folders, database and key file, and return the first admin's code.

    Raises:
        CoreError: one of them can't be made, or a service has them.
    """
    from core.secrets import open_key_file  # noqa: PLC0415 - heavy, and of no use where an answer is wrong
    from core.store.store import Store  # noqa: PLC0415 - the same

    code, until = make_code(), datetime.now(UTC) + timedelta(days=VALID_DAYS)
    with paths.folder() as folder:
        store = await Store.open(folder.database)
        try:
            open_key_file(paths.key_file, await store.destinations.sealed_keys())
            await store.people.create_invite(MAIN_SPACE, Role.ADMIN, digest_code(code), None, until)
        finally:
            await store.close()
    return code


def _tell(paths: Paths, config: Config, code: str) -> None:
    named = "" if paths.config.parent == Path.cwd() else f" --config {paths.config}"
    tell(f"Written: {paths.config} and {paths.key_file}. Keep a copy of the key file: it opens the stored stream keys.")
    has_telegram, has_discord = (bool(part.token.get_secret_value()) for part in (config.telegram, config.discord))
    if has_discord:
        tell(f"Bring the bot into your Discord server: {_discord_link(config.discord.token.get_secret_value())}")
    tell(f"\nNext, start it:  streambro run{named}   (or for good: streambro service --install{named})")
    if has_telegram or has_discord:
        bot = ask_telegram(config.telegram) if has_telegram else Bot(Verdict.UNREACHABLE)
        link = f"https://t.me/{bot.name}?start={code}" if bot.verdict is Verdict.GOOD else ""
        tell(f"Then become its admin, once, within {VALID_DAYS} days: {f'open {link}, or ' if link else ''}write to it")
        tell(f"  /claim {code}")
        if bot.verdict is Verdict.REFUSED:
            complain("Telegram does not know that token. Correct it in the configuration before you start.")
    else:
        tell(f"and talk to it:  streambro chat{named}")


def _discord_link(token: str) -> str:
    """Return the address that brings a bot into a server; its id is the token's first part."""
    first = token.partition(".")[0]
    try:
        client = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except ValueError:
        client = ""
    client = client if client.isdigit() else "YOUR_APPLICATION_ID"
    scopes = "bot+applications.commands"
    return f"https://discord.com/oauth2/authorize?client_id={client}&scope={scopes}&permissions={DISCORD_RIGHTS}"
