"""Free TCP ports on loopback, below the range from which the kernel picks for outgoing connections."""

import random
import socket
from pathlib import Path
from typing import Final

_LOWEST: Final = 10_000
_EPHEMERAL: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Return a port that nobody listens on now.

    A port from the kernel's own range could be taken by any outgoing connection while a server is away, and a
    client that calls such a port again and again can end up connected to itself.
    """
    highest = int(_EPHEMERAL.read_text().split()[0]) - 1 if _EPHEMERAL.exists() else 32_767
    while True:
        port = random.randint(_LOWEST, highest)
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
