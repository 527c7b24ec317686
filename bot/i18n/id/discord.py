"""Indonesian: what only Discord makes necessary to say."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.upload": "Memasukkan berkas ke pustaka media",
    "command.upload.file": "Berkas video atau audio",
    "key.form_label": "Kunci siaran",
    "discord.not_served": "Server ini tidak kulayani. Pengelolaku bisa menambahkan {guild} ke discord.guilds.",
    "discord.old_button": "Tombol ini sudah tidak kukenal. Panggil lagi perintahnya.",
    "discord.cannot_write": "Aku tidak boleh menulis di sini, jadi hanya kamu yang melihat ini. Beri aku View Channel, "
    "Send Messages, Embed Links, dan Attach Files di kanal ini.",
    "discord.not_posted": "Discord tidak menerima pesanku untuk kanal ini, jadi hanya kamu yang melihatnya.",
}
