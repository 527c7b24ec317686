"""Addresses of Unix sockets: a path in a deep folder is longer than the kernel takes, so its descriptor stands in."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_ADDRESS_BYTES: Final = 107
"""sizeof(sun_path) less the zero at its end, unix(7)."""


@contextmanager
def address_of(socket: Path) -> Iterator[str]:
    """Give an address that can be bound or connected to within the context.

    Raises:
        OSError: the socket's folder can't be opened.
    """
    if len(os.fsencode(socket)) <= MAX_ADDRESS_BYTES:
        yield str(socket)
        return
    folder = os.open(socket.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{socket.name}"
    finally:
        os.close(folder)
