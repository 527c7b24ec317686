"""Cutting secrets out of any text before it is kept or shown; it knows what to look for, not where texts come from."""

from __future__ import annotations

import html
import json
import logging
import re
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK: Final = "***"
MIN_LENGTH: Final = 4  # shorter ones would cut holes into ordinary words

# Shapes of secrets that nobody told us of.
SHAPES: Final = (
    # rtmp(s)://user:password@host/app/KEY: host and app may be seen, and what closes the sentence stays.
    (re.compile(r"(?i)\b(rtmp[a-z]{0,2}://)[^\s/@'\"<>]+@"), rf"\1{MASK}@"),
    (re.compile(r"(?i)\b(rtmp[a-z]{0,2}://[^\s/'\"<>]+/[^\s/?'\"<>]+[/?])[^\s'\"<>]*[^\s'\"<>:;,.)\]}]"), rf"\1{MASK}"),
    # FFmpeg's option, in an argument list of any writing.
    (re.compile(r"(rtmp_playpath['\"]?[\s,=:]+['\"]?)[^\s'\",]+"), rf"\1{MASK}"),
    # Telegram: bot id, colon, 35 characters.
    (re.compile(r"(?<!\d)\d{6,12}(?::|%3[Aa])[\w-]{30,}"), MASK),
    # Discord: the id in base64, a time, an HMAC.
    (re.compile(r"(?<![\w.-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), MASK),
    # Discord: who has an interaction's token may answer it for 15 minutes, who has a webhook's may write for ever.
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w-]+"), rf"\1{MASK}"),
)


class Redactor:
    """Knows the secrets in use and replaces each, however it was escaped, by `***`.

    A secret that was added twice has to be removed twice: two streams may bear the same one.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._uses: Counter[str] = Counter()
        self._known: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def __repr__(self) -> str:
        return f"Redactor({len(self._uses)} secrets)"

    def add(self, secret: str) -> None:
        """Look for this one too; one of under 4 characters is not looked for."""
        if len(secret) >= MIN_LENGTH:
            self._uses[secret] += 1
            self._compile()

    def remove(self, secret: str) -> None:
        """Undo one `add`; a secret that was never added is ignored."""
        self._uses.subtract([secret])
        self._uses = +self._uses
        self._compile()

    def holds(self, text: str) -> bool:
        """Return whether this whole text is a known secret."""
        return text in self._uses

    def redact(self, text: str) -> str:
        """Return the text without known secrets and without what has the shape of one."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for shape, replacement in SHAPES:
            text = shape.sub(replacement, text)
        return text

    def _compile(self) -> None:
        # Longest first: of two secrets, one of which begins the other, the rest must not stay.
        forms = sorted({form for secret in self._uses for form in _write_forms(secret)}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, forms))) if forms else None

    def install(self, logger: logging.Logger) -> None:
        """Redact what every handler of this logger writes: message, arguments, traceback, stack."""
        for handler in logger.handlers:
            if not isinstance(handler.formatter, RedactingFormatter):
                handler.setFormatter(RedactingFormatter(self, handler.formatter))


def _write_forms(secret: str) -> set[str]:
    quoted = {quote(secret), quote(secret, safe=""), quote_plus(secret)}
    lower = {re.sub(r"%[0-9A-F]{2}", lambda code: code[0].lower(), form) for form in quoted}
    return {secret, html.escape(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1], *quoted, *lower}


class RedactingFormatter(logging.Formatter):
    """Another formatter's output, redacted as a whole, so that nothing a record carries gets past."""

    def __init__(self, redactor: Redactor, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._redactor = redactor
        self._inner = inner or logging.Formatter()

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as the inner formatter writes it, redacted."""
        return self._redactor.redact(self._inner.format(record))

    def formatException(self, ei: logging._SysExcInfoType) -> str:  # noqa: N802 - logging's name
        """Return the traceback, redacted: some handlers ask for it alone."""
        return self._redactor.redact(self._inner.formatException(ei))
