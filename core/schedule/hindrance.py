"""What keeps a stream from starting, as a short code and the name of the thing in the way; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from core.errors import (
    DataFolderUnusable,
    KeyInUse,
    LimitExceeded,
    NotCopyable,
    NotFound,
    SourceUnreadable,
    StoreUnavailable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from core.errors import CoreError


class Hindrance(NamedTuple):
    """`problem`: limit, total, key, key_elsewhere, source, unfit, gone, disk, store, other. `what` is its name."""

    problem: str
    what: str = ""


PROBLEMS: Final = ("limit", "total", "key", "key_elsewhere", "source", "unfit", "gone", "disk", "store", "other")


def judge(error: CoreError) -> Hindrance:
    """Return what an error of a start says."""
    known = next((tell for kind, tell in _TELLERS.items() if isinstance(error, kind)), None)
    return known(error) if known else Hindrance("other", error.code)


def _tell_limit(error: LimitExceeded) -> Hindrance:
    return Hindrance("limit" if error.limit == "per_user" else "total", str(error.allowed))


def _tell_key(error: KeyInUse) -> Hindrance:
    return Hindrance("key_elsewhere") if error.stream is None else Hindrance("key", error.stream)


_TELLERS: Final[Mapping[type[CoreError], Callable[[Any], Hindrance]]] = {
    LimitExceeded: _tell_limit,
    KeyInUse: _tell_key,
    SourceUnreadable: lambda error: Hindrance("source", error.source),
    NotCopyable: lambda error: Hindrance("unfit", error.source),
    NotFound: lambda error: Hindrance("gone", error.name),
    StoreUnavailable: lambda _: Hindrance("store"),
    DataFolderUnusable: lambda _: Hindrance("store"),
}
