"""Indonesian: what only Telegram makes necessary to say."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "telegram.as_yourself": "Aku hanya menerima perintah dari orang. Tulis sebagai dirimu sendiri, bukan sebagai grup, "
    "kanal, atau bot.",
    "telegram.edited": "Perintah dari pesan yang disunting tidak kuterima. Kirim lagi sebagai pesan baru.",
    "telegram.forwarded": "Perintah dari pesan terusan tidak kuterima. Tulis sendiri, ya.",
    "telegram.old_press": "Tombol itu kamu tekan ketika aku tidak ada, jadi tidak kulakukan apa-apa. Tekan lagi kalau "
    "masih mau.",
    "telegram.ask_in_private": "Itu hanya kujawab secara pribadi. Buka obrolan kita dan tanyakan di sana.",
    "telegram.sent_private": "Sudah kukirim ke obrolan pribadi kita.",
    "telegram.open": "Buka obrolan kita",
    "telegram.not_deleted": "Aku tidak boleh menghapus pesan di sini: hapus pesanmu sekarang. Kuncinya disimpan "
    "terenkripsi.",
    "telegram.message_stands": "Pesanmu mungkin berisi kunci dan aku tidak boleh menghapusnya di sini: hapus sekarang, "
    "lalu buat kunci baru.",
}
