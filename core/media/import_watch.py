"""Looks at what somebody else saves while he does it; it saves nothing itself."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from core.errors import CoreError, FetchFailed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.clock import Clock

log = logging.getLogger(__name__)

LOOK_AGAIN_S: Final = 1.0


async def watch(work: Awaitable[None], look: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Wait until it is saved, looking now and then and at the end; what `look` raises ends it.

    Raises:
        FetchFailed: away: it could not be saved, for a reason that is logged.
    """
    saving = asyncio.ensure_future(work)
    try:
        while not saving.done():
            await _pause(saving, clock)
            await look()
        await saving
    except (CoreError, asyncio.CancelledError):
        raise
    except Exception as error:
        log.warning("a chat platform did not hand a file over: %s", error)
        raise FetchFailed("away") from error
    finally:
        saving.cancel()


async def _pause(saving: asyncio.Future[None], clock: Clock) -> None:
    pause = asyncio.ensure_future(clock.sleep(LOOK_AGAIN_S))
    try:
        await asyncio.wait({saving, pause}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        pause.cancel()
