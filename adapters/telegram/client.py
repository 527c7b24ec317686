"""The library's client, made for the configured server; it makes no request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

import httpx
from telegram import Bot
from telegram.request import HTTPXRequest

if TYPE_CHECKING:
    from bot.config import TelegramConfig

PUBLIC_SERVER: Final = "https://api.telegram.org"
ADDRESS: Final = "https://t.me/"
PUBLIC_LIMIT_BYTES: Final = 20 * 1024 * 1024
"""What bots may fetch (core.telegram.org/bots/api#getfile)."""

OWN_LIMIT_BYTES: Final = 2000 * 1024 * 1024
"""What a server of one's own takes (core.telegram.org/bots/api#using-a-local-bot-api-server)."""

ORDINARY_S: Final = 20.0
UPLOAD_S: Final = 120.0
CONNECTIONS: Final = 32


def build_client(config: TelegramConfig) -> Bot:
    """Return a client that is not initialised yet. Certificates are loaded once, and only where some are needed."""
    os.environ.setdefault("PTB_TIMEDELTA", "true")  # else the library warns at each 429 that this will be so
    url = config.api_url.rstrip("/")
    options: dict[str, Any] = {"verify": httpx.create_ssl_context() if url.startswith("https:") else False}
    return Bot(
        config.token.get_secret_value(),
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=_build_request(CONNECTIONS, options),
        get_updates_request=_build_request(2, options),
    )


def _build_request(connections: int, options: dict[str, Any]) -> HTTPXRequest:
    return HTTPXRequest(
        connections,
        read_timeout=ORDINARY_S,
        write_timeout=ORDINARY_S,
        connect_timeout=ORDINARY_S,
        pool_timeout=ORDINARY_S,
        media_write_timeout=UPLOAD_S,
        httpx_kwargs=options,
    )


def find_limit_bytes(config: TelegramConfig) -> int:
    """Return the largest file that the configured server gives us."""
    return PUBLIC_LIMIT_BYTES if config.api_url.rstrip("/") == PUBLIC_SERVER else OWN_LIMIT_BYTES


def find_address(client: Bot, more: str = "") -> str | None:
    """Return the link to our private chat; None as long as Telegram has not told us who we are."""
    try:
        return f"{ADDRESS}{client.username}{more}"
    except RuntimeError:
        return None
