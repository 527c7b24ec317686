"""Puts messages into chats, at the allowed pace, and turns refusals into the bot's own errors; it answers nobody."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from telegram import LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter, TelegramError

from adapters.telegram.errors import NOT_MODIFIED, read_retry_after, says, translate
from adapters.telegram.render import FilePart, TextPart
from bot.channel import PRIVATE_PREFIX, CantPin, ChannelError, MessageRef

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from telegram import Bot, InlineKeyboardMarkup, Message

    from adapters.telegram.pace import Pace
    from adapters.telegram.render import Part
    from bot.channel import ChatRef

MAX_REMEMBERED: Final = 2000
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class Post:
    """Sends, edits and deletes. Every method raises `ChannelError`s only."""

    def __init__(self, bot: Bot, pace: Pace) -> None:
        self._bot = bot
        self._pace = pace
        self._shown: OrderedDict[MessageRef, bytes] = OrderedDict()

    async def send(
        self,
        chat: ChatRef,
        part: Part,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        silent: bool = False,
        reply_to: int | None = None,
    ) -> MessageRef:
        """Say it and return which message it became. `user:ID` is the private chat, which has the person's id."""
        chat = replace(chat, chat=chat.chat.removeprefix(PRIVATE_PREFIX))
        where: dict[str, Any] = {
            "chat_id": int(chat.chat),
            "message_thread_id": int(chat.thread) if chat.thread else None,
            "disable_notification": silent,
            "reply_markup": keyboard,
            "parse_mode": ParseMode.HTML,
        }
        if reply_to is not None:
            where["reply_parameters"] = ReplyParameters(reply_to, allow_sending_without_reply=True)
        message = await self._paced(chat, lambda: self._deliver(part, where))
        ref = MessageRef(chat, str(message.message_id))
        self._remember(ref, part, keyboard)
        return ref

    async def edit(
        self,
        message: MessageRef,
        part: TextPart,
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        patient: bool = False,
    ) -> None:
        """Show it in a message's place; nothing is sent where that shows it already.

        `patient`: what is kept up to date can wait, so that an alert that comes next need not.
        """
        if self._shown.get(message) == _digest(part, keyboard):
            return
        with suppress(_NotModified):
            await self._paced(
                message.chat,
                lambda: self._bot.edit_message_text(
                    part.html,
                    int(message.chat.chat),
                    int(message.message),
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard,
                    link_preview_options=_NO_PREVIEW,
                ),
                spare=int(patient),
            )
        self._remember(message, part, keyboard)

    async def delete(self, chat: ChatRef, message: int) -> bool:
        """Delete a message and return whether that was allowed.

        Raises:
            ChannelError: nobody knows whether it was, since Telegram could not be asked.
        """
        try:
            return await self._bot.delete_message(int(chat.chat), message)
        except BadRequest as error:
            return says(error, "message to delete not found")
        except TelegramError as error:
            raise translate(error, chat) from None

    async def pin(self, message: MessageRef) -> None:
        """Pin a message without a sound."""
        chat, number = int(message.chat.chat), int(message.message)
        await self._pinning(message.chat, self._bot.pin_chat_message(chat, number, disable_notification=True))

    async def unpin(self, message: MessageRef) -> None:
        """Take a message from the top of its chat."""
        chat, number = int(message.chat.chat), int(message.message)
        await self._pinning(message.chat, self._bot.unpin_chat_message(chat, number))

    @staticmethod
    async def _pinning(chat: ChatRef, call: Awaitable[bool]) -> None:
        try:
            await call
        except TelegramError as error:
            if isinstance(error, BadRequest):
                raise CantPin(str(error)) from None
            raise translate(error, chat) from None

    async def answer(self, query: str, text: str = "", *, alert: bool = False) -> bool:
        """Tell whoever pressed a button that it was taken; False: it may not be seen, or is too old to be answered."""
        try:
            await self._bot.answer_callback_query(query, text or None, show_alert=alert)
        except TelegramError:
            return False
        return True

    async def _deliver(self, part: Part, where: dict[str, Any]) -> Message:
        if isinstance(part, TextPart):
            return await self._bot.send_message(text=part.html, link_preview_options=_NO_PREVIEW, **where)
        if part.photo:
            with suppress(BadRequest):  # no picture that Telegram shows: it goes as a file like any other
                return await self._send_file("photo", part, where)
        return await self._send_file("document", part, where)

    async def _send_file(self, kind: Literal["photo", "document"], part: FilePart, where: dict[str, Any]) -> Message:
        send: Any = self._bot.send_photo if kind == "photo" else self._bot.send_document
        message: Message = await send(**{kind: part.data}, filename=part.name, caption=part.html or None, **where)
        return message

    async def _paced(self, chat: ChatRef, call: Callable[[], Awaitable[Any]], *, spare: int = 0) -> Any:  # noqa: ANN401 - what the call gives
        await self._pace.wait_turn(chat.chat, spare=spare)
        try:
            return await call()
        except RetryAfter as error:
            self._pace.hold(chat.chat, read_retry_after(error))
            raise translate(error, chat) from None
        except TelegramError as error:
            if says(error, NOT_MODIFIED):
                raise _NotModified from None
            raise translate(error, chat) from None

    def _remember(self, message: MessageRef, part: Part, keyboard: InlineKeyboardMarkup | None) -> None:
        self._shown[message] = _digest(part, keyboard)
        self._shown.move_to_end(message)
        while len(self._shown) > MAX_REMEMBERED:
            self._shown.popitem(last=False)


class _NotModified(ChannelError):
    """It shows that already."""


def _digest(part: Part, keyboard: InlineKeyboardMarkup | None) -> bytes:
    shown = f"{part.html}\0{keyboard.to_json() if keyboard else ''}"
    return hashlib.blake2b(shown.encode(), digest_size=16).digest()
