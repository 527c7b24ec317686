"""How many bytes the other side's kernel acknowledged on a TCP connection; it asks the kernel and kills nothing.

A dump finds the connections of new processes; it walks the kernel's whole table (1.3 ms each for IPv4 and IPv6 on a
large machine, however few connections there are). After that each connection is asked for by name: 10 µs.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

log = logging.getLogger(__name__)

_NETLINK_SOCK_DIAG: Final = 4
_SOCK_DIAG_BY_FAMILY: Final = 20
_NLMSG_ERROR: Final = 2
_NLMSG_DONE: Final = 3
_REQUEST_ONE: Final = 0x1
_REQUEST_DUMP: Final = 0x301
_INET_DIAG_INFO: Final = 2
# ESTABLISHED, FIN_WAIT1 and CLOSE_WAIT: the states in which bytes can still be acknowledged.
_STATES: Final = 1 << 1 | 1 << 4 | 1 << 8
_HEADER: Final = struct.Struct("=IHHII")
_QUESTION: Final = struct.Struct("=BBBxI48s")  # struct inet_diag_req_v2
_ANSWER: Final = struct.Struct("=BBxx48sIIIII")  # struct inet_diag_msg
_ATTRIBUTE: Final = struct.Struct("=HH")
_U64: Final = struct.Struct("=Q")
_U32: Final = struct.Struct("=I")
# In struct tcp_info; the second since Linux 4.1, the third since 4.19.
_LAST_ACK_AT: Final = 56
_BYTES_ACKED_AT: Final = 120
_BYTES_RETRANS_AT: Final = 208
_ANY: Final = bytes(48)
_BUFFER_BYTES: Final = 65536
_AT_ONCE: Final = 64  # their answers must fit into the socket's buffer together
_TIMEOUT_S: Final = 1.0
# What another system or a sandbox says, for ever; all else (no memory, no descriptor, a full buffer) may pass.
_NEVER: Final = frozenset({errno.EPERM, errno.EACCES, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT})
_NO_PROCESS: Final = frozenset({errno.ENOENT, errno.ESRCH, errno.EPERM, errno.EACCES})


class TcpUnreadable(Exception):
    """The kernel did not tell, now or ever: of no connection is known whether it exists."""


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection as the kernel names it: addresses, ports, and a cookie that no later one shares.

    `ack_age_s`: how long before it was read the last acknowledgement came; `acked_bytes` have not grown since.
    `resent_bytes` were sent once more, since the network seemed to have lost them; None where the kernel is too old.
    """

    inode: int
    family: int
    name: bytes
    acked_bytes: int
    ack_age_s: float = 0.0
    resent_bytes: int | None = None


def _open_netlink() -> socket.socket:
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG)


class TcpTable:
    """This host's TCP connections, read without privileges.

    Where the kernel does not let us (another system, a sandbox), it is asked no more; after any other failure the next
    question opens a new socket. Either is said once in the log, until an answer came.
    """

    def __init__(self, open_netlink: Callable[[], socket.socket] = _open_netlink) -> None:
        self._open_netlink = open_netlink
        self._netlink: socket.socket | None = None
        self._usable = True
        self._told = False

    def find(self, inodes: Collection[int]) -> dict[int, Connection]:
        """Return the connections that belong to these sockets, by inode, over IPv4 and IPv6.

        Raises:
            TcpUnreadable: The kernel did not tell.
        """
        families = (socket.AF_INET, socket.AF_INET6) if inodes else ()
        found = (connection for family in families for connection in self._ask([(family, _ANY)], _REQUEST_DUMP))
        return {connection.inode: connection for connection in found if connection.inode in inodes}

    def read(self, connections: Sequence[Connection]) -> dict[int, Connection]:
        """Return the connections as they are now, by inode; one that is gone is missing.

        Raises:
            TcpUnreadable: The kernel did not tell.
        """
        found: dict[int, Connection] = {}
        for at in range(0, len(connections), _AT_ONCE):
            questions = [(connection.family, connection.name) for connection in connections[at : at + _AT_ONCE]]
            found.update((c.inode, c) for c in self._ask(questions, _REQUEST_ONE))
        return found

    def close(self) -> None:
        """Give the netlink socket back; asking again opens a new one."""
        if self._netlink is not None:
            self._netlink.close()
            self._netlink = None

    def _ask(self, questions: list[tuple[int, bytes]], flags: int) -> list[Connection]:
        if not self._usable:
            raise TcpUnreadable
        try:
            netlink = self._open()
            netlink.send(b"".join(_build_question(*question, flags) for question in questions))
            found = list(_receive(netlink, answers=len(questions)))
        except OSError as error:
            # What is left of its answers must not be taken for those of the next question.
            self.close()
            self._usable = error.errno not in _NEVER
            if not self._told:
                log.warning("Acknowledged bytes can't be read (%s): a dead link is noticed later meanwhile.", error)
            self._told = True
            raise TcpUnreadable from error
        self._told = False
        return found

    def _open(self) -> socket.socket:
        if self._netlink is None:
            self._netlink = self._open_netlink()
            self._netlink.settimeout(_TIMEOUT_S)
        return self._netlink


def find_socket_inodes(pid: int) -> list[int]:
    """Return the inodes of a process's sockets; empty where it is gone or not ours to look at.

    Raises:
        TcpUnreadable: This process could not look (no more descriptors, no memory).
    """
    try:
        targets = [_read_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError as error:
        if error.errno not in _NO_PROCESS:
            raise TcpUnreadable from error
        return []
    return [int(target[8:-1]) for target in targets if target.startswith("socket:[")]


def choose_ingest(inodes: Sequence[int], connections: Mapping[int, Connection]) -> Connection | None:
    """Return the connection that carries the stream: of a process's own, the one with most acknowledged bytes."""
    own = (connections[inode] for inode in inodes if inode in connections)
    return max(own, key=lambda connection: connection.acked_bytes, default=None)


def _read_target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _build_question(family: int, name: bytes, flags: int) -> bytes:
    info = 1 << (_INET_DIAG_INFO - 1)
    body = _QUESTION.pack(family, socket.IPPROTO_TCP, info, _STATES, name)
    return _HEADER.pack(_HEADER.size + len(body), _SOCK_DIAG_BY_FAMILY, flags, 0, 0) + body


def _receive(netlink: socket.socket, answers: int) -> Iterator[Connection]:
    """Read until each question has its end: a dump ends with DONE, a single one with its answer or an error."""
    while answers > 0:
        for kind, flags, body in _split(netlink.recv(_BUFFER_BYTES)):
            if kind == _NLMSG_ERROR:
                _raise_unless_gone(body)
            connection = _parse(body) if kind == _SOCK_DIAG_BY_FAMILY else None
            if connection is not None:
                yield connection
            multipart = flags & 2
            answers -= kind == _NLMSG_DONE or not multipart


def _split(datagram: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + _HEADER.size <= len(datagram):
        length, kind, flags, *_ = _HEADER.unpack_from(datagram, at)
        yield kind, flags, datagram[at + _HEADER.size : at + length]
        at += length + 3 & ~3


def _raise_unless_gone(body: bytes) -> None:
    code = -struct.unpack_from("=i", body)[0]
    if code not in {errno.ENOENT, errno.ESTALE}:
        raise OSError(code, os.strerror(code))


def _parse(body: bytes) -> Connection | None:
    family, _, name, _, _, _, _, inode = _ANSWER.unpack_from(body)
    at = _ANSWER.size
    while at + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, at)
        if kind == _INET_DIAG_INFO and length >= _ATTRIBUTE.size + _BYTES_ACKED_AT + _U64.size:
            return Connection(inode, family, name, *_read_info(body[at + _ATTRIBUTE.size : at + length]))
        at += max(length, _ATTRIBUTE.size) + 3 & ~3
    return None


def _read_info(info: bytes) -> tuple[int, float, int | None]:
    """Return acknowledged bytes, the age of the last acknowledgement, and what was sent again."""
    resent = _U64.unpack_from(info, _BYTES_RETRANS_AT)[0] if len(info) >= _BYTES_RETRANS_AT + _U64.size else None
    return _U64.unpack_from(info, _BYTES_ACKED_AT)[0], _U32.unpack_from(info, _LAST_ACK_AT)[0] / 1000, resent
