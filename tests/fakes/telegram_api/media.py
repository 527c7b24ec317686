"""Files that lie on the platform: their ids, sizes and kinds; the pictures among them measured by their headers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.errors import ApiError, bad_request
from tests.fakes.telegram_api.params import Upload

if TYPE_CHECKING:
    from tests.fakes.telegram_api.limits import Limits

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8"
FOLDERS: Final = {"photo": "photos", "video": "videos", "document": "documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that a person sends.

    `size_bytes` claims a size without the bytes: a film of 2 GB need not be made to be refused.
    """

    name: str
    content: bytes = field(default=b"", repr=False)
    mime_type: str = "application/octet-stream"
    size_bytes: int | None = None
    width_px: int = 640
    height_px: int = 360
    duration_s: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file as the platform keeps it; `path` is what getFile gives for it."""

    file_id: str
    unique_id: str
    kind: str
    name: str
    path: str
    mime_type: str
    size_bytes: int
    content: bytes = field(repr=False)
    width_px: int = 0
    height_px: int = 0
    duration_s: int = 0

    @property
    def json(self) -> Any:
        """The field of a message that holds this file: Document, Video or an array of PhotoSize."""
        basic = {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size_bytes}
        sides = {"width": self.width_px, "height": self.height_px}
        if self.kind == "photo":
            small = {"file_id": f"{self.file_id}s", "file_unique_id": f"{self.unique_id}s", "width": 90, "height": 51}
            return [small, basic | sides]
        named = basic | {"file_name": self.name, "mime_type": self.mime_type}
        return named | sides | {"duration": self.duration_s} if self.kind == "video" else named


class Files:
    """All files of the platform, by id and by path."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._by_id: dict[str, StoredFile] = {}

    def keep(self, kind: str, attachment: Attachment) -> StoredFile:
        """Store a file that somebody sent and give it its ids."""
        number = len(self._by_id) + 1
        suffix = PurePosixPath(attachment.name).suffix
        size_bytes = len(attachment.content) if attachment.size_bytes is None else attachment.size_bytes
        stored = StoredFile(
            file_id=f"BQACAgQAAxkBAAI{number:06d}",
            unique_id=f"AgAD{number:06d}",
            kind=kind,
            name=attachment.name,
            path=f"{FOLDERS[kind]}/file_{number}{suffix}",
            mime_type=attachment.mime_type,
            size_bytes=size_bytes,
            content=attachment.content,
            width_px=attachment.width_px,
            height_px=attachment.height_px,
            duration_s=attachment.duration_s,
        )
        self._by_id[stored.file_id] = stored
        return stored

    def find(self, file_id: str) -> StoredFile | None:
        """Return the file with this id, or None."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """Return the file at this path of the download address, or None."""
        return next((stored for stored in self._by_id.values() if stored.path == path), None)

    def take(self, kind: str, given: Upload | str) -> StoredFile:
        """Store what a bot sends, or find what it sends again by id.

        Raises:
            ApiError: 400 or 413, where the platform would not take it.
        """
        if isinstance(given, Upload):
            sides = self._measured(given) if kind == "photo" else (0, 0)
            self._check_upload(given)
            made = Attachment(
                name=given.name,
                content=given.content,
                mime_type=given.mime_type,
                width_px=sides[0],
                height_px=sides[1],
            )
            return self.keep(kind, made)
        if not given:
            raise bad_request(f"there is no {kind} in the request")
        known = self.find(given)
        if known is None or known.kind != kind:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return known

    def _check_upload(self, upload: Upload) -> None:
        # https://core.telegram.org/bots/api#sending-files "50 MB max for other types of files"
        if len(upload.content) > self.limits.upload_bytes:
            raise ApiError(413, "Request Entity Too Large")
        if not upload.content:
            raise bad_request("file must be non-empty")

    def _measured(self, upload: Upload) -> tuple[int, int]:
        # https://core.telegram.org/bots/api#sendphoto
        size, most = len(upload.content), self.limits.photo_bytes
        if size > most:
            raise bad_request(f"file of size {size} bytes is too big for a photo; the maximum size is {most} bytes")
        sides = picture_sides(upload.content)
        if sides is None:
            raise bad_request("IMAGE_PROCESS_FAILED")
        if sum(sides) > self.limits.photo_sides_px or max(sides) > min(sides) * self.limits.photo_ratio:
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return sides


def picture_sides(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG in pixels, None for anything else."""
    if content.startswith(PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(JPEG):
        return _jpeg_sides(content)
    return None


def _jpeg_sides(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content):
        marker, length = struct.unpack(">xBH", content[at : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
