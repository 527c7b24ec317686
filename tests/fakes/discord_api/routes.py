"""The table of routes: what the bot can ask of the platform, and who answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .routes_channels import CHANNEL_ROUTES
from .routes_guilds import GUILD_ROUTES
from .routes_interactions import INTERACTION_ROUTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .platform import Platform, Request

# The first that fits is taken; an id is digits, so `@me` and `pins` never pass for one.
ROUTES: Final[dict[str, Callable[[Platform, Request], Any]]] = CHANNEL_ROUTES | GUILD_ROUTES | INTERACTION_ROUTES
