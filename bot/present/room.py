"""What still fits on the host, and what it has too little of, in words; pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.reply import Fields, Reply, Text
from core.monitor.room import Resource

if TYPE_CHECKING:
    from bot.i18n import Words
    from core.errors import Overloaded
    from core.model import Health
    from core.monitor.room import Fits, Shortage


def health(health: Health, t: Words) -> Reply:
    """Return how the host and the service are."""
    memory = {"free": t.size(health.memory_available_bytes), "total": t.size(health.memory_total_bytes)}
    fields = [
        (t("health.streams"), t("health.streams_of", used=health.running, allowed=health.limit_total)),
        *_tell_fits(health, t),
        (t("health.cpu"), t("health.cpu_of", percent=f"{health.cpu_percent:.0f}", n=health.cores)),
        (t("health.memory"), t("health.memory_of", **memory)),
        (t("health.uplink"), _tell_uplink(health, t)),
        (t("health.disk"), t("health.disk_free", free=t.size(health.disk_free_bytes))),
        *_tell_fallen(health, t),
        (t("health.uptime"), t.stopwatch(health.uptime_s)),
        (t("health.version"), f"StreamBro {health.version}, FFmpeg {health.ffmpeg_version}"),
    ]
    return Reply((Text(f"🩺 {t('health.title')}", strong=True), Fields(tuple(fields))), data=asdict(health))


def _tell_fallen(health: Health, t: Words) -> list[tuple[str, str]]:
    parts = tuple(t(f"part.{part}") for part in health.fallen)
    return [(t("health.fallen"), t.listing(parts, len(parts)))] if parts else []


def _tell_fits(health: Health, t: Words) -> list[tuple[str, str]]:
    if health.copies_fit is None:
        return []
    fits = t("health.copies", n=health.copies_fit) if health.copies_fit else t("health.fits_none")
    if health.encodes_fit:
        fits = t("health.either", copies=fits, encodes=t("health.encodes", n=health.encodes_fit))
    told = [(t("health.fits"), fits)]
    told += [(t("health.copies_by"), _tell_by(health.copies, t))] if health.copies else []
    told += [(t("health.encodes_by"), _tell_by(health.encodes, t))] if health.encodes else []
    return told


def _tell_by(fits: Fits, t: Words) -> str:
    """Return how many fit by each resource, what runs out first in front."""
    found: dict[str, int] = {"limit": fits.limit}
    found |= fits.by.items()
    return " · ".join(f"{t(f'health.by.{name}')} {n}" for name, n in sorted(found.items(), key=lambda one: one[1]))


def _tell_uplink(health: Health, t: Words) -> str:
    now = t.rate(health.uplink_kbps)
    if health.uplink_mbps is not None:
        facts = [t("health.uplink_of", now=now, total=t.rate(health.uplink_mbps * 1000))]
    else:
        facts = [t("health.uplink_now", now=now)]
    best = health.uplink_best_kbps
    facts += [t("health.uplink_best", best=t.rate(best))] if best and best > health.uplink_kbps else []
    facts += [t("health.uplink_unknown")] if health.uplink_mbps is None else []
    return ", ".join(facts)


def tell_shortage(shortage: Shortage, t: Words) -> str:
    """Return the warning that a started stream may be too much."""
    values = _tell_amounts(shortage.resource, shortage.needs, shortage.free, t)
    return t(f"card.short.{shortage.resource}", **values)


def tell_overloaded(error: Overloaded, t: Words) -> str:
    """Return why a stream was not started."""
    return t(f"error.overloaded.{error.reason}", **_tell_amounts(Resource(error.reason), error.needs, error.free, t))


def _tell_amounts(resource: Resource, needs: float, free: float, t: Words) -> dict[str, str]:
    if resource is Resource.UPLINK:
        return {"needs": t.rate(needs), "free": t.rate(free)}
    return {name: t(f"room.{resource}", value=t.number(value, 0)) for name, value in (("needs", needs), ("free", free))}
