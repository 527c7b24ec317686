"""Whether what the configuration names can be used: FFmpeg, folder, database, key file, tokens; it changes nothing."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from bot.cli.client import Client, NoService
from bot.cli.findings import Finding, Grade
from bot.cli.setup import explain
from bot.cli.tokens import Bot, Verdict, ask_discord, ask_telegram
from core.errors import CoreError, DataFolderUnusable
from core.ffmpeg.binary import load_binary
from core.secrets import KeyRing
from core.store.schema import Age, read_age

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.config import Config
    from bot.paths import Paths
    from core.config import FfmpegConfig

SOFTWARE: Final = "libx264"
OPEN_TO_OTHERS: Final = 0o077


async def check_ffmpeg(config: FfmpegConfig) -> list[Finding]:
    """Look which FFmpeg there is, and whether it can encode where that is asked for."""
    try:
        binary = await load_binary(config)
    except CoreError as error:
        return [_bad("FFmpeg", error)]
    version = ".".join(map(str, binary.version)) or "of no release"
    found = [Finding(Grade.GOOD, "FFmpeg", f"{version} at {binary.path}")]
    wanted = SOFTWARE if config.encoder == "auto" else config.encoder
    if wanted in binary.encoders:
        return [*found, Finding(Grade.GOOD, "encoder", wanted)]
    todo = "Copying works all the same; for mode=encode take another FFmpeg (ffmpeg.path)."
    return [*found, Finding(Grade.ADVICE, "encoder", f"this FFmpeg has no {wanted}", todo)]


async def check_folder(paths: Paths) -> list[Finding]:
    """Look whether the data folder can be used, and whether a service uses it now."""
    there = next(folder for folder in (paths.data, *paths.data.parents) if folder.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        return [
            Finding(Grade.BAD, "data folder", f"{there} can't be written", "Give it to this user, or name another.")
        ]
    if there != paths.data:
        return [Finding(Grade.GOOD, "data folder", f"{paths.data} will be made")]
    if paths.folder().is_foreign():
        return [_bad("data folder", DataFolderUnusable(str(paths.data), "foreign"))]
    found = [Finding(Grade.GOOD, "data folder", str(paths.data))]
    try:
        await (await Client.connect(paths.folder().console_socket)).close()
    except NoService:
        return [*found, Finding(Grade.GOOD, "service", "does not run")]
    return [*found, Finding(Grade.GOOD, "service", "runs on this folder")]


def check_database(paths: Paths) -> Finding:
    """Look whether the database is whole and of a version that we know."""
    database = paths.folder().database
    try:
        age = read_age(database)
        if age is Age.NEW:
            return Finding(Grade.GOOD, "database", "will be made")
        with _opened(database) as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except CoreError as error:
        return _bad("database", error)
    except sqlite3.Error as error:
        return Finding(Grade.BAD, "database", f"{database}: {error}", "Put a backup in its place.")
    if verdict != "ok":
        return Finding(Grade.BAD, "database", f"{database} is damaged", "Put a backup in its place.")
    shown = "whole, and will be brought up to date at the next start" if age is Age.OLDER else "whole"
    return Finding(Grade.GOOD, "database", shown)


def check_key_file(paths: Paths) -> list[Finding]:
    """Look whether the key file opens what is sealed, and is closed to others."""
    try:
        sealed = _read_sealed(paths.folder().database)
    except sqlite3.Error:
        return []  # said of the database
    if not paths.key_file.exists() and not sealed:
        return [Finding(Grade.GOOD, "key file", f"{paths.key_file} will be made")]
    try:
        ring = KeyRing.read(paths.key_file)
        for each in sealed:
            ring.open(each)
    except CoreError as error:
        return [_bad("key file", error)]
    if paths.key_file.stat().st_mode & OPEN_TO_OTHERS:
        return [Finding(Grade.ADVICE, "key file", "others may read it", f"chmod 600 {paths.key_file}")]
    return [Finding(Grade.GOOD, "key file", f"{paths.key_file} opens {len(sealed)} stored key(s)")]


def check_tokens(config: Config) -> Iterator[Finding]:
    """Ask each configured platform whose its token is."""
    asked: list[tuple[str, str, Callable[[], Bot]]] = [
        ("Telegram", config.telegram.token.get_secret_value(), lambda: ask_telegram(config.telegram)),
        ("Discord", config.discord.token.get_secret_value(), lambda: ask_discord(config.discord)),
    ]
    for name, token, ask in asked:
        if token:
            yield _judge(name, ask())
    if not any(token for _, token, _ in asked):
        todo = "Only `streambro chat` reaches the service: set telegram.token or discord.token."
        yield Finding(Grade.ADVICE, "chat", "no platform is configured", todo)
    if config.discord.token.get_secret_value() and not config.discord.guilds:
        yield Finding(Grade.ADVICE, "Discord", "no server is served", "Put your server's id into discord.guilds.")


def _judge(name: str, bot: Bot) -> Finding:
    match bot.verdict:
        case Verdict.GOOD:
            return Finding(Grade.GOOD, name, f"the token is that of @{bot.name}")
        case Verdict.REFUSED:
            todo = "Copy it again: from @BotFather, or from the Developer Portal."
            return Finding(Grade.BAD, name, f"refuses the token ({bot.reason})", todo)
        case Verdict.UNREACHABLE:
            todo = "The service starts all the same, and waits for it."
            return Finding(Grade.ADVICE, name, f"can't be reached ({bot.reason})", todo)


def _bad(what: str, error: CoreError) -> Finding:
    return Finding(Grade.BAD, what, explain(error).removeprefix("❌ "))


def _read_sealed(database: Path) -> list[str]:
    if not database.exists():
        return []
    with _opened(database) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "destination" not in tables:
            return []
        return [sealed for (sealed,) in connection.execute("SELECT sealed_key FROM destination")]


def _opened(database: Path) -> closing[sqlite3.Connection]:
    """Open it as it is: never made, never migrated. For writing too: a mere reader leaves side files behind."""
    return closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=rw", uri=True, timeout=5))
