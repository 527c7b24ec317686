"""Counts requests against the rate limits and tells what the headers say; it knows no route's meaning.

https://discord.com/developers/docs/topics/rate-limits
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .errors import Json
    from .limits import Rates, Window


@dataclass
class Bucket:
    """A fixed window, as the platform's are: it opens with the first request and is full until it ends."""

    limit: Window
    opened_s: float = float("-inf")
    used: int = 0

    def take(self, now_s: float) -> float:
        """Count one request; return 0, or how long to wait where the window is full."""
        if now_s >= self.opened_s + self.limit.per_s:
            self.opened_s, self.used = now_s, 0
        if self.used >= self.limit.count:
            return self.left_s(now_s)
        self.used += 1
        return 0.0

    def left_s(self, now_s: float) -> float:
        """Return how long the window stays open."""
        return max(0.0, self.opened_s + self.limit.per_s - now_s)


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass, and the headers that go with the answer."""

    headers: dict[str, str]
    body: Json | None = None

    @property
    def passed(self) -> bool:
        """Whether it may."""
        return self.body is None


@dataclass
class Limiter:
    """Keeps all windows. `now` is a monotonic clock: the client waits in real time, so this is real time as well."""

    rates: Rates
    now: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _total: Bucket | None = None
    _invalid: deque[float] = field(default_factory=deque)

    def judge(self, route: str, resource: str, *, counts_in_total: bool) -> Verdict:
        """Count a request of `route` on a top-level resource."""
        now_s = self.now()
        if counts_in_total:
            self._total = self._total or Bucket(self.rates.total)
            wait_s = self._total.take(now_s)
            if wait_s:
                return _exceeded(wait_s, {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"})
        limit = self.rates.routes.get(route)
        if limit is None:
            return Verdict({})
        bucket = self._buckets.setdefault(f"{route} {resource}", Bucket(limit))
        wait_s = bucket.take(now_s)
        headers = _headers(route, bucket, now_s)
        return _exceeded(wait_s, headers | {"X-RateLimit-Scope": "user"}) if wait_s else Verdict(headers)

    def old_edit(self, channel_id: int, now_s: float) -> float:
        """Count an edit of an hour-old message, by the platform's clock; return 0 or how long to wait."""
        return self._buckets.setdefault(f"old {channel_id}", Bucket(self.rates.old_edits)).take(now_s)

    def count_invalid(self) -> None:
        """Count an answer 401, 403 or 429."""
        self._invalid.append(self.now())

    @property
    def banned(self) -> bool:
        """Whether the address has made too many invalid requests."""
        while self._invalid and self._invalid[0] < self.now() - self.rates.invalid.per_s:
            self._invalid.popleft()
        return len(self._invalid) >= self.rates.invalid.count


def _headers(route: str, bucket: Bucket, now_s: float) -> dict[str, str]:
    left_s = bucket.left_s(now_s)
    return {
        "X-RateLimit-Limit": str(bucket.limit.count),
        "X-RateLimit-Remaining": str(bucket.limit.count - bucket.used),
        "X-RateLimit-Reset": f"{time.time() + left_s:.3f}",
        "X-RateLimit-Reset-After": f"{left_s:.3f}",
        "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
    }


def _exceeded(wait_s: float, headers: dict[str, str]) -> Verdict:
    is_global = headers["X-RateLimit-Scope"] == "global"
    body: Json = {"message": "You are being rate limited.", "retry_after": round(wait_s, 3), "global": is_global}
    return Verdict(headers | {"Retry-After": str(int(wait_s) + 1)}, body)
