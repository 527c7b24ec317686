"""All English phrases."""

from typing import Final

from bot.i18n.en import (
    alerts,
    cards,
    charts,
    commands,
    costs,
    discord,
    imports,
    lists,
    refusals,
    reports,
    schedules,
    talk,
    telegram,
)
from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    **commands.WORDS,
    **talk.WORDS,
    **cards.WORDS,
    **charts.WORDS,
    **lists.WORDS,
    **refusals.WORDS,
    **reports.WORDS,
    **schedules.WORDS,
    **alerts.WORDS,
    **costs.WORDS,
    **discord.WORDS,
    **imports.WORDS,
    **telegram.WORDS,
}
