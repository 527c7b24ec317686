"""The `streambro` command: reads its arguments and calls the module that does the work; nothing else is imported."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Final

from bot.cli.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

DONE_BY: Final = {
    "run": "bot.cli.run",
    "chat": "bot.cli.chat",
    "check": "bot.cli.check",
    "init": "bot.cli.init",
    "demo": "bot.cli.demo",
    "service": "bot.cli.service",
    "stop-all": "bot.cli.stop_all",
    "rekey": "bot.cli.rekey",
    "backup": "bot.cli.backup",
    "restore": "bot.cli.restore",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code (see `bot.cli.exits`)."""
    args = build_parser().parse_args(argv)
    try:
        return int(importlib.import_module(DONE_BY[args.command]).run(args))
    except KeyboardInterrupt:
        return Exit.REFUSED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.REFUSED


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(prog="streambro", description="24/7 live streams, run from a chat.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="the configuration (default: ./config.yaml)")

    commands.add_parser("demo", help="the main job with nothing set up: a stream, a receiver, a chat")
    init = commands.add_parser("init", help="write config.yaml and the key file, and get the first admin's link")
    init.add_argument("dir", nargs="?", default=".", metavar="DIR", help="where (default: here)")
    for option, text in INIT_OPTIONS.items():
        init.add_argument(option, help=text)
    commands.add_parser("run", parents=[common], help="the service, in the foreground")
    service = commands.add_parser("service", parents=[common], help="print a systemd unit for this installation")
    service.add_argument("--install", action="store_true", help="install, enable and start it")
    commands.add_parser("check", parents=[common], help="is everything in order, and what to do where not")
    chat = commands.add_parser("chat", parents=[common], help="talk with the running service, as local admin")
    chat.add_argument("--json", action="store_true", help="the reply as JSON")
    chat.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND", help="one command; none: a conversation")
    commands.add_parser("stop-all", parents=[common], help="end every FFmpeg of this data folder, service or not")
    commands.add_parser("rekey", parents=[common], help="seal the stream keys with a new key")
    backup = commands.add_parser("backup", parents=[common], help="a copy of everything but the media, while it runs")
    backup.add_argument("file", metavar="FILE", help="a new file")
    backup.add_argument("--with-key", action="store_true", help="with the key file: whoever has it can use your keys")
    restore = commands.add_parser("restore", parents=[common], help="put a backup back; its streams wait for /resume")
    restore.add_argument("file", metavar="FILE", help="what `backup` wrote")
    return parser


INIT_OPTIONS: Final = {
    "--telegram-token": "from @BotFather",
    "--discord-token": "from the Developer Portal",
    "--discord-guild": "id of the server to serve",
    "--timezone": "IANA name, such as Asia/Jakarta",
    "--streams": "how many streams at once, in all",
}


if __name__ == "__main__":
    sys.exit(main())
