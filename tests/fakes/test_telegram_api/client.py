"""The real python-telegram-bot, pointed at the fake platform, and what its tests send with it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.fakes.telegram_api import FakeTelegram


class Clock:
    """Unix time that only a test moves."""

    def __init__(self) -> None:
        self.now_s = 1_760_000_000.0

    def __call__(self) -> float:
        """Return it."""
        return self.now_s


def a_bot(telegram: FakeTelegram, token: str = "") -> Bot:
    """Return a client that is not initialised yet."""
    # Loading the certificates of the world takes most of a test's time, and loopback needs none.
    requests = [HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2)]
    return Bot(
        token or telegram.token,
        base_url=f"{telegram.url}/bot",
        base_file_url=f"{telegram.url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )


async def refusal(call: Awaitable[object], kind: type[Exception] = BadRequest) -> str:
    """Return what the client was told when it was refused: the client makes it a capitalised sentence."""
    with pytest.raises(kind) as caught:
        await call
    return str(caught.value)


def keyboard(*rows: list[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    """Return rows as a keyboard."""
    return InlineKeyboardMarkup(rows)


def buttons(count: int, data: str = "x") -> list[InlineKeyboardButton]:
    """Return a row."""
    return [InlineKeyboardButton("B", callback_data=data)] * count


def png(width: int, height: int, size: int = 64) -> bytes:
    """Return what a server reads of a PNG: signature and sides, filled up to a size."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return head.ljust(size, b"\0")
