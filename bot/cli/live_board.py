"""What stands below the prompt: the board, or the card of the stream that was looked at last, about a second old."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from bot.cli.client import Client, NoService

if TYPE_CHECKING:
    from pathlib import Path

MAX_LINES: Final = 8
BOARD: Final = "streams"
ENDED: Final = frozenset({"stopped", "failed"})


class LiveBoard:
    """Asks again and again, on a connection of its own, so that a slow order doesn't stop the board."""

    interval_s: Final = 1.0

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._client: Client | None = None
        self._order = BOARD
        self.text = ""

    def follow(self, reply: dict[str, Any]) -> None:
        """Show from now on what an answer showed: one stream's card while that runs, else the board."""
        stream = reply["data"].get("stream") if reply["card"] is not None else None
        runs = isinstance(stream, dict) and stream.get("state") not in ENDED
        if runs or reply["board"]:
            self._order = f"status #{reply['card']}" if runs else BOARD

    async def run(self) -> None:
        """Refresh until cancelled."""
        try:
            while True:
                await self._refresh()
                await asyncio.sleep(self.interval_s)
        finally:
            await self._hang_up()

    async def complete(self, line: str) -> list[dict[str, Any]]:
        """Return what a line could go on with; nothing while no service answers."""
        try:
            return await (await self._connected()).complete(line)
        except NoService:
            return []

    async def _refresh(self) -> None:
        try:
            reply = await (await self._connected()).order(self._order)
        except NoService:
            self.text = "⏳ no service answers"
            await self._hang_up()
            return
        if self._order != BOARD and (not reply["ok"] or reply["data"]["stream"]["state"] in ENDED):
            self._order = BOARD
        lines = reply["text"].splitlines()
        self.text = "\n".join(lines[:MAX_LINES])

    async def _connected(self) -> Client:
        if self._client is None:
            self._client = await Client.connect(self._socket)
        return self._client

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()
