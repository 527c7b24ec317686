"""Indonesian: the daily report."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.report": "Kabar siaran selama 24 jam terakhir",
    "report.title": "Dari {since} sampai {until}",
    "report.line": "{dot} {name} {percent} % dari {time}",
    "report.dark": "mati {time}",
    "report.restarts": "mulai ulang {n}",
    "report.causes": "sebab: {causes}",
    "report.platform": "platform",
    "report.sent": "Terkirim seluruhnya: {size}",
    "report.none": "Tidak ada siaran dalam 24 jam terakhir.",
    "week.title": "Siaran, 7 hari terakhir",
    "week.legend": "hijau: tayang · merah: mati · abu-abu: tidak jalan",
    "week.more": "{n} lagi yang lebih baik",
}
