"""English: charts, and searching a log."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.chart": "A picture of CPU, memory, bitrate and restarts",
    "command.chart.stream": "Which stream; none: the server",
    "command.chart.period": "How far back (24h)",
    "chart.title": "{name}, {period}",
    "chart.period.1h": "the last hour",
    "chart.period.24h": "the last 24 hours",
    "chart.period.7d": "the last 7 days",
    "chart.host": "the server",
    "chart.cpu": "CPU, % of a core",
    "chart.memory": "Memory, MiB",
    "chart.bitrate": "Sent, Mbit/s",
    "chart.host_cpu": "CPU, % of all cores",
    "chart.host_memory": "Memory in use, GB",
    "chart.disk": "Disk free, GB",
    "chart.legend": "red: not on air · orange: started anew",
    "chart.empty": "not measured yet",
    "chart.none": "Nothing was measured of {name} in that time. Ask again in a few minutes.",
    "error.pictures_missing": "Charts need a part that is not installed. An admin installs streambro[pictures].",
    "command.logs.find": "Only lines that hold this",
    "logs.none_found": "Nothing in the log of {name} holds '{text}'.",
}
