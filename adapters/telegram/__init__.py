"""Telegram: orders from private chats and groups by long polling, and what the bot says there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.telegram.channel import TelegramChannel
from bot.i18n import LANGUAGES

if TYPE_CHECKING:
    from bot.channel import Answering
    from bot.config import TelegramConfig


def build(config: TelegramConfig, bot: Answering, language: str = LANGUAGES[0]) -> TelegramChannel:
    """Return the channel; it reaches for the platform once it runs.

    Args:
        language: What is spoken to those whose app speaks neither of our languages.
    """
    return TelegramChannel(config, bot, language)
