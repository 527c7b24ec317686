"""The figures as a Markdown table beside the numbers to beat, and whether each keeps its bound; it measures nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

# What others cost, measured for 10 looped copies of a 3.1 Mbit/s clip beside bare FFmpegs, as `Row.others`.
OTHERS = ("StreamBro (Node)", "StreamFlow (Node)", "datarhei core (Go)")
UNKNOWN = ("-", "-", "-")


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        name: What was measured.
        value: The figure, in `unit`.
        bound: At most this; None: only shown.
        bare: The same of bare FFmpegs, as shown.
        others: The same of the services in `OTHERS`, as shown.
    """

    name: str
    value: float
    unit: str = ""
    bound: float | None = None
    bare: str = "-"
    others: tuple[str, str, str] = UNKNOWN
    digits: int = 2

    @property
    def missed(self) -> bool:
        """Whether it is beyond its bound."""
        return self.bound is not None and self.value > self.bound

    def cells(self) -> tuple[str, ...]:
        """Return the table's cells."""
        value = f"{self.value:.{self.digits}f}{self.unit}"
        bound = "-" if self.bound is None else f"{self.bound:g}{self.unit}{' **missed**' if self.missed else ''}"
        return (self.name, f"**{value}**", bound, *self.others, self.bare)


def build_table(rows: Iterable[Row]) -> str:
    """Return the rows as Markdown."""
    lines = [("", "StreamBro", "at most", *OTHERS, "bare FFmpeg"), *(row.cells() for row in rows)]
    lines.insert(1, tuple("---" for _ in lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
