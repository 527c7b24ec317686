"""What an output's next attempt is to run, with its key held; as the last time where the database can't be asked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from core.errors import CoreError, StoreUnavailable

if TYPE_CHECKING:
    from core.ffmpeg.contract import RunSpec
    from core.streams.order import OutputOrder

log = logging.getLogger(__name__)


class Recipe:
    """One output's; it remembers what was built last."""

    def __init__(self) -> None:
        self._last: tuple[OutputOrder, RunSpec] | None = None

    async def build(self, order: OutputOrder) -> RunSpec:
        """Return what to run, with its key held.

        Raises:
            CoreError: it can't be built, or its key is another's.
        """
        try:
            spec = await order.build()
        except StoreUnavailable as error:
            if self._last is None or self._last[0] is not order:
                raise
            log.warning("%s is run as the last time, since the database can't be read: %s", order.id, error)
            spec = self._last[1]
        order.hold(spec)
        self._last = order, spec
        return spec

    async def is_readable(self, order: OutputOrder) -> bool:
        """Return whether a break can be followed by a start: not where the database can't say what to start."""
        try:
            await self.build(order)
        except StoreUnavailable as error:
            log.warning("a break of %s waits for the database: %s", order.id, error)
            return False
        except CoreError:
            pass  # the next attempt says why
        return True

    def forget(self) -> None:
        """Run nothing as the last time: its key is another by now."""
        self._last = None
