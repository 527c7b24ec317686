"""What went wrong at Discord, as what the bot makes of it: try again, or give up the chat or the message."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import aiohttp
import discord

from bot.channel import CantPin, ChannelAway, ChannelError, ChannelRefused, ChatGone, MessageGone

FAULTS: Final = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""All that a request to Discord raises when it fails."""

# discord.com/developers/docs/topics/opcodes-and-status-codes#json-json-error-codes
UNKNOWN_MESSAGE: Final = 10008
TOO_MANY_PINS: Final = 30003
UNKNOWN_INTERACTION: Final = 10062
ALREADY_ACKNOWLEDGED: Final = 40060
NETWORK_ERROR: Final = 40333  # a 403 of Discord's own front, which says nothing of the chat


class BadToken(ChannelRefused):
    """Discord does not let us in with this token, now or later."""

    def __init__(self) -> None:
        super().__init__(
            "Discord refuses the bot's token. Copy it again from the developer portal (your application > Bot > Reset "
            "Token) into discord.token, and start the service anew"
        )


def describe(error: Exception) -> str:
    """Return what may stand in a log: never an address, since those of interactions hold a token."""
    if isinstance(error, discord.HTTPException):
        return f"{error.status} ({error.code}) {error.text}"[:300]
    return type(error).__name__


def translate(error: Exception) -> ChannelError:
    """Return what a failed request to send or edit means."""
    if isinstance(error, discord.RateLimited):
        return ChannelAway("rate limited", error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return ChannelAway(type(error).__name__)
    told = f"{error.status} ({error.code})"
    if error.code == UNKNOWN_MESSAGE:
        return MessageGone(told)
    if error.status == HTTPStatus.NOT_FOUND or _is_forbidden(error):
        return ChatGone(told)
    if error.status in _LATER or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ChannelAway(told, _read_pause(error))
    return ChannelError(told)


def translate_pin(error: Exception) -> ChannelError:
    """Return what a failed request to pin means: the chat is not closed to us because we may not pin there."""
    if isinstance(error, discord.HTTPException) and (_is_forbidden(error) or error.code == TOO_MANY_PINS):
        return CantPin(f"{error.status} ({error.code})")
    return translate(error)


def _is_forbidden(error: discord.HTTPException) -> bool:
    """A 403 without a code is a proxy's word, not Discord's about the chat."""
    return error.status == HTTPStatus.FORBIDDEN and error.code not in (0, NETWORK_ERROR)


def _read_pause(error: discord.HTTPException) -> float | None:
    told = error.response.headers.get("Retry-After", "")
    return float(told) if told.isdecimal() else None


_LATER: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
)
