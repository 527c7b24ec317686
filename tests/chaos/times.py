"""How long each kind of fault took, and the table of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.chaos.faults import Outcome


@dataclass
class Times:
    """How long one kind of fault took, each time it came, in seconds."""

    noticed: list[float] = field(default_factory=list)
    recovered: list[float] = field(default_factory=list)

    def add(self, outcome: Outcome, live_at_s: float) -> str:
        """Take one more, and return it in words."""
        if outcome.heard_at_s is not None:
            self.noticed.append(outcome.heard_at_s - outcome.at_s)
        self.recovered.append(max(0.0, live_at_s - outcome.mended_at_s))
        told = f"told after {self.noticed[-1]:.1f} s" if outcome.heard_at_s else "nobody dark"
        return f"{outcome.fault}: {told}, all live {self.recovered[-1]:.1f} s after it was mended"


def build_table(times: Mapping[str, Times]) -> str:
    """Return the times as Markdown: median and worst."""
    rows = ["| fault | times | told after, s | live again after, s |", "| --- | --- | --- | --- |"]
    for fault, seen in sorted(times.items()):
        rows.append(f"| {fault} | {len(seen.recovered)} | {_range(seen.noticed)} | {_range(seen.recovered)} |")
    return "\n".join(rows)


def _range(values: list[float]) -> str:
    return f"{median(values):.1f} (worst {max(values):.1f})" if values else "nobody dark"
