"""Telegram as a bot meets it: the Bot API on a loopback port, with its published limits enforced.

It knows nothing of StreamBro. Refusals bear the words of the real server; each limit cites its page in `limits`.

    async with FakeTelegram(clock=clock) as telegram:
        rina = telegram.user(777, "Rina")
        chat = telegram.private_chat(rina)
        app = Application.builder().token(telegram.token).base_url(f"{telegram.url}/bot").build()
        ...
        await telegram.say(rina, chat, "/stop lofi")
        card = await telegram.wait_message(chat, "stopped")
        press = await telegram.press(rina, card, "Start again")
        assert await telegram.wait_answered(press) == "Starting"
        assert telegram.refused == []
"""

from tests.fakes.telegram_api.fake import FakeTelegram
from tests.fakes.telegram_api.limits import LOCAL_SERVER, FloodLimits, Limits
from tests.fakes.telegram_api.markup import Button
from tests.fakes.telegram_api.media import Attachment
from tests.fakes.telegram_api.model import Answer, Chat, Message, Press, User
from tests.fakes.telegram_api.server import Call, Refusal

__all__ = [
    "LOCAL_SERVER",
    "Answer",
    "Attachment",
    "Button",
    "Call",
    "Chat",
    "FakeTelegram",
    "FloodLimits",
    "Limits",
    "Message",
    "Press",
    "Refusal",
    "User",
]
