"""`streambro chat`: one command, many through a pipe, or a conversation in the terminal, with the running service."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.cli.client import Client, NoService
from bot.cli.exits import Exit
from bot.cli.files import save_files
from bot.cli.setup import Unusable, complain, load_setup, tell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from bot.paths import Paths

JSON_OPTION: Final = "--json"


def run(args: argparse.Namespace) -> Exit:
    """Talk with the service."""
    try:
        _, paths = load_setup(args)
    except Unusable as error:
        return error.code
    words, as_json = read_words(args.words, as_json=args.json)
    socket = paths.folder().console_socket
    try:
        if words:
            return _order_each(socket, [" ".join(words)], as_json=as_json)
        if sys.stdin.isatty() and sys.stdout.isatty() and not as_json:
            return _converse(socket)
        lines = (line for line in iter(sys.stdin.readline, "") if line.strip())
        return _order_each(socket, lines, as_json=as_json)
    except NoService:
        return _tell_no_service(args, paths, as_json=as_json)


def read_words(words: list[str], *, as_json: bool) -> tuple[list[str], bool]:
    """Return the command's words and whether JSON is wanted; `--json` counts behind them too, where people put it."""
    words = words[1:] if words[:1] == ["--"] else words
    if words[-1:] == [JSON_OPTION]:
        return words[:-1], True
    return words, as_json


def _order_each(socket: Path, lines: Iterable[str], *, as_json: bool) -> Exit:
    """Give one order after another, whatever becomes of each; refused if any was."""
    worst = Exit.DONE
    asyncio.run(_order(socket, None))
    for line in lines:
        reply = asyncio.run(_order(socket, line.strip()))
        _show(reply, as_json=as_json)
        worst = worst if reply["ok"] else Exit.REFUSED
    return worst


async def _order(socket: Path, line: str | None) -> dict[str, Any]:
    """Give an order; with None only look whether somebody is there to take one."""
    client = await Client.connect(socket)
    try:
        return await client.order(line) if line is not None else {}
    finally:
        await client.close()


def _show(reply: dict[str, Any], *, as_json: bool) -> None:
    saved = [str(path) for path in save_files(reply.get("files", ()), Path.cwd())]
    if as_json:
        told = {name: reply[name] for name in ("ok", "code", "text", "data")}
        told["data"] = {**told["data"], **({"files": saved} if saved else {})}
        tell(json.dumps(told, ensure_ascii=False))
        return
    tell("\n".join(filter(None, (reply["text"], *(f"saved: {path}" for path in saved)))))


def _converse(socket: Path) -> Exit:
    from bot.cli.conversation import converse  # noqa: PLC0415 - heavy, and of no use to scripts

    return asyncio.run(converse(socket, Path.cwd()))


def _tell_no_service(args: argparse.Namespace, paths: Paths, *, as_json: bool) -> Exit:
    named = f" --config {args.config}" if args.config else ""
    told = f"No service answers at {paths.folder().console_socket}. Start it with: streambro run{named}"
    if not args.config and not paths.config.exists():
        told += " (there is no config.yaml here; name yours with --config FILE)"
    if as_json:
        tell(json.dumps({"ok": False, "code": "no_service", "text": told, "data": {}}, ensure_ascii=False))
    else:
        complain(told)
    return Exit.NO_SERVICE
