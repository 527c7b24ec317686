"""What a backup is: a compressed tar of a few known files; it knows nothing of what stands in them."""

from __future__ import annotations

import io
import json
import os
import tarfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT: Final = 1
MANIFEST: Final = "streambro-backup.json"
DATABASE: Final = "streambro.db"
KEY: Final = "streambro.key"

MAX_BYTES: Final = 4 << 30
"""Of one file: beyond that it is no database of ours, but something that fills the disk."""
_BLOCK: Final = 1 << 20


class NoBackup(Exception):
    """The file is no backup that this release can read."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    version: str
    format: int = FORMAT


def write(target: Path, files: Mapping[str, Path], version: str) -> None:
    """Write a new backup, 0600.

    Raises:
        FileExistsError: there is such a file already.
        OSError: it can't be written; nothing is left of it.
    """
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            _add(archive, MANIFEST, json.dumps(asdict(Manifest(datetime.now(UTC).isoformat(), version))).encode())
            for name, path in files.items():
                archive.add(path, name, recursive=False, filter=_plain)
            archive.close()
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def unpack(source: Path, folder: Path) -> dict[str, Path]:
    """Write the known files of a backup into a folder; by their names. Whatever else it holds is passed over.

    Raises:
        NoBackup: it is none, or of a later release.
        OSError: it can't be read, or the files not be written.
    """
    found: dict[str, Path] = {}
    try:
        with tarfile.open(source, "r:gz") as archive:
            for member in archive:
                # Only plain files with just these names, and to places that we choose.
                if member.isreg() and member.name in {MANIFEST, DATABASE, KEY} and member.size <= MAX_BYTES:
                    found[member.name] = _save(archive, member, folder / member.name)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise NoBackup from error
    if MANIFEST not in found or DATABASE not in found or _format(found[MANIFEST]) != FORMAT:
        raise NoBackup
    return found


def _save(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> Path:
    packed = archive.extractfile(member)
    assert packed is not None  # noqa: S101 - a plain file has contents
    with packed, os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        while block := packed.read(_BLOCK):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return path


def _format(path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    try:
        return json.loads(path.read_bytes())["format"]
    except (ValueError, KeyError, TypeError):
        return None


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o600
    archive.addfile(info, io.BytesIO(data))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Leave out who owned it here."""
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info
