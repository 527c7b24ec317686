"""Fetches files that people sent, in pieces and beside the loop; it decides nothing about them."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from telegram.error import TelegramError

from adapters.telegram.errors import translate
from bot.channel import ChannelAway, ChannelError, OfferedFile

if TYPE_CHECKING:
    from telegram import Bot

    from adapters.telegram.incoming import Media

PIECE_BYTES: Final = 1 << 20
SILENCE_S: Final = 60.0
"""A download that brings nothing for so long is given up."""

SLOWEST_BYTES_PER_S: Final = 256 * 1024
"""A Bot API server of one's own fetches the whole file before it says where that lies; slower it is given up."""


class Files:
    """The files that one server holds for us."""

    def __init__(self, client: Bot, limit_bytes: int) -> None:
        self._client = client
        self._limit_bytes = limit_bytes

    def offer(self, media: Media) -> OfferedFile:
        """Return a file as the bot takes it."""

        async def save(path: Path) -> None:
            await self._save(media, path)

        return OfferedFile(media.name, media.size_bytes, self._limit_bytes, save)

    def find_patience_s(self, media: Media) -> float:
        """Return how long the answer may take; of a file whose size nobody told, as long as the largest's."""
        size = self._limit_bytes if media.size_bytes is None else media.size_bytes
        return SILENCE_S + size / SLOWEST_BYTES_PER_S

    async def _save(self, media: Media, path: Path) -> None:
        try:
            found = await self._client.get_file(media.file_id, read_timeout=self.find_patience_s(media))
        except TelegramError as error:
            raise translate(error, media.invocation.chat) from None
        where = found.file_path or ""
        if where.startswith(("http://", "https://")):
            await _download(where, path)
        else:
            await _copy(Path(where), path)


async def _copy(source: Path, path: Path) -> None:
    """A server of one's own gives its files by path."""
    try:
        await asyncio.to_thread(shutil.copyfile, source, path)
    except OSError as error:
        raise ChannelError(f"the Bot API server's file can't be read ({error.strerror})") from None


async def _download(url: str, path: Path) -> None:
    """The library would hold all of it in memory. The address holds the token, so no error may carry it."""
    try:
        async with httpx.AsyncClient(timeout=SILENCE_S) as client, client.stream("GET", url) as answer:
            if answer.is_error:
                raise ChannelError(f"the file can't be fetched ({answer.status_code})")
            with path.open("wb") as file:
                async for piece in answer.aiter_bytes(PIECE_BYTES):
                    await asyncio.to_thread(file.write, piece)
    except httpx.HTTPError as error:
        raise ChannelAway(f"the file can't be fetched ({type(error).__name__})") from None
