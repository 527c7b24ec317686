"""Discord, for the guilds of the configuration: slash commands, embeds and buttons on discord.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.discord.channel import DiscordChannel
from bot.i18n import LANGUAGES

if TYPE_CHECKING:
    from bot.channel import Answering, Channel
    from bot.config import DiscordConfig


def build(config: DiscordConfig, bot: Answering, language: str = LANGUAGES[0]) -> Channel:
    """Return Discord as a channel; it connects once it runs.

    Args:
        language: What is spoken to those whose client speaks neither of our languages.
    """
    return DiscordChannel(config, bot, language)
