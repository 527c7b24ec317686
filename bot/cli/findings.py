"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Grade(IntEnum):
    """How bad it is, from well to what stops the service."""

    GOOD = 0
    ADVICE = 1
    BAD = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, what was found, and what to do where that is not well."""

    grade: Grade
    what: str
    found: str
    todo: str = ""
