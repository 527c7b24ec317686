"""Why something ended, in plain words, and what helps; it reads causes and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.i18n import Words
    from core.model import CauseCode, Platform


def tell_cause(code: CauseCode, platform: Platform, t: Words) -> str:
    """Return what happened, one sentence."""
    return t(f"cause.{code}", platform=t(f"platform.{platform}"))


def tell_advice(code: CauseCode, platform: Platform, t: Words) -> str:
    """Return what to do about it, one sentence, or nothing where it mends itself."""
    key = t.first(f"advice.{code}.{platform}", f"advice.{code}")
    return t(key) if t.has(key) else ""


def tell_both(code: CauseCode, platform: Platform, t: Words) -> str:
    """Return what happened and what to do about it."""
    return " ".join(filter(None, (tell_cause(code, platform, t), tell_advice(code, platform, t))))
