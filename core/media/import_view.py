"""An import as others see it; values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from core.errors import CoreError
    from core.model import MediaItem, SpaceName, UserId


class ImportState(StrEnum):
    """waiting -> receiving -> checking -> done; each of these may become failed or cancelled, which are ends."""

    WAITING = "waiting"
    RECEIVING = "receiving"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED})


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import as it is now. `origin` is a link's host, or empty for a file from a chat; `total_bytes` None: unknown.

    `name` is what the file will be called, as far as known; `error` why it failed; `rate_bps` bytes a second so far.
    """

    id: int
    space: SpaceName
    user: UserId
    name: str
    origin: str
    state: ImportState
    received_bytes: int = 0
    total_bytes: int | None = None
    rate_bps: float = 0.0
    error: CoreError | None = None
    item: MediaItem | None = None
