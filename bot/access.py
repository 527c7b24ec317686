"""What the configuration says about people and places; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.i18n import LANGUAGES
from core.model import MAIN_SPACE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.spec import Invocation
    from core.model import SpaceName

CONSOLE: Final = "console"
"""The platform whose every order comes from whoever owns the service's own socket."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who is admin everywhere, and which place is whose.

    `places` maps (platform, id of a guild or chat) to its space; all others belong to `main`. `admins` are platform ids
    by platform. `language` and `zone` hold where neither person nor client says otherwise.
    """

    places: Mapping[tuple[str, str], SpaceName] = field(default_factory=dict)
    admins: Mapping[str, frozenset[str]] = field(default_factory=dict)
    language: str = LANGUAGES[0]
    zone: str = "UTC"

    @property
    def spaces(self) -> tuple[SpaceName, ...]:
        """All spaces there are, `main` first."""
        return (MAIN_SPACE, *sorted(set(self.places.values()) - {MAIN_SPACE}))

    def is_admin(self, platform: str, platform_id: str) -> bool:
        """Return whether this one is admin everywhere."""
        return platform == CONSOLE or platform_id in self.admins.get(platform, ())

    def find_space(self, invocation: Invocation) -> SpaceName | None:
        """Return the space that the chat or its guild was given to, None where it was given to none."""
        platform = invocation.platform
        keys = [(platform, place) for place in (invocation.guild, invocation.chat.chat) if place]
        return next((self.places[key] for key in keys if key in self.places), None)
