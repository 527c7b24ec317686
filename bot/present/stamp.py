"""Writes into a picture when it was taken, so that it still says so once it was passed on; asks nobody.

Pillow is needed.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.present.canvas import FONT, GROUND, TEXT

SHARE: Final = 26
"""How many times so wide as its letters are high a picture is: on a phone 390 wide they are 15 high."""

LEAST_PX: Final = 10
QUALITY: Final = 88


def stamp(picture: bytes, text: str) -> bytes:
    """Return the picture as a JPEG with a text in its lower left corner; what is no picture comes back as it is."""
    try:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
    except (OSError, ValueError):
        return picture
    draw = ImageDraw.Draw(image)
    size = max(LEAST_PX, image.width // SHARE)
    font, edge = ImageFont.truetype(FONT, size), size // 2
    at = (edge, image.height - edge)
    left, top, right, bottom = draw.textbbox(at, text, font, "ls")
    pad = size // 4
    draw.rectangle((left - pad, top - pad, right + pad, bottom + pad), GROUND)
    draw.text(at, text, TEXT, font, "ls")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=QUALITY)
    return data.getvalue()
