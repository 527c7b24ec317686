"""Writes the README's list of commands from their definitions; a test holds the two together."""

from __future__ import annotations

import re
from datetime import UTC
from pathlib import Path
from typing import Final

from bot.commands import COMMANDS
from bot.i18n import Words

README: Final = Path(__file__).parent.parent / "README.md"
ROW: Final = r"\| `/\w+` \|.*\n"
HEAD: Final = "| command | what it does | who |\n| --- | --- | --- |\n"


def build_rows() -> list[str]:
    """Return a row for each command that menus show, in their order."""
    t = Words("en", UTC)
    return [
        f"| `/{spec.name}` | {t(f'command.{spec.name}')} | {spec.role.name.lower() if spec.role else 'anyone'} |"
        for spec in COMMANDS
        if spec.in_menu
    ]


def rewrite(readme: str) -> str:
    """Return the README with the list as it has to be."""
    rows = "".join(f"{row}\n" for row in build_rows())
    return re.sub(f"{re.escape(HEAD)}(?:{ROW})*", lambda _: HEAD + rows, readme, count=1)


if __name__ == "__main__":
    README.write_text(rewrite(README.read_text()))
