"""A file that somebody attached, fetched in pieces; it takes no decision about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from adapters.discord.errors import FAULTS
from bot.channel import ChannelAway, OfferedFile

if TYPE_CHECKING:
    from pathlib import Path

CHUNK: Final = 1 << 20
SILENCE_S: Final = 60
"""A download that brings nothing for so long is given up."""


def offer(attachment: dict[str, Any]) -> OfferedFile:
    """Return an attachment as a file that can be fetched. Discord hands bots all that it took from people."""
    url, size = str(attachment["url"]), int(attachment["size"])

    async def save(path: Path) -> None:
        try:
            await _fetch(url, path, size)
        except FAULTS as error:
            raise ChannelAway(type(error).__name__) from error

    return OfferedFile(str(attachment["filename"]), size, None, save)


async def _fetch(url: str, path: Path, size: int) -> None:
    """Write what stands under an address of Discord's into a file; more than was announced is not taken."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
    got = 0
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
        answer.raise_for_status()
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in answer.content.iter_chunked(CHUNK):
                got += len(chunk)
                if got > size:
                    raise aiohttp.ClientPayloadError("more than was announced")
                await asyncio.to_thread(file.write, chunk)
    if got < size:
        raise aiohttp.ClientPayloadError("less than was announced")
