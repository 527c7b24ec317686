"""`streambro check`: is everything in order, a line each, and what to do where not; it changes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.cli.exits import Exit
from bot.cli.findings import Finding, Grade
from bot.cli.host_checks import check_clock, check_disk, check_memory_files, check_processes
from bot.cli.setup import Unusable, load_setup, tell
from bot.cli.setup_checks import check_database, check_ffmpeg, check_folder, check_key_file, check_tokens

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from bot.config import Config
    from bot.paths import Paths

MARKS: Final = {Grade.GOOD: "✓", Grade.ADVICE: "!", Grade.BAD: "✗"}


def run(args: argparse.Namespace) -> Exit:
    """Look at everything and tell; refused if something would stop the service."""
    try:
        config, paths = load_setup(args)
    except Unusable as error:
        return error.code
    worst = Grade.GOOD
    for finding in asyncio.run(_check(config, paths)):
        tell(_show(finding))
        worst = max(worst, finding.grade)
    return Exit.REFUSED if worst is Grade.BAD else Exit.DONE


async def _check(config: Config, paths: Paths) -> list[Finding]:
    found: list[Finding] = [_check_config(paths)]
    found += await check_ffmpeg(config.ffmpeg)
    found += await check_folder(paths)
    found += [check_database(paths), *check_key_file(paths), *check_tokens(config)]
    found += _check_host(config, paths)
    return found


def _check_config(paths: Paths) -> Finding:
    if paths.config.exists():
        return Finding(Grade.GOOD, "configuration", str(paths.config))
    return Finding(Grade.ADVICE, "configuration", f"no {paths.config}: the defaults count", "Make one: streambro init")


def _check_host(config: Config, paths: Paths) -> Iterable[Finding]:
    yield check_disk(paths.data, config.monitor.disk_free_mib)
    yield check_memory_files()
    yield check_clock()
    yield check_processes()


def _show(finding: Finding) -> str:
    line = f"{MARKS[finding.grade]} {finding.what:<14} {finding.found}"
    return f"{line}\n  {'':<14} {finding.todo}" if finding.todo else line
