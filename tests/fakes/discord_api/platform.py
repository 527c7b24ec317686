"""The platform's state in one place, and waiting for it to change; every other module acts on this."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .errors import Refused, Why
from .faults import Faults
from .gateway import Gateway
from .interactions import PATIENCE_S, NotAnswered
from .limits import QUICK_RATES, Rates
from .rates import Limiter
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from .errors import Json
    from .interactions import Interaction

POLL_S: Final = 0.02


@dataclass(frozen=True)
class Upload:
    """A file in a request of the bot."""

    filename: str
    data: bytes


@dataclass
class Request:
    """A request of the bot as it came in. `status` is what it was answered with, None while it is under way.

    `route` is `METHOD /path/{template}`, `path` what stood there; the token is not kept.
    """

    method: str
    path: str
    route: str
    params: dict[str, str]
    query: dict[str, str]
    at_s: float
    body: Any = None
    files: dict[int, Upload] = field(default_factory=dict)
    status: int | None = None

    def number(self, name: str) -> int:
        """Return an id from the path."""
        return int(self.params[name])

    @property
    def form(self) -> Json:
        """The body as an object."""
        if not isinstance(self.body, dict):
            raise Refused(Why.INVALID_FORM)
        return self.body


@dataclass(frozen=True)
class RefusedRequest:
    """A request that broke a rule of the platform; what a test injected is not among them."""

    request: Request
    status: int
    code: int
    message: str
    errors: Json | None = None

    def __str__(self) -> str:
        """Return one line for a failed assertion."""
        return f"{self.request.route} -> {self.status} ({self.code}) {self.message} {self.errors or ''}".rstrip()


class Platform:
    """Everything that the platform knows.

    Args:
        token: The bot's token; any other is refused.
        now: Seconds since 1970 for deadlines, tokens, ids and stamps. Inject a fake one to pass 3 s or 15 min.
        rates: How often the bot may ask; the default has the real counts in windows fifty times shorter.
        privileged_intents: Whether they are enabled for the application (else close code 4014).
    """

    def __init__(
        self,
        *,
        token: str = "MTE.fake.discord-token",
        now: Callable[[], float] = time.time,
        rates: Rates = QUICK_RATES,
        privileged_intents: bool = False,
    ) -> None:
        self.token = token
        self.now = now
        self.world = World(now)
        self.gateway = Gateway(self.world, token, privileged_intents, self.changed)
        self.limiter = Limiter(rates)
        self.faults = Faults()
        self.interactions: dict[str, Interaction] = {}
        self.requests: list[Request] = []
        self.refused: list[RefusedRequest] = []
        self.cdn_url = ""
        self._change = asyncio.Event()

    def changed(self) -> None:
        """Wake all that wait for something to become true."""
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Wait until something is true, of the platform or of the bot.

        Asked again after every request and gateway event, and every 20 ms for what happens in the bot alone.

        Raises:
            NotAnswered: It was not within `patience_s` real seconds.
        """
        try:
            async with asyncio.timeout(patience_s):
                while not true():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._change.wait(), POLL_S)
        except TimeoutError:
            refusals = "; ".join(map(str, self.refused)) or "nothing"
            raise NotAnswered(f"still not so after {patience_s} s; refused so far: {refusals}") from None
