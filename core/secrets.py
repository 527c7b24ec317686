"""Sealing stream keys at rest, and the values that must never be shown; it decides nothing about who may see one.

By PyNaCl's secret box (XSalsa20 and Poly1305): from the same hands as `cryptography`, which does as much by an OpenSSL
of its own and takes 9 MiB of the service's memory instead of 1.3.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, Self

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from core.errors import DataFolderUnusable
from core.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

log = logging.getLogger(__name__)

HEADER: Final = """\
# StreamBro's key file. It opens the stream keys in the database: keep it secret, and keep a copy apart from the
# database's backups. Without it every stream key has to be entered again.
"""
OPEN_TO_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
DIGEST_BYTES: Final = 32


class Secret:
    """A text that shows itself only to who asks by `reveal`; printed, formatted or pickled it does not."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return it in clear: for the one place that must use it."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be pickled or copied into a file")


@dataclass(frozen=True)
class KeyRing:
    """The keys of one key file: the newest seals, all open, and one that is never rotated makes digests.

    Digests (the lock on a stream key, an invitation's code) must stay equal for years, so their key is a line of its
    own: were it made from a sealing key, dropping that one after a rotation would change every lock.
    """

    path: Path
    _sealing: tuple[bytes, ...] = field(repr=False)
    _digesting: bytes = field(repr=False)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a new key file, 0600; never overwrites.

        Raises:
            DataFolderUnusable: not_writable, also where a file is there already.
        """
        if os.path.lexists(path):
            raise DataFolderUnusable(str(path), "not_writable")
        ring = cls(path, (random(SecretBox.KEY_SIZE),), secrets.token_bytes(DIGEST_BYTES))
        ring.save()
        return ring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file; one that others may read is closed to them, or warned of where that can't be done.

        Raises:
            DataFolderUnusable: as `read`; then nothing was changed, since the file may be anybody's.
        """
        ring = cls.read(path)
        _close_to_others(path)
        return ring

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key file and leave it as it is.

        Raises:
            DataFolderUnusable: key_missing, or key_unreadable where it can't be read or is no key file.
        """
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # reading a pipe would never end
                raise DataFolderUnusable(str(path), "key_unreadable")
            text = path.read_text(encoding="ascii")
        except FileNotFoundError:
            raise DataFolderUnusable(str(path), "key_missing") from None
        except (OSError, UnicodeDecodeError):
            raise DataFolderUnusable(str(path), "key_unreadable") from None
        try:
            return cls(path, *_parse(text))
        except ValueError:
            # `from None`: the error quotes what it could not read.
            raise DataFolderUnusable(str(path), "key_unreadable") from None

    def seal(self, clear: str) -> str:
        """Return it encrypted and signed, as text; twice the same gives two different texts."""
        return base64.urlsafe_b64encode(SecretBox(self._sealing[0]).encrypt(clear.encode())).decode()

    def open(self, sealed: str) -> Secret:
        """Return what was sealed.

        Raises:
            DataFolderUnusable: key_wrong: sealed by another key file, or damaged.
        """
        for key in self._sealing:
            # CryptoError: another key's, or damaged; ValueError: no such text at all.
            with suppress(CryptoError, ValueError):
                return Secret(SecretBox(key).decrypt(base64.urlsafe_b64decode(sealed)).decode())
        raise DataFolderUnusable(str(self.path), "key_wrong")

    def reseal(self, sealed: str) -> str:
        """Return the same thing sealed by the newest key.

        Raises:
            DataFolderUnusable: key_wrong.
        """
        return self.seal(self.open(sealed).reveal())

    def digest(self, clear: str) -> str:
        """Return a keyed digest: equal for equal texts, for ever, and of no use without the key file."""
        return hmac.new(self._digesting, clear.encode(), hashlib.sha256).hexdigest()

    def with_new_key(self) -> Self:
        """Put a new key before the others, in the file too; what the old ones sealed still opens.

        Raises:
            DataFolderUnusable: not_writable; the file is as it was.
        """
        return self._with((random(SecretBox.KEY_SIZE), *self._sealing))

    def with_newest_only(self) -> Self:
        """Drop all keys but the newest, in the file too: for when nothing is left that an older one sealed.

        Raises:
            DataFolderUnusable: not_writable; the file is as it was.
        """
        return self._with(self._sealing[:1])

    def save(self) -> None:
        """Put the keys into the file, durably: all of them or, after a crash, those that were there.

        Raises:
            DataFolderUnusable: not_writable; the file is as it was.
        """
        part = self.path.with_name(f"{self.path.name}.part")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(self._dump())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
            _sync_folder(self.path.parent)
        except OSError as error:
            raise DataFolderUnusable(str(self.path), "not_writable") from error

    def _dump(self) -> str:
        lines = [("seal", key) for key in self._sealing] + [("digest", self._digesting)]
        return HEADER + "".join(f"{kind} {base64.urlsafe_b64encode(key).decode()}\n" for kind, key in lines)

    def _with(self, sealing: tuple[bytes, ...]) -> Self:
        ring = replace(self, _sealing=sealing)
        ring.save()
        return ring


def open_key_file(path: Path, sealed: Iterable[str]) -> KeyRing:
    """Return the key file's ring, made now only where nothing is sealed yet.

    Args:
        path: The key file.
        sealed: All that the database holds sealed.

    Raises:
        DataFolderUnusable: key_missing beside sealed keys (a new one would make them unreadable for good), key_wrong
            where it can't open one of them, key_unreadable, not_writable.
    """
    sealed = list(sealed)
    try:
        ring = KeyRing.load(path)
    except DataFolderUnusable as error:
        if error.reason != "key_missing" or sealed:
            raise
        ring = KeyRing.create(path)
    for each in sealed:
        ring.open(each)
    return ring


class SealedRows(Protocol):
    """What a rotation needs of the store."""

    async def reseal(self, seal_again: Callable[[str], str]) -> int:
        """Replace every sealed text, all or none."""
        ...


async def rotate(ring: KeyRing, rows: SealedRows) -> KeyRing:
    """Seal everything with a new key and forget the old ones; return the new ring.

    A crash between two steps leaves a key file that opens every row; rotating again finishes it.

    Raises:
        DataFolderUnusable: not_writable, or key_wrong.
        StoreUnavailable: nothing was sealed again; the key file has one key more.
    """
    both = ring.with_new_key()
    await rows.reseal(both.reseal)
    return both.with_newest_only()


def _parse(text: str) -> tuple[tuple[bytes, ...], bytes]:
    keys: dict[str, list[bytes]] = {"seal": [], "digest": []}
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            kind, key = line.split()
            keys.setdefault(kind, []).append(base64.urlsafe_b64decode(key))
    if set(keys) != {"seal", "digest"} or not keys["seal"]:
        raise ValueError("not a key file")
    (digesting,) = keys["digest"]
    lengths = {len(key) for key in keys["seal"]}
    if lengths != {SecretBox.KEY_SIZE} or len(digesting) != DIGEST_BYTES:
        raise ValueError("not a key of its kind")
    return tuple(keys["seal"]), digesting


def _close_to_others(path: Path) -> None:
    if not path.stat().st_mode & OPEN_TO_OTHERS:
        return
    try:
        path.chmod(0o600)
    except OSError:
        # A secret that a container mounts read-only can't be mended, and is still better than no stream.
        log.warning("the key file %s can be read by other users of this host; give it mode 0600", path)
    else:
        log.warning("the key file %s could be read by other users of this host; its mode is 0600 now", path)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
