"""The README says what is true: its lists are held against the program."""

import re
from pathlib import Path
from typing import Final

from bot.__main__ import DONE_BY
from tools.readme import README as PATH
from tools.readme import build_rows, rewrite

README: Final = PATH.read_text()


def test_all_commands_are_listed() -> None:
    """Whoever reads the README sees every command that there is, in the words that the chat has for it."""
    assert all(row in README for row in build_rows())
    assert rewrite(README) == README, "python -m tools.readme writes it anew"


def test_all_subcommands_are_listed() -> None:
    """Whoever reads the README sees every subcommand of `streambro`."""
    section = README.partition("## On the command line")[2].partition("\n## ")[0]

    missing = [name for name in DONE_BY if not re.search(rf"`(streambro )?{name}\b", section)]
    assert missing == []


def test_make_targets_exist() -> None:
    """No command of the README fails because make does not know it."""
    targets = set(re.findall(r"^([a-z]+):", (Path(__file__).parent.parent / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets
