"""What an imported file is called: what its sender or server says, cleaned until it is a name like any other; pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from pathlib import PurePath
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from core.errors import InvalidName
from core.media.folder import ENDINGS
from core.names import NAME_MAX, RESERVED, check_name, fold, is_showable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FALLBACK: Final = "import"
CONTAINER_ENDINGS: Final[Mapping[str, str]] = {
    "mov": ".mp4",
    "mp4": ".mp4",
    "matroska": ".mkv",
    "webm": ".webm",
    "flv": ".flv",
    "mpegts": ".ts",
    "avi": ".avi",
    "mpeg": ".mpg",
    "asf": ".wmv",
    "ogg": ".ogv",
}
"""An ending for a file that came without one, by the first word of its container's name."""

_EXTENDED: Final = re.compile(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;]+)", re.IGNORECASE)
_PLAIN: Final = re.compile(r'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]+))', re.IGNORECASE)
_LEADING: Final = "-@#.~ "


def read_name(url: str, headers: Mapping[str, str]) -> str:
    """Return what a server calls a file: in its headers, else the end of its address; not cleaned yet."""
    said = headers.get("content-disposition", "")
    if found := _EXTENDED.search(said):
        try:
            return unquote(found[2].strip(), found[1], errors="replace")
        except LookupError:
            pass
    if found := _PLAIN.search(said):
        name = (found[1] if found[1] is not None else found[2]).strip()
        # Servers send UTF-8 where the standard wants Latin-1.
        return unquote(re.sub(r"\\(.)", r"\1", name).encode("latin-1", "replace").decode("utf-8", "replace"))
    return unquote(PurePath(urlsplit(url).path).name)


def clean_name(raw: str) -> str:
    """Return a file name that `check_name` takes, as much like `raw` as can be; at worst `import`."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", raw[:1000]))[-1]
    shown = "".join(letter for letter in last if is_showable(letter) and unicodedata.category(letter) != "Cf")
    name = " ".join(shown.replace(",", " ").split()).lstrip(_LEADING).rstrip(". ")
    stem, ending = _split(name)
    name = f"{stem[: NAME_MAX - len(ending)].rstrip()}{ending}"
    if name.casefold() in RESERVED or not stem:
        name = f"{FALLBACK}{ending}"
    try:
        return check_name("media", name)
    except InvalidName:
        return f"{FALLBACK}{ending}"


def with_ending(name: str, container: str) -> str:
    """Return the name with the ending of what was found in the file, where it has none that media have."""
    if _split(name)[1]:
        return name
    ending = CONTAINER_ENDINGS.get(container.partition(",")[0].partition("_")[0], ".mp4")
    return f"{name[: NAME_MAX - len(ending)]}{ending}"


def free_name(name: str, taken: Collection[str]) -> str:
    """Return the name, or it with the first number that makes it, and its stem, new among those that are taken."""
    stems = {fold(_split(other)[0]) for other in taken}
    stem, ending = _split(name)
    if fold(stem) not in stems:
        return name
    for number in count(2):
        tail = f"-{number}"
        tried = f"{stem[: NAME_MAX - len(ending) - len(tail)]}{tail}"
        if fold(tried) not in stems:
            return f"{tried}{ending}"
    raise AssertionError  # count() has no end


def _split(name: str) -> tuple[str, str]:
    ending = PurePath(name).suffix
    return (name[: -len(ending)], ending) if ending.lower() in ENDINGS else (name, "")
