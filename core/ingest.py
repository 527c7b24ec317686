"""Where platforms take streams in, and what an address and a key may look like; pure, it stores and logs nothing.

The addresses are the platforms' own, checked against what OBS Studio ships (plugins/rtmp-services/data/services.json):
YouTube: developers.google.com/youtube/v3/live/guides/rtmps-ingestion. Twitch: dev.twitch.tv/docs/video-broadcast and
ingest.twitch.tv/ingests. Facebook: developers.facebook.com/docs/live-video-api (RTMPS only). Kick: shown by its creator
dashboard under 'Stream URL & Key'. Where there is RTMPS it is taken: with plain RTMP the key crosses the net in clear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from core.errors import InvalidAddress, InvalidKey
from core.model import Platform

ADDRESS_MAX: Final = 500
KEY_MAX: Final = 300

# FFmpeg's tee muxer and option lists give meaning to others: a key `x|[f=mpegts]/path` once wrote a file.
_SAFE: Final = re.compile(r"[A-Za-z0-9._~:/?=&%+-]*")
_PARTS: Final = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[a-z0-9._~%+-]*)(?::(?P<port>[^/?]*))?(?P<path>/[^?]*)?(?P<query>\?.*)?",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?")
_PORTS: Final = {"rtmp": 1935, "rtmps": 443}
_LOOPBACK: Final = {"localhost": "127.0.0.1", "ip6-localhost": "127.0.0.1", "ip6-loopback": "127.0.0.1"}
"""Names by which a host calls itself; the addresses themselves, as `[::1]`, are refused for their brackets."""

_OWN_URL: Final = {
    Platform.YOUTUBE: "rtmps://a.rtmps.youtube.com/live2",
    Platform.TWITCH: "rtmps://ingest.global-contribute.live-video.net/app",
    Platform.FACEBOOK: "rtmps://live-api-s.facebook.com/rtmp",
    Platform.KICK: "rtmps://fa723fc1b171.global-contribute.live-video.net/app",
}
# Twitch and Kick share a network, so the first row that fits counts.
_HOSTS: Final = (
    (re.compile(r"(.+\.)?youtube\.com"), Platform.YOUTUBE),
    (re.compile(r"(.+\.)?twitch\.tv"), Platform.TWITCH),
    (re.compile(r"(.+\.)?facebook\.com"), Platform.FACEBOOK),
    (re.compile(r"fa723fc1b171\.global-contribute\.live-video\.net|(.+\.)?kick\.com"), Platform.KICK),
    (re.compile(r"(.+\.contribute|ingest\.global-contribute)\.live-video\.net"), Platform.TWITCH),
)


@dataclass(frozen=True, slots=True)
class Address:
    """An ingest's address in parts, in canonical form: `host` in lower case, `path` without slashes around it."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @property
    def url(self) -> str:
        """The address as it is stored and shown; the default port is left out."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}/{self.path}{self.query}"


@dataclass(frozen=True, slots=True)
class Target:
    """What somebody named as a target. `key` is what stood behind a platform's own path, where he pasted both."""

    platform: Platform
    url: str
    key: str | None = field(default=None, repr=False)


def parse_target(text: str) -> Target:
    """Return the platform and ingest address that `text` means: a platform's name or an rtmp(s) URL.

    Raises:
        InvalidAddress: Neither, or no address that FFmpeg may be given.
    """
    word = text.strip()
    named = next((platform for platform in _OWN_URL if platform.value == word.casefold()), None)
    if named:
        return Target(named, _OWN_URL[named])
    address = parse_address(word)
    platform = next((it for pattern, it in _HOSTS if pattern.fullmatch(address.host)), Platform.CUSTOM)
    app, slash, rest = address.path.partition("/")
    if platform is Platform.CUSTOM or not slash:
        return Target(platform, address.url)
    # A platform's app is one word: what follows is the key, and a key is never stored or shown as part of an address.
    return Target(platform, Address(address.scheme, address.host, address.port, app).url, rest + address.query)


def parse_ingest(text: str, key: str) -> tuple[Target, str]:
    """Return the target without a key, and the checked key; where the address ends with that key, it is cut off.

    Raises:
        InvalidAddress, InvalidKey: that part can't be one.
    """
    target = parse_target(text)
    return _without_key(target, check_key(key, target.url))


def parse_address(text: str) -> Address:
    """Return an rtmp(s) URL in parts.

    A literal IPv6 address is refused (`brackets`): its brackets are FFmpeg's own in lists; give it a name instead.

    Raises:
        InvalidAddress: Its `reason` says why not; its `url` holds no more than protocol and host.
    """
    reason = _fault(text)
    if reason:
        raise InvalidAddress(_redact(text), reason)
    parts = _PARTS.fullmatch(text)
    assert parts  # noqa: S101 - `_fault` has just matched the same pattern
    scheme = parts["scheme"].lower()
    return Address(
        scheme,
        parts["host"].lower().rstrip("."),
        int(parts["port"] or _PORTS[scheme]),
        parts["path"].strip("/"),
        parts["query"] or "",
    )


def check_key(text: str, url: str | None = None) -> str:
    """Return a stream key as it is to be stored: without the space around it, or the destination's own URL before it.

    Raises:
        InvalidKey: Empty, too long, or with characters that no platform uses and FFmpeg could misread.
    """
    key = text.strip()
    if url is not None:
        key = _without_own_url(key, url)
    key = key.strip("/")
    for reason, wrong in (
        ("empty", not key),
        ("too_long", len(key) > KEY_MAX),
        ("space", any(letter.isspace() for letter in key)),
        ("url", "://" in key),
        ("characters", not _SAFE.fullmatch(key)),
    ):
        if wrong:
            raise InvalidKey(reason)
    return key


def build_lock_text(url: str, key: str) -> str:
    """Return what two destinations have in common exactly when they push to the same place; never store it in clear.

    A platform's key is the same at all of its hosts; only YouTube's backup ingest takes it a second time on purpose.
    This host is one by each of its own names.
    What follows a `?` are arguments, not the name that an ingest publishes under.
    """
    target, address = parse_target(url), parse_address(url)
    name = key.partition("?")[0] or key
    if target.platform is Platform.CUSTOM:
        return f"{_LOOPBACK.get(address.host, address.host)}:{address.port}/{address.path}/{name}"
    backup = target.platform is Platform.YOUTUBE and (address.host.startswith("b.") or "backup=1" in address.query)
    return f"{target.platform.value}{'/backup' if backup else ''}/{name}"


def _fault(text: str) -> str | None:
    """Return why an address can't be used, None where it can."""
    scheme, marks, rest = text.partition("://")
    for reason, wrong in (
        ("too_long", len(text) > ADDRESS_MAX),
        ("space", any(letter.isspace() for letter in text)),
        ("needs_url", not marks),
        ("protocol", scheme.lower() not in _PORTS),
        ("credentials", "@" in rest.partition("/")[0]),
        ("brackets", rest.startswith("[")),
        ("characters", not _SAFE.fullmatch(text)),
    ):
        if wrong:
            return reason
    parts = _PARTS.fullmatch(text)
    return _fault_of_parts(parts) if parts else "characters"


def _fault_of_parts(parts: re.Match[str]) -> str | None:
    if not _HOST.fullmatch(parts["host"].lower()):
        return "host"
    port = parts["port"]
    if port is not None and not (port.isdecimal() and len(port) <= 5 and 1 <= int(port) <= 65_535):  # noqa: PLR2004 - TCP's ports
        return "port"
    path, query = parts["path"] or "", parts["query"] or ""
    if not path.strip("/"):
        return "app"
    # FFmpeg cuts app and playpath apart at these.
    odd = ":" in path or "//" in path or "/" in query or "slist=" in query
    return "characters" if odd else None


def _redact(text: str) -> str:
    """Return protocol and host of what may hold a key or a password anywhere else, or nothing."""
    found = re.match(r"([a-z]{1,10}://)([a-z0-9.-]{1,100})(?=[:/?]|$)", text, re.IGNORECASE)
    return f"{found[1]}{found[2]}/…" if found and "@" not in text else ""


def _without_key(target: Target, key: str) -> tuple[Target, str]:
    """Take the key off the end of the address: people paste a server's whole push address, and type the key again."""
    address, (name, _, arguments) = parse_address(target.url), key.partition("?")
    app = address.path.removesuffix(f"/{name}")
    if app == address.path:
        return target, key
    url = replace(address, path=app, query="").url
    return replace(target, url=url), key if arguments else key + address.query


def _without_own_url(key: str, url: str) -> str:
    """Cut off the destination's own address, or another of its platform's: people copy both in one."""
    try:
        pasted, address = parse_target(key), parse_address(key)
    except InvalidAddress:
        return key
    if pasted.key and pasted.platform is parse_target(url).platform:
        return pasted.key
    own = parse_address(url)
    same = (address.scheme, address.host, address.port) == (own.scheme, own.host, own.port)
    inside = address.path.removeprefix(f"{own.path}/")
    return inside + address.query if same and inside != address.path else key
