"""English: what only Discord makes necessary to say."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "command.upload": "Take a file into the media library",
    "command.upload.file": "A video or an audio file",
    "key.form_label": "Stream key",
    "discord.not_served": "I don't serve this server. Whoever runs me can add {guild} to discord.guilds.",
    "discord.old_button": "I don't know this button any more. Call the command again.",
    "discord.cannot_write": "I may not write here, so only you see this. Give me View Channel, Send Messages, Embed "
    "Links and Attach Files in this channel.",
    "discord.not_posted": "Discord did not take my message to the channel, so only you see this.",
}
