"""Which FFmpeg tests, measurements and the chaos run use."""

import os
import shutil
from pathlib import Path
from typing import Final

CHOICE: Final = "STREAMBRO_TEST_FFMPEG"
"""The variable that chooses it: empty for the one on PATH (else pip's), `pip`, or a path."""


def take_choice() -> str:
    """Return what was chosen, and forget it: the service reads every STREAMBRO_ variable."""
    return os.environ.pop(CHOICE, "")


def find_chosen(choice: str) -> Path:
    """Return the program."""
    if choice not in {"", "pip"}:
        return Path(choice)
    installed = shutil.which("ffmpeg")
    if installed and not choice:
        return Path(installed)
    import imageio_ffmpeg  # noqa: PLC0415  # 165 MB that are installed only where they are needed

    return Path(imageio_ffmpeg.get_ffmpeg_exe())
