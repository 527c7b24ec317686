"""Whether a file still fits: one file's limit, a person's share, the disk; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import NoRoom

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.media.import_view import ImportView
    from core.model import UserId


def check_room(wanted: int, *, file: int, quota: int, disk: int) -> None:
    """Let it pass where `wanted` bytes fit into all three.

    Raises:
        NoRoom: file, quota or disk, the first that is too small, with what it allows.
    """
    for reason, allowed in (("file", file), ("quota", quota), ("disk", disk)):
        if wanted > allowed:
            raise NoRoom(reason, max(0, allowed))


def reserved(views: Iterable[ImportView], user: UserId) -> int:
    """Return how many bytes of a person's share imports under way have taken, or said that they will."""
    return sum(max(view.received_bytes, view.total_bytes or 0) for view in views if view.user == user)
