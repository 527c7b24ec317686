"""The words for people, one catalogue a language, and how numbers and times are written in it; it decides nothing."""

from bot.i18n.words import LANGUAGES, Plural, Words

__all__ = ["LANGUAGES", "Plural", "Words"]
