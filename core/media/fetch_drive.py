"""Public Google Drive links, and the page that asks whether one really wants a large file; pure, it fetches nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from core.errors import LinkRefused

HOSTS: Final = frozenset({"drive.google.com", "docs.google.com", "drive.usercontent.google.com"})
DOWNLOAD: Final = "https://drive.usercontent.google.com/download"

_ID: Final = re.compile(r"[A-Za-z0-9_-]{10,200}")
_IN_PATH: Final = re.compile(r"/(?:file/)?(?:u/\d+/)?d/([A-Za-z0-9_-]{10,200})(?:/|$)")
_FOLDER: Final = re.compile(r"/(?:drive/)?(?:u/\d+/)?folders/")
_BUSY: Final = re.compile("quota exceeded|too many users", re.IGNORECASE)
_MAX_INPUTS: Final = 20


@dataclass(frozen=True, slots=True)
class Drive:
    """Google Drive as it stands in links: `hosts` are its names, `download` is where files are handed out."""

    hosts: frozenset[str] = HOSTS
    download: str = DOWNLOAD

    def find_download(self, url: str) -> str | None:
        """Return where the file of a Drive link is fetched; None: it is no Drive link.

        Raises:
            LinkRefused: drive_folder, or not_a_file: a Drive page without a file.
        """
        parts = urlsplit(url)
        if (parts.hostname or "").lower() not in self.hosts:
            return None
        if _FOLDER.search(parts.path):
            raise LinkRefused("drive_folder")
        asked = parse_qs(parts.query)
        found = _IN_PATH.search(parts.path)
        file_id = found[1] if found else next(iter(asked.get("id", ())), "")
        if not _ID.fullmatch(file_id):
            raise LinkRefused("not_a_file")
        wanted = {"id": file_id, "export": "download", "confirm": "t"}
        wanted |= {"resourcekey": asked["resourcekey"][0]} if asked.get("resourcekey") else {}
        return f"{self.download}?{urlencode(wanted)}"


def find_confirmed(page: str, url: str) -> str:
    """Return where the form of a 'can't scan this file for viruses' page at `url` leads.

    Raises:
        LinkRefused: drive_busy, drive_private: it is another page.
    """
    form = _Form()
    form.feed(page)
    if form.action is None:
        raise LinkRefused("drive_busy" if _BUSY.search(page) else "drive_private")
    return f"{urljoin(url, form.action).partition('?')[0]}?{urlencode(form.inputs)}"


class _Form(HTMLParser):
    """Finds the form that downloads, and what it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.inputs: dict[str, str] = {}
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the form's address, and hidden inputs while inside it."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None and "download" in said.get("id", "") + said.get("action", ""):
            self.action, self._inside = said.get("action", ""), True
            self.inputs |= {name: values[0] for name, values in parse_qs(urlsplit(self.action).query).items()}
        elif tag == "input" and self._inside and said.get("name") and len(self.inputs) < _MAX_INPUTS:
            self.inputs[said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """Leave the form."""
        self._inside = self._inside and tag != "form"
