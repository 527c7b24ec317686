"""Fetches updates for as long as the service runs: sits out outages, says what is wrong; it understands no update."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from telegram import Update
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError, TimedOut

from adapters.telegram.errors import TokenRefused, read_retry_after

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from telegram import Bot

    from core.clock import Clock

log = logging.getLogger(__name__)

ALLOWED: Final = ("message", "edited_message", "channel_post", "callback_query")
POLL_S: Final = 30
"""How long Telegram may keep us waiting for an update; routers forget connections that are silent for longer."""

BATCH: Final = 100
"""Updates that come at once at most (core.telegram.org/bots/api#getupdates)."""

ANSWER_S: Final = 20
"""How much longer than that an answer may take to come."""

REFUSED: Final = (InvalidToken, EndPointNotFound)
"""What the library makes of a refused token: the second once it has worked."""

PAUSES_S: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
SAID_AGAIN_S: Final = 3600.0
REFUSED_AT_MOST: Final = 3
"""So many refusals of a token that worked before are believed; one may come from something in between."""

FRESH_S: Final = 60.0
"""What comes after we heard nothing of Telegram for longer may have been said long ago."""

MAX_REASON: Final = 200


class Poller:
    """Gives each update to `take`, once, in order."""

    def __init__(self, bot: Bot, clock: Clock, take: Callable[[Update, bool], Awaitable[None]]) -> None:
        """`take` also learns whether the update may have waited for long."""
        self._bot = bot
        self._clock = clock
        self._take = take
        self._offset = 0
        self._heard_s: float | None = None
        self._piled_up = False
        self._trouble = _Trouble(clock)

    async def run(self) -> None:
        """Fetch until cancelled.

        Raises:
            TokenRefused: the token is no good.
        """
        await self._meet()
        while True:
            await self._fetch()

    async def _meet(self) -> None:
        """Learn who we are, and make sure that updates come to us."""
        while True:
            try:
                await self._bot.initialize()
                await self._bot.delete_webhook(drop_pending_updates=False)
            except InvalidToken:
                raise TokenRefused from None
            except TelegramError as error:
                await self._clock.sleep(self._trouble.note(error))
            else:
                return

    async def _fetch(self) -> None:
        try:
            updates = await self._ask()
        except TelegramError as error:
            await self._suffer(error)
            return
        now = self._clock.monotonic()
        waited = self._heard_s is None or now - self._heard_s > FRESH_S + POLL_S or self._piled_up
        self._heard_s, self._piled_up = now, waited and len(updates) >= BATCH
        self._trouble.end()
        for update in updates:
            await self._give(update, waited=waited)
            self._offset = int(update["update_id"]) + 1

    async def _ask(self) -> list[dict[str, Any]]:
        """Return updates as they came: one that the library can't read must not hold up all behind it.

        Its own method fails as a whole then, and logs what everybody wrote; so the name is spelt past that.
        """
        wanted = {"offset": self._offset, "limit": BATCH, "timeout": POLL_S, "allowed_updates": ALLOWED}
        found: list[dict[str, Any]] = await self._bot.do_api_request(
            "get_Updates", wanted, read_timeout=POLL_S + ANSWER_S
        )
        return found

    async def _give(self, raw: dict[str, Any], *, waited: bool) -> None:
        try:
            await self._take(Update.de_json(raw, self._bot), waited)
        except Exception as error:  # noqa: BLE001 - whatever an update makes of the library, the next one is to be read
            log.error("an update could not be read (%s)", type(error).__name__)  # noqa: TRY400 - its traceback may quote

    async def _suffer(self, error: TelegramError) -> None:
        pause_s = self._trouble.note(error)
        if isinstance(error, REFUSED) and self._trouble.refusals >= REFUSED_AT_MOST:
            raise TokenRefused from None
        await self._clock.sleep(pause_s)


class _Trouble:
    """Counts failures in a row, and says in plain words what is wrong: at first and then hourly."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: tuple[type[TelegramError], float] | None = None
        self._failures = 0
        self.refusals = 0

    def note(self, error: TelegramError) -> float:
        """Return for how many seconds to wait."""
        if isinstance(error, TimedOut) and not self._failures:
            self._failures = 1  # one poll that never came back is nothing to speak of
            return PAUSES_S[0]
        self.refusals = self.refusals + 1 if isinstance(error, REFUSED) else 0
        self._say(error)
        pause_s = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        return max(pause_s, read_retry_after(error)) if isinstance(error, RetryAfter) else pause_s

    def end(self) -> None:
        """Forget it: an answer came."""
        if self._said is not None:
            log.info("Telegram answers again")
        self._said, self._failures, self.refusals = None, 0, 0

    def _say(self, error: TelegramError) -> None:
        now = self._clock.monotonic()
        kind = next(kind for kind in _TOLD if isinstance(error, kind))
        if self._said is None or self._said[0] is not kind or now - self._said[1] >= SAID_AGAIN_S:
            log.warning(_TOLD[kind], str(error)[:MAX_REASON])
            self._said = (kind, now)


_TOLD: Final[Mapping[type[TelegramError], str]] = {
    Conflict: "another program fetches this Telegram bot's messages with the same token, and only one can: end the "
    "other one, or make a bot of its own for each with @BotFather (%s)",
    EndPointNotFound: "Telegram refuses the token that worked until now (%s)",
    RetryAfter: "Telegram asks us to wait before we ask for messages again (%s)",
    TelegramError: "Telegram can't be reached (%s); orders wait there, streams go on",
}
"""The last one is the library's name for all of them."""
