"""Waiting for work no longer than Discord waits for us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.clock import Clock


async def comes_within(clock: Clock, work: asyncio.Task[Any], seconds: float) -> bool:
    """Return whether work is done within so many seconds; it goes on where it is not."""
    over = asyncio.create_task(clock.sleep(seconds))
    try:
        await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        over.cancel()
    return work.done()
