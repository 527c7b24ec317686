"""English: what only Telegram makes necessary to say."""

from typing import Final

from bot.i18n.words import Plural

WORDS: Final[dict[str, str | Plural]] = {
    "telegram.as_yourself": "I take orders from persons only. Write as yourself, not as a group, a channel or a bot.",
    "telegram.edited": "I don't take orders from edited messages. Send it again as a new one.",
    "telegram.forwarded": "I don't take orders from forwarded messages. Write it yourself.",
    "telegram.old_press": "You pressed that while I was away, so I did nothing. Press it again if you still want it.",
    "telegram.ask_in_private": "I answer that in private only. Open our chat and ask me there.",
    "telegram.sent_private": "I sent it to you in our private chat.",
    "telegram.open": "Open our chat",
    "telegram.not_deleted": "I may not delete messages here: delete yours now. The key is stored encrypted.",
    "telegram.message_stands": "Your message may have held a key, and I may not delete it here: delete it now, and "
    "make a new key.",
}
