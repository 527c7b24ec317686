"""Fetches one file over http(s) into a path, taken up again where it broke off; whether there is room others say.

Every address is checked (`fetch_guard`), redirects are followed by hand so that each is checked too, and nothing about
us is sent along: no cookies, no proxy of the environment, no referrer.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore

from core.errors import FetchFailed, LinkRefused
from core.media.fetch_drive import Drive, find_confirmed
from core.media.fetch_guard import GuardedNetwork, PublicOnly, SystemResolver
from core.media.link import check_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from typing import BinaryIO

    from core.clock import Clock
    from core.media.fetch_guard import AddressPolicy, Resolver

MAX_REDIRECTS: Final = 8
MAX_PAGE_BYTES: Final = 512 * 1024
BLOCK_BYTES: Final = 256 * 1024
PATIENCE_S: Final = 30.0
"""How long a server may say nothing, or a connection take."""
WAITS_S: Final = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Between attempts that got no further; after the last one it is given up. One that did get further begins anew."""

BREAKS: Final = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200
_PARTIAL: Final = 206
_NOT_SATISFIABLE: Final = 416
_TOO_MANY: Final = 429
_SERVER: Final = 500
_DENIED: Final = frozenset({401, 402, 403, 451})
_GONE: Final = frozenset({404, 410})
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Meter(Protocol):
    """Is told how far it is, and may refuse to go on by raising."""

    async def __call__(self, received_bytes: int, total_bytes: int | None, /) -> None:
        """Take note of both; `total_bytes` None where the server does not say."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `headers` by lower-case name."""

    url: str
    status: int
    headers: dict[str, str]
    chunks: AsyncIterator[bytes]

    @property
    def is_page(self) -> bool:
        """Whether it is a web page rather than a file."""
        page = self.headers.get("content-type", "").partition(";")[0].strip().lower() in {
            "text/html",
            "application/xhtml+xml",
        }
        return page and "attachment" not in self.headers.get("content-disposition", "").lower()


@dataclass(slots=True)
class _Progress:
    """What is known of a file from one attempt to the next."""

    url: str
    drive: bool
    received: int = 0
    total: int | None = None
    validator: str | None = None
    headers: dict[str, str] | None = None
    at: str = ""


class Fetcher:
    """Fetches files.

    Args:
        clock: Waits between attempts.
        policy: Which addresses may be connected to.
        resolver: Finds the addresses of names.
        drive: Google Drive's places.
        patience_s: How long a server may be silent.
    """

    def __init__(
        self,
        clock: Clock,
        policy: AddressPolicy | None = None,
        resolver: Resolver | None = None,
        drive: Drive | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._clock = clock
        self._network = GuardedNetwork(policy or PublicOnly(), resolver or SystemResolver())
        self._drive = drive or Drive()
        self._patience_s = patience_s

    async def fetch(self, url: str, target: Path, meter: Meter) -> tuple[str, dict[str, str]]:
        """Fetch it into `target`, which is overwritten; return where it came from in the end, and the headers.

        Raises:
            LinkRefused: it may not or can't be followed.
            FetchFailed: away, broke_off, refused.
        """
        download = self._drive.find_download(check_url(url))
        progress = _Progress(download or url, drive=download is not None)
        waits = iter(WAITS_S)
        with _create(target) as file:
            while True:
                before = progress.received
                try:
                    await self._attempt(progress, file, meter)
                except BREAKS as error:
                    waits = iter(WAITS_S) if progress.received > before else waits
                    wait_s = next(waits, None)
                    if wait_s is None:
                        raise FetchFailed("broke_off" if progress.received else "away") from error
                    await self._clock.sleep(wait_s)
                else:
                    return progress.at, progress.headers or {}

    async def _attempt(self, progress: _Progress, file: BinaryIO, meter: Meter) -> None:
        """Fetch what is missing."""
        async with self._open(progress.url, progress) as answer:
            if not answer.is_page:
                return await self._receive(answer, progress, file, meter)
            if not progress.drive:
                raise LinkRefused("not_a_file")
            confirmed = find_confirmed(await _read_page(answer), answer.url)
        async with self._open(check_url(confirmed), progress) as answer:
            if answer.is_page:
                raise LinkRefused("drive_private")
            return await self._receive(answer, progress, file, meter)

    async def _receive(self, answer: Answer, progress: _Progress, file: BinaryIO, meter: Meter) -> None:
        if answer.status == _NOT_SATISFIABLE:
            progress.received, progress.total = 0, None
            raise httpcore.RemoteProtocolError("the file became another")
        begin, total = _place(answer)
        if begin != progress.received or (begin and total != progress.total):
            begin = 0
            if answer.status == _PARTIAL:
                progress.received = 0
                raise httpcore.RemoteProtocolError("another part than the one asked for")
        progress.received, progress.total, progress.at = begin, total, answer.url
        progress.validator = _validator(answer.headers)
        progress.headers = answer.headers
        await meter(begin, total)
        await asyncio.to_thread(_cut, file, begin)
        await _copy(answer, progress, file, meter)
        if progress.total is not None and progress.received < progress.total:
            raise httpcore.RemoteProtocolError("it ended early")

    @asynccontextmanager
    async def _open(self, url: str, progress: _Progress) -> AsyncIterator[Answer]:
        """Give the answer to a request, redirects followed."""
        headers = [("User-Agent", "StreamBro"), ("Accept", "*/*"), ("Accept-Encoding", "identity")]
        if progress.received and progress.validator:
            headers += [("Range", f"bytes={progress.received}-"), ("If-Range", progress.validator)]
        timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._patience_s)}
        async with httpcore.AsyncConnectionPool(network_backend=self._network, http2=False) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                async with pool.stream("GET", url, headers=headers, extensions=timeouts) as response:
                    said = _read_headers(response)
                    if response.status in _REDIRECTS and "location" in said:
                        url = check_url(urljoin(url, said["location"]))
                        self._refuse_sign_in(url, progress)
                        continue
                    _check_status(response.status)
                    yield Answer(url, response.status, said, response.aiter_stream())
                    return
        raise LinkRefused("redirects")

    @staticmethod
    def _refuse_sign_in(url: str, progress: _Progress) -> None:
        if progress.drive and (urlsplit(url).hostname or "").startswith("accounts."):
            raise LinkRefused("drive_private")


async def _copy(answer: Answer, progress: _Progress, file: BinaryIO, meter: Meter) -> None:
    waiting = bytearray()
    try:
        async for chunk in answer.chunks:
            waiting += chunk
            if len(waiting) >= BLOCK_BYTES:
                await _flush(waiting, progress, file, meter)
    except BREAKS:
        # What came before a break need not come again.
        await _flush(waiting, progress, file, meter)
        raise
    await _flush(waiting, progress, file, meter)


async def _flush(waiting: bytearray, progress: _Progress, file: BinaryIO, meter: Meter) -> None:
    if not waiting:
        return
    await meter(progress.received + len(waiting), progress.total)
    await asyncio.to_thread(_write, file, bytes(waiting))
    progress.received += len(waiting)
    waiting.clear()


def _write(file: BinaryIO, data: bytes) -> None:
    try:
        file.write(data)
        file.flush()
    except OSError:
        raise FetchFailed("disk") from None


def _create(target: Path) -> BinaryIO:
    """Open a new file, at once rather than in a thread: whoever cancels then would leave it open."""
    try:
        return target.open("wb")
    except OSError:
        raise FetchFailed("disk") from None


def _cut(file: BinaryIO, at: int) -> None:
    file.seek(at)
    file.truncate()


async def _read_page(answer: Answer) -> str:
    page = bytearray()
    async for chunk in answer.chunks:
        page += chunk
        if len(page) > MAX_PAGE_BYTES:
            break
    return page.decode(errors="replace")


def _read_headers(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


def _check_status(status: int) -> None:
    if status in {_OK, _PARTIAL, _NOT_SATISFIABLE}:
        return
    if status in _GONE:
        raise LinkRefused("not_found")
    if status in _DENIED:
        raise LinkRefused("denied")
    if status == _TOO_MANY or status >= _SERVER:
        # Its trouble may pass: another attempt is made, as after a break.
        raise httpcore.RemoteProtocolError(f"status {status}")
    raise FetchFailed("refused")


def _place(answer: Answer) -> tuple[int, int | None]:
    """Return where in the file an answer begins, and how long the file is."""
    if answer.status == _PARTIAL:
        found = _RANGE.match(answer.headers.get("content-range", ""))
        return (int(found[1]), int(found[2]) if found[2] != "*" else None) if found else (-1, None)
    length = answer.headers.get("content-length", "")
    return 0, int(length) if length.isdigit() else None


def _validator(headers: dict[str, str]) -> str | None:
    """Return what tells this very file from one that takes its place; a weak tag doesn't."""
    tag = headers.get("etag", "")
    return tag if tag.startswith('"') else headers.get("last-modified")
