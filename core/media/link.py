"""Links as people send them, made fit to be asked for; it connects to nothing."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from core.errors import LinkRefused

_MAX_URL: Final = 4096


def check_url(url: str) -> str:
    """Return a link so that it can be asked for.

    Raises:
        LinkRefused: scheme, invalid, credentials.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
        name = (host or "").encode("idna").decode() if host and not host.isascii() else host
    except (ValueError, UnicodeError):
        raise LinkRefused("invalid") from None
    if parts.scheme.lower() not in {"http", "https"}:
        raise LinkRefused("scheme")
    if not name or len(url) > _MAX_URL or re.search(r"[\s\x00-\x1f\x7f\\]", url.strip()):
        raise LinkRefused("invalid")
    if "@" in parts.netloc:
        raise LinkRefused("credentials")
    netloc = f"[{name}]" if ":" in name else name
    netloc += f":{parts.port}" if parts.port else ""
    path, query = (quote(text, safe="/%:@!$&'()*+,;=~-._?") for text in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))
