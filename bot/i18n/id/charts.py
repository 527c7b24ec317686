"""Indonesian: charts, and searching a log."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.chart": "Grafik CPU, memori, bitrate, dan mulai ulang",
    "command.chart.stream": "Siaran mana; kosong: server",
    "command.chart.period": "Seberapa jauh ke belakang (24h)",
    "chart.title": "{name}, {period}",
    "chart.period.1h": "satu jam terakhir",
    "chart.period.24h": "24 jam terakhir",
    "chart.period.7d": "7 hari terakhir",
    "chart.host": "server",
    "chart.cpu": "CPU, % dari satu inti",
    "chart.memory": "Memori, MiB",
    "chart.bitrate": "Terkirim, Mbit/s",
    "chart.host_cpu": "CPU, % dari semua inti",
    "chart.host_memory": "Memori terpakai, GB",
    "chart.disk": "Sisa disk, GB",
    "chart.legend": "merah: tidak tayang · oranye: mulai ulang",
    "chart.empty": "belum diukur",
    "chart.none": "Belum ada pengukuran {name} dalam waktu itu. Coba lagi beberapa menit lagi.",
    "error.pictures_missing": "Grafik butuh bagian yang belum terpasang. Admin memasang streambro[pictures].",
    "command.logs.find": "Hanya baris yang memuat ini",
    "logs.none_found": "Tidak ada '{text}' di log {name}.",
}
