"""The ground that pictures are drawn on, its colours and letters; it knows no axis and no stream.

Light on a dark ground of its own, so that it reads alike in light and dark chats. Pillow is needed.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

FONT: Final = Path(__file__).with_name("fonts") / "DejaVuSans.ttf"
WIDTH: Final = 1000
TITLE_PX: Final = 38
TEXT_PX: Final = 30
SMALL_PX: Final = 26
"""On a phone 390 wide a picture is shown at two fifths: these letters are 10 high there."""

EDGE_PX: Final = 36
DARK_PX: Final = (8, 14)
"""At least so wide, and so high: an outage of seconds in a week is seen too."""

NO_LETTER: Final = "\uffff"
"""Of which no font has a picture: what it draws here it draws for all that it lacks, such as emoji and Chinese."""

GROUND: Final = "#17202a"
GRID: Final = "#39475a"
TEXT: Final = "#e8edf2"
FAINT: Final = "#a9b7c6"
DARK: Final = "#e74c3c"


class Canvas:
    """An empty picture of a height; `draw` on it, or write."""

    def __init__(self, height: int) -> None:
        self._picture = Image.new("RGB", (WIDTH, height), GROUND)
        self.draw = ImageDraw.Draw(self._picture)
        self.fonts = {size: ImageFont.truetype(FONT, size) for size in (TITLE_PX, TEXT_PX, SMALL_PX)}

    def text(
        self, at: tuple[float, float], text: str, size: int, colour: str, anchor: str = "la", right: float = 0.0
    ) -> None:
        """Write; what begins at `at` is cut `right` before the edge."""
        font, room = self.fonts[size], WIDTH - EDGE_PX - right - at[0]
        text = clean(text, font)
        while text and anchor[0] == "l" and font.getlength(text) > room:
            text = f"{text[:-2]}…"
        self.draw.text(at, text, colour, font, anchor)

    def save(self, colours: int) -> bytes:
        """Return it as a PNG of so many colours."""
        data = io.BytesIO()
        self._picture.quantize(colours, dither=Image.Dither.NONE).save(data, "PNG", optimize=True)
        return data.getvalue()


def clean(text: str, font: ImageFont.FreeTypeFont) -> str:
    """Return what of a text the font has letters for: a box in a name helps nobody."""
    box = bytes(font.getmask(NO_LETTER))
    kept = (letter for letter in text if letter.isspace() or bytes(font.getmask(letter)) != box)
    return " ".join("".join(kept).split())
