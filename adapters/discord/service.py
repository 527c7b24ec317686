"""Whom the adapter serves, and in whose words and time; it does nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.i18n import LANGUAGES, Words

if TYPE_CHECKING:
    from adapters.discord.orders import Asked
    from core.clock import Clock


@dataclass(frozen=True, slots=True)
class Service:
    """Whom we serve, in which language where a client speaks none of ours, and by which clock."""

    guilds: frozenset[int]
    language: str
    clock: Clock

    def speak(self, asked: Asked) -> Words:
        """Return the words for whoever asks."""
        client = asked.locale.value.split("-")[0]
        return Words(client if client in LANGUAGES else self.language)
