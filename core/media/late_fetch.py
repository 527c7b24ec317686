"""A fetcher that is loaded with the first link: until then a service need not hold an HTTP library in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from core.clock import Clock
    from core.media.fetch import Fetcher, Meter


class LateFetcher:
    """Fetches as `core.media.fetch.Fetcher` does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._fetcher: Fetcher | None = None

    async def fetch(self, url: str, target: Path, meter: Meter) -> tuple[str, dict[str, str]]:
        """Fetch it; see `Fetcher.fetch`."""
        if self._fetcher is None:
            from core.media.fetch import Fetcher  # noqa: PLC0415 - 1 MiB that most services never need

            self._fetcher = Fetcher(self._clock)
        return await self._fetcher.fetch(url, target, meter)
