"""Follows the two files that a running FFmpeg writes, and keeps both small; it knows no process and no folder."""

from __future__ import annotations

import os
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from core.ffmpeg.progress import STEP_S, TAIL_BYTES, Progress, parse_progress

if TYPE_CHECKING:
    from collections.abc import Iterable

PROGRESS_LIMIT_BYTES: Final = 64 * 1024
LOG_LIMIT_BYTES: Final = 256 * 1024
LOG_READ_BYTES: Final = 64 * 1024
"""Read at most at once: of more, only the end is looked at."""

LATE_READS: Final = 16
"""How often at most a log is looked at again before it is emptied: whoever writes on and on is not waited for."""

LINE_LIMIT: Final = 1000
REDACTED: Final = "[key]"

# A clip's metadata may hold anything, orders to the terminal too.
_UNPRINTABLE: Final = re.compile(r"[^\t\x20-\x7e\xa0-\U0010ffff]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# Some lines for every two seconds of an encoding that is passed on, which would push all others out.
_OF_SEGMENTS: Final = re.compile(
    rb"\[(?:hls|mp4|mov,|in#)[^\]]*\] \[(?:info|warning)\] (?:Opening '|Skip \('#EXT|Found duplicated MOOV)"
)


class ProgressFile:
    """A file that FFmpeg appends progress to, never read as a whole.

    It owns the descriptor. `None` stands for a file that can't be reached: then nothing is ever known.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._size = 0
        self._last = Progress()
        self.age_s = 0.0
        """How long before the last look FFmpeg had written what was new in it; 0 where nothing was."""

    def look(self) -> Progress:
        """Return the newest whole block; the one before while nothing new was written."""
        if self._descriptor is None:
            return self._last
        found, self.age_s = os.fstat(self._descriptor), 0.0
        if (size := found.st_size) != self._size:
            self.age_s = min(max(0.0, time.time() - found.st_mtime), STEP_S)
            self._take(os.pread(self._descriptor, TAIL_BYTES, max(0, size - TAIL_BYTES)), size)
        return self._last

    def close(self) -> None:
        """Give the descriptor back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, tail: bytes, size: int) -> None:
        self._last = parse_progress(tail) or self._last
        self._size = size
        if size > PROGRESS_LIMIT_BYTES and self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            self._size = 0


class LogFile:
    """A file that FFmpeg appends its log to; its last `keep` lines, redacted before they are kept.

    It owns the descriptor; `None` as for progress. `secrets` are cut out; longer ones first, since one may begin
    with another.
    """

    def __init__(self, descriptor: int | None, keep: int, secrets: Iterable[str] = ()) -> None:
        self._descriptor = descriptor
        self._lines: deque[str] = deque(maxlen=keep)
        self._secrets = sorted(filter(None, secrets), key=len, reverse=True)
        self._at = 0
        self._rest = b""

    def read(self) -> None:
        """Take in what was written since the last time, and start the file anew once it is long."""
        if self._descriptor is None:
            return
        size = os.fstat(self._descriptor).st_size
        if size < self._at:
            self._at = 0
        if size == self._at:
            return
        if size - self._at > LOG_READ_BYTES:
            self._at, self._rest = size - LOG_READ_BYTES, b""
        data = self._read_on(self._descriptor)
        if self._at > LOG_LIMIT_BYTES:
            data += self._start_anew(self._descriptor)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LOG_READ_BYTES:]
        self._keep(lines)

    def tail(self, lines: int) -> list[str]:
        """Return the last lines, oldest first."""
        return list(self._lines)[-lines:] if lines > 0 else []

    def tail_all(self) -> list[str]:
        """Return all lines that are kept, oldest first."""
        return list(self._lines)

    def close(self) -> None:
        """Take in the last line even if it has no end, and give the descriptor back; the lines stay."""
        if self._descriptor is None:
            return
        try:
            self.read()
            self._keep([self._rest] if self._rest else [])
        finally:
            os.close(self._descriptor)
            self._descriptor = None

    def _read_on(self, descriptor: int) -> bytes:
        data = os.pread(descriptor, LOG_READ_BYTES, self._at)
        self._at += len(data)
        return data

    def _start_anew(self, descriptor: int) -> bytes:
        """Empty the file, and return what was written to it meanwhile."""
        # Between the last look and the cut lie microseconds in which a line could be lost: not worth a hole punch, for
        # which Python has no call.
        late = bytearray()
        for _ in range(LATE_READS):
            if not (more := self._read_on(descriptor)):
                break
            late += more
        os.ftruncate(descriptor, 0)
        self._at = 0
        return bytes(late)

    def _keep(self, lines: Iterable[bytes]) -> None:
        telling = (line for line in lines if not _OF_SEGMENTS.match(line))
        self._lines.extend(text for text in (clean_line(line, self._secrets) for line in telling) if text)


def clean_line(line: bytes, secrets: Iterable[str]) -> str:
    """Return a log line as people may see it: no secrets, no control characters, at most 1000 characters."""
    text = line.decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    return _UNPRINTABLE.sub("", text).rstrip()[:LINE_LIMIT]
