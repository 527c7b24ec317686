"""Asks the platforms whose a token is; it shows and logs no token and no address that holds one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.config import DiscordConfig, TelegramConfig

TIMEOUT_S: Final = 10.0
USER_AGENT: Final = "DiscordBot (streambro, 1)"
"""Discord turns away clients that don't name themselves so."""

REFUSED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


class Verdict(StrEnum):
    """What came of asking."""

    GOOD = "good"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Bot:
    """Whose a token is, where that is known. `reason` says why it is not; it holds no token."""

    verdict: Verdict
    name: str = ""
    id: str = ""
    reason: str = ""


def ask_telegram(config: TelegramConfig) -> Bot:
    """Ask Telegram, or the Bot API server of the configuration."""
    token = config.token.get_secret_value()
    found = _ask(f"{config.api_url.rstrip('/')}/bot{token}/getMe", {})
    return found if isinstance(found, Bot) else _read_bot(found.get("result"))


def ask_discord(config: DiscordConfig) -> Bot:
    """Ask Discord."""
    token = config.token.get_secret_value()
    found = _ask(f"{config.api_url.rstrip('/')}/users/@me", {"Authorization": f"Bot {token}", "User-Agent": USER_AGENT})
    return found if isinstance(found, Bot) else _read_bot(found)


def _ask(url: str, headers: dict[str, str]) -> dict[str, Any] | Bot:
    """Return the answer, or why there is none. Errors are not passed on: they hold the address, and that the token."""
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the configuration's own address
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the same
            value = json.loads(answer.read(1 << 20))
    except urllib.error.HTTPError as error:
        verdict = Verdict.REFUSED if error.code in REFUSED else Verdict.UNREACHABLE
        return Bot(verdict, reason=f"HTTP {error.code}")
    except (OSError, ValueError) as error:
        cause = getattr(error, "reason", error)
        return Bot(Verdict.UNREACHABLE, reason=getattr(cause, "strerror", None) or type(cause).__name__)
    return value if isinstance(value, dict) else {}


def _read_bot(value: object) -> Bot:
    if not isinstance(value, dict) or "username" not in value:
        return Bot(Verdict.UNREACHABLE, reason="an answer that is not the platform's")
    return Bot(Verdict.GOOD, name=str(value["username"]), id=str(value.get("id", "")))
