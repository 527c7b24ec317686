"""One person's language and zone: phrases by key, numbers and times in that person's way; it decides nothing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("en", "id")
LONGEST_VALUE: Final = 300
DECIMAL_POINT: Final = {"en": ".", "id": ","}
CLOCK_POINT: Final = {"en": ":", "id": "."}

TIMES: Final = "\N{MULTIPLICATION SIGN}"
MINUTE_S: Final = 60
HOUR_S: Final = 3600
DAY_S: Final = 86_400
SAME_YEAR: Final = timedelta(days=300)
"""Nearer than that a day and its month are of one year only."""
KILOBYTE: Final = 1000
KBPS_IN_MBPS: Final = 1000


@dataclass(frozen=True, slots=True)
class Plural:
    """A phrase in the form for one and the form for any other number; the placeholder `n` decides."""

    one: str
    many: str


Catalogue = dict[str, "str | Plural"]


def load_catalogue(language: str) -> Mapping[str, str | Plural]:
    """Return the language's phrases by key. Loaded when first spoken, kept by the import system."""
    catalogue: Catalogue = import_module(f"bot.i18n.{language}").WORDS
    return catalogue


def clean(text: str, limit: int = LONGEST_VALUE) -> str:
    """Return it safe to stand in a sentence: no control characters, no marks that turn writing round, not too long.

    What somebody typed stands in refusals, so it must not be able to break lines, hide or reorder what is around it.
    """
    flat = "".join(c for c in " ".join(text.split()) if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn"})
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


class Words:
    """Speaks one language, and tells clock times in one zone."""

    def __init__(self, language: str = "en", zone: tzinfo = UTC) -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]
        self.zone = zone
        self._phrases = load_catalogue(self.language)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the phrase with its placeholders filled; text is cleaned, fractions get one decimal.

        Raises:
            KeyError: the catalogue has no such phrase, or it names a placeholder that was not given.
        """
        phrase = self._phrases[key]
        if isinstance(phrase, Plural):
            phrase = phrase.one if values.get("n") == 1 else phrase.many
        return phrase.format_map({name: self._shown(value) for name, value in values.items()})

    def has(self, key: str) -> bool:
        """Return whether there is such a phrase."""
        return key in self._phrases

    def first(self, *keys: str) -> str:
        """Return the first of these keys that has a phrase; the last one must."""
        return next((key for key in keys if key in self._phrases), keys[-1])

    def _shown(self, value: object) -> str:
        if isinstance(value, float):
            return self.number(value)
        if isinstance(value, datetime):
            return self.clock(value)
        return clean(str(value))

    def number(self, value: float, decimals: int = 1) -> str:
        """Return it with that many decimals behind the language's own point."""
        return f"{value:.{decimals}f}".replace(".", DECIMAL_POINT[self.language])

    def rate(self, kbps: float) -> str:
        """Return a bitrate: `850 kbit/s`, `3.1 Mbit/s`."""
        return f"{kbps:.0f} kbit/s" if kbps < KBPS_IN_MBPS else f"{self.number(kbps / KBPS_IN_MBPS)} Mbit/s"

    def speed(self, ratio: float) -> str:
        """Return a speed relative to real time: `1.00x`, with a proper sign."""
        return self.number(ratio, 2) + TIMES

    def size(self, count_bytes: float) -> str:
        """Return an amount of bytes in steps of 1000, as disks and contracts count: `8.1 GB`."""
        if count_bytes < KILOBYTE:
            return f"{count_bytes:.0f} B"
        for unit in ("kB", "MB", "GB"):
            count_bytes /= KILOBYTE
            if count_bytes < KILOBYTE:
                return f"{self.number(count_bytes)} {unit}"
        return f"{self.number(count_bytes / KILOBYTE)} TB"

    def stopwatch(self, seconds: float) -> str:
        """Return an exact length: `0:00:12`, `2:14:05`, from a day on `3 d 4:10`."""
        whole = max(0, int(seconds))
        days, rest = divmod(whole, DAY_S)
        hours, minutes = rest // HOUR_S, rest % HOUR_S // MINUTE_S
        if days:
            return f"{self('unit.d', n=days)} {hours}:{minutes:02}"
        return f"{hours}:{minutes:02}:{rest % MINUTE_S:02}"

    def length(self, seconds: float) -> str:
        """Return a length as people say it: `45 s`, `3 min`, `3 h 12 min`, `6 h`, `2 d 4 h`."""
        whole = max(0, round(seconds))
        if whole < 2 * MINUTE_S and whole % MINUTE_S:
            return self("unit.s", n=whole)
        minutes = round(whole / MINUTE_S)
        if minutes * MINUTE_S < HOUR_S:
            return self("unit.min", n=minutes) if whole else self("unit.s", n=0)
        if minutes < DAY_S // MINUTE_S:
            hours, rest = divmod(minutes, 60)
            return self("unit.h", n=hours) + (f" {self('unit.min', n=rest)}" if rest else "")
        days, hours = divmod(round(whole / HOUR_S), 24)
        return self("unit.d", n=days) + (f" {self('unit.h', n=hours)}" if hours else "")

    def clock(self, moment: datetime, *, seconds: bool = False) -> str:
        """Return the clock time in the person's zone: `21:04`, Indonesian `21.04`."""
        point = CLOCK_POINT[self.language]
        return moment.astimezone(self.zone).strftime(f"%H{point}%M{point}%S" if seconds else f"%H{point}%M")

    def day(self, moment: datetime, now: datetime | None = None) -> str:
        """Return the day: `Mon 23 Nov`, with its year where `now` is far from it."""
        local = moment.astimezone(self.zone)
        year = f" {local.year}" if now is not None and abs(moment - now) > SAME_YEAR else ""
        return f"{self(f'weekday.{local.weekday()}')} {local.day} {self(f'month.{local.month}')}{year}"

    def weekday(self, moment: datetime) -> str:
        """Return the day where there is little room, within a week: `Mon 23`."""
        local = moment.astimezone(self.zone)
        return f"{self(f'weekday.{local.weekday()}')} {local.day}"

    def moment(self, moment: datetime, now: datetime) -> str:
        """Return clock time alone where it is today, else with its day."""
        local, today = moment.astimezone(self.zone), now.astimezone(self.zone)
        return self.clock(moment) if local.date() == today.date() else f"{self.day(moment, now)} {self.clock(moment)}"

    def at(self, moment: datetime, now: datetime) -> str:
        """Return `moment` with what a sentence puts before a clock time: Indonesian `Sel 6 Jan pukul 01.00`."""
        local, today = moment.astimezone(self.zone), now.astimezone(self.zone)
        at = self("moment.at", at=self.clock(moment))
        return at if local.date() == today.date() else f"{self.day(moment, now)} {at}"

    def minute(self, minute: int) -> str:
        """Return a minute of the day as a clock time: `22:00`, Indonesian `22.00`."""
        return f"{minute // 60:02}{CLOCK_POINT[self.language]}{minute % 60:02}"

    def listing(self, names: tuple[str, ...], most: int = 5) -> str:
        """Return names with commas, cut with an ellipsis."""
        return ", ".join([*names[:most], *(["…"] if len(names) > most else [])])
