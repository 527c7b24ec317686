"""Who may do what: persons, their roles in spaces, and the record of what they did; it decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import total_ordering
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from core.model import SpaceName, UserId


@total_ordering
class Role(Enum):
    """What a person may do in a space; each may all that the ones before it may: VIEWER < OPERATOR < ADMIN."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def __lt__(self, other: object) -> bool:
        """Order by rights, not by spelling."""
        if not isinstance(other, Role):
            return NotImplemented
        ranks = tuple(Role)
        return ranks.index(self) < ranks.index(other)

    def __str__(self) -> str:
        """Return the word that commands use."""
        return self.value


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on one platform; `(platform, platform_id)` is unique.

    `language` and `timezone` are None until chosen. `limit` is how many streams at once this person may run, None for
    what the configuration says. `username` is his @name on the platform without the @, as it was when he last spoke.
    """

    id: UserId
    platform: str
    platform_id: str
    name: str
    language: str | None = None
    timezone: str | None = None
    limit: int | None = None
    username: str | None = None


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's role in a space."""

    person: Person
    space: SpaceName
    role: Role


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that a person changed.

    `via` is the platform, `chat` where on it (None in private and on the console), `subject` the stream's or thing's
    name, `detail` what about it, redacted. `user_name` is kept as it was then. `user` is None where the service itself
    did it.
    """

    at: datetime
    space: SpaceName
    user: UserId | None
    user_name: str
    via: str
    chat: str | None
    action: str
    subject: str | None = None
    detail: str | None = None
