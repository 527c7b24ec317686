"""Acknowledged bytes of real connections, found without privileges."""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from core.ffmpeg.attempt import Attempt
from core.ffmpeg.costs import Cost
from core.ffmpeg.outputfiles import LogFile, ProgressFile
from core.ffmpeg.records import ProcessRecord
from core.ffmpeg.sampling import Sampler
from core.ffmpeg.tcpinfo import Connection, TcpTable, TcpUnreadable, choose_ingest, find_socket_inodes
from core.model import OutputId
from tests.fakes.wait import wait_for

FAMILIES = {"ipv4": (socket.AF_INET, "127.0.0.1"), "ipv6": (socket.AF_INET6, "::1")}


@pytest.fixture
def table() -> Iterator[TcpTable]:
    """The kernel's table."""
    table = TcpTable()
    yield table
    table.close()


def connect(kind: str) -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection on loopback."""
    family, address = FAMILIES[kind]
    try:
        server = socket.create_server((address, 0), family=family)
    except OSError:
        pytest.skip(f"no {kind} here")
    with server:
        near = socket.create_connection(server.getsockname()[:2])
        return near, server.accept()[0]


@pytest.mark.parametrize("kind", list(FAMILIES))
def test_acknowledged_bytes_are_counted(table: TcpTable, kind: str) -> None:
    """What the other side got is known to the byte, over IPv4 and IPv6, at once and again."""
    near, far = connect(kind)
    with near, far:
        inode = os.fstat(near.fileno()).st_ino
        near.sendall(b"x" * 5000)
        # The kernel counts the opening SYN as a byte.
        found = wait_for(lambda: next(filter(lambda c: c.acked_bytes == 5001, find(table, inode)), None), "5000 bytes")
        assert found.inode == inode

        near.sendall(b"x" * 3000)
        wait_for(lambda: read(table, [found]) == {inode: 8001}, "3000 bytes more")


def test_last_acknowledgement_is_dated(table: TcpTable) -> None:
    """How long ago the last acknowledgement came is known, so that a dead link counts from then on."""
    near, far = connect("ipv4")
    with near, far:
        near.sendall(b"x" * 5000)
        found = find(table, os.fstat(near.fileno()).st_ino)[0]
        younger = wait_for(lambda: aged(table, found, 0.2), "an acknowledgement 0.2 s old")

        near.sendall(b"x")
        wait_for(lambda: (now := aged(table, found, 0.0)) and now < younger and now, "one more acknowledgement")


def test_what_had_to_be_sent_again_is_counted(table: TcpTable) -> None:
    """Bytes that are lost on their way are counted as sent again, in the kernel's own number."""
    near, far = connect("ipv4")
    with near, far:
        found = find(table, os.fstat(near.fileno()).st_ino)[0]
        assert found.resent_bytes == 0
        lose_everything(far)
        near.sendall(b"x" * 1000)
        again = wait_for(lambda: table.read([found])[found.inode].resent_bytes, "1000 bytes lost")
        assert again % 1000 == 0
        assert table.read([found])[found.inode].acked_bytes == found.acked_bytes


def lose_everything(to: socket.socket) -> None:
    """Have the kernel drop each packet that this socket would get, as a bad line does."""
    nothing = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 0))  # the filter: return 0 bytes
    to.setsockopt(socket.SOL_SOCKET, 26, struct.pack("@HP", 1, ctypes.addressof(nothing)))  # SO_ATTACH_FILTER


def test_many_at_once(table: TcpTable) -> None:
    """Hundreds of streams are asked for together without an answer getting lost."""
    near, far = connect("ipv4")
    with near, far:
        found = find(table, os.fstat(near.fileno()).st_ino)[0]
        same = [Connection(number, found.family, found.name, 0) for number in range(300)]

        assert read(table, same) == {found.inode: found.acked_bytes}
        assert len(table._ask([(found.family, found.name)] * 64, 1)) == 64


def test_gone_connection_is_missing(table: TcpTable) -> None:
    """A connection that is gone is said to be gone, even if a new one has its addresses."""
    near, far = connect("ipv4")
    other = connect("ipv4")
    with near, far, other[0], other[1]:
        gone, stays = (find(table, os.fstat(end.fileno()).st_ino)[0] for end in (near, other[0]))
        # Reset: no goodbye lingers.
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        near.close()
        reborn = Connection(gone.inode, stays.family, stays.name[:40] + bytes(8), 0)

        assert set(table.read([gone, stays, reborn])) == {stays.inode}


def test_nothing_asked_nothing_done(table: TcpTable) -> None:
    """Without streams the kernel is not bothered."""
    assert table.find([]) == {}
    assert table.read([]) == {}
    assert table._netlink is None


def test_sockets_of_a_process() -> None:
    """A process's sockets are found by its id; those of one that is gone are none."""
    near, far = connect("ipv4")
    with near, far:
        assert os.fstat(near.fileno()).st_ino in find_socket_inodes(os.getpid())
    assert find_socket_inodes(2**22 + 1) == []


def test_ingest_is_the_busiest() -> None:
    """Of several connections of an FFmpeg the one that carries most is the stream's."""
    quiet, busy, strange = (Connection(n, socket.AF_INET, b"", bytes_) for n, bytes_ in ((1, 10), (2, 999), (3, 10**9)))
    connections = {c.inode: c for c in (quiet, busy, strange)}

    assert choose_ingest([1, 2, 77], connections) == busy
    assert choose_ingest([77], connections) is None


class Door:
    """Opens netlink sockets, failing with what it is told to."""

    def __init__(self, *failures: int) -> None:
        self.failures = list(failures)
        self.opened = 0

    def __call__(self) -> socket.socket:
        self.opened += 1
        if self.failures:
            raise OSError(self.failures.pop(0), "no")
        return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)


@pytest.mark.parametrize("code", [errno.EPERM, errno.EACCES, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT])
def test_where_it_is_forbidden_it_is_asked_no_more(code: int) -> None:
    """Where the kernel never lets us, that is said, and it is asked once."""
    door = Door(code)
    table = TcpTable(door)

    for _ in range(2):
        with pytest.raises(TcpUnreadable):
            table.find([1])

    assert door.opened == 1


@pytest.mark.parametrize("code", [errno.ENOBUFS, errno.EMFILE, errno.ENOMEM, errno.ENFILE])
def test_a_passing_want_is_no_refusal(code: int) -> None:
    """Where the host is short of something for a moment, acknowledged bytes are read again as soon as they can be."""
    near, far = connect("ipv4")
    table = TcpTable(Door(code))
    with near, far:
        inode = os.fstat(near.fileno()).st_ino
        with pytest.raises(TcpUnreadable):
            table.find([inode])

        assert set(table.find([inode])) == {inode}
    table.close()


def test_a_broken_socket_is_replaced(table: TcpTable) -> None:
    """A netlink socket that fails is given back, and the next question opens another."""
    near, far = connect("ipv4")
    with near, far:
        inode = os.fstat(near.fileno()).st_ino
        table._netlink, other_end = socket.socketpair()
        other_end.close()
        with pytest.raises(TcpUnreadable):
            table.find([inode])

        assert set(table.find([inode])) == {inode}


async def test_what_nobody_can_read_is_not_taken_for_a_closed_connection() -> None:
    """A sample says whether acknowledged bytes were unreadable for a moment or the connection is gone."""
    near, far = connect("ipv4")
    table = TcpTable(door := Door())
    sampler = Sampler(table)
    attempt = an_attempt()
    with near, far:
        assert sampler.look([attempt], 1.0)[0].acked_bytes is not None
        known = attempt.connection

        table.close()
        door.failures = [errno.ENOBUFS]
        blind = sampler.look([attempt], 3.0)[0]
        assert (blind.acked_bytes, blind.acks_readable) == (None, False)
        assert attempt.connection is known

        again = sampler.look([attempt], 5.0)[0]
        assert (again.acked_bytes is not None, again.acks_readable) == (True, True)
    sampler.close()
    attempt.close()


def an_attempt() -> Attempt:
    """This very process, as if it were an FFmpeg."""
    record = ProcessRecord(OutputId("s1-d1"), 1, "", "", datetime(2026, 11, 28, tzinfo=UTC), "", os.getpid(), 0)
    return Attempt(record, os.pidfd_open(os.getpid()), ProgressFile(None), LogFile(None, 1), Cost(0.0, 0.0))


def read(table: TcpTable, connections: list[Connection]) -> dict[int, int]:
    """Acknowledged bytes by inode."""
    return {inode: found.acked_bytes for inode, found in table.read(connections).items()}


def aged(table: TcpTable, connection: Connection, least_s: float) -> float | None:
    """The age of a connection's last acknowledgement, None below `least_s`."""
    age_s = table.read([connection])[connection.inode].ack_age_s
    return age_s if age_s >= least_s else None


def find(table: TcpTable, inode: int) -> list[Connection]:
    """The connection of a socket, if it is there."""
    return list(table.find([inode]).values())
