"""English: the daily report."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.report": "How the streams did in the last 24 hours",
    "report.title": "From {since} to {until}",
    "report.line": "{dot} {name} {percent} % of {time}",
    "report.dark": "dark {time}",
    "report.restarts": "restarts {n}",
    "report.causes": "why: {causes}",
    "report.platform": "the platform",
    "report.sent": "Sent in all: {size}",
    "report.none": "Nothing ran in the last 24 hours.",
    "week.title": "Streams, the last 7 days",
    "week.legend": "green: on air · red: dark · grey: not running",
    "week.more": "{n} more that did better",
}
