"""Looks at many attempts at once and says what changed; it owns the connection to the kernel's socket table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.ffmpeg.tcpinfo import TcpTable, TcpUnreadable, choose_ingest, find_socket_inodes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from core.ffmpeg.attempt import Attempt
    from core.ffmpeg.contract import Sample
    from core.ffmpeg.tcpinfo import Connection


class Acks(NamedTuple):
    """What the kernel told: connections by attempt, and whether all others have none (else nobody knows)."""

    found: Mapping[Attempt, Connection]
    whole: bool


class Sampler:
    """Makes samples of attempts: for 20 of them about 1 ms."""

    def __init__(self, tcp: TcpTable | None = None) -> None:
        self._tcp = tcp or TcpTable()

    def look(self, attempts: Sequence[Attempt], at_s: float) -> list[Sample]:
        """Return a sample of every attempt."""
        for attempt in attempts:
            attempt.look()
        return self._sample(attempts, self._read(attempts), at_s)

    def look_for_news(self, attempts: Sequence[Attempt], at_s: float) -> list[Sample]:
        """Return samples of those that moved since their last one. Sockets are looked for once there is output."""
        moving = [attempt for attempt in attempts if attempt.look().out_time_s is not None]
        acks = self._read(moving)
        return self._sample([attempt for attempt in moving if attempt.differs(acks.found.get(attempt))], acks, at_s)

    def close(self) -> None:
        """Give the socket back."""
        self._tcp.close()

    def _sample(self, attempts: Sequence[Attempt], acks: Acks, at_s: float) -> list[Sample]:
        found, whole = acks
        return [a.sample(at_s, found.get(a), acks_readable=whole or a in found) for a in attempts]

    def _read(self, attempts: Sequence[Attempt]) -> Acks:
        known = {attempt: attempt.connection for attempt in attempts if attempt.connection is not None}
        found: dict[Attempt, Connection] = {}
        try:
            by_inode = self._tcp.read(list(known.values()))
            found.update((attempt, by_inode[c.inode]) for attempt, c in known.items() if c.inode in by_inode)
            found.update(self._find([attempt for attempt in attempts if attempt not in found]))
        except TcpUnreadable:
            return Acks(found, whole=False)
        return Acks(found, whole=True)

    def _find(self, attempts: Sequence[Attempt]) -> dict[Attempt, Connection]:
        own = {attempt: find_socket_inodes(attempt.pid) for attempt in attempts}
        found = self._tcp.find({inode for inodes in own.values() for inode in inodes})
        for attempt, inodes in own.items():
            attempt.connection = choose_ingest(inodes, found)
        return {attempt: attempt.connection for attempt in own if attempt.connection is not None}
