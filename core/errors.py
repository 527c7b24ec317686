"""What can be refused or go wrong, as types that carry data; the words for people live in the bot's catalogue."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datetime import datetime


class CoreError(Exception):
    """A refusal or fault that a person can understand. `code` is its stable name for scripts and the catalogue."""

    code: ClassVar[str] = "core_error"

    def __init_subclass__(cls) -> None:
        """Derive the code from the class's name: LimitExceeded -> limit_exceeded."""
        cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def data(self) -> dict[str, Any]:
        """Return the fields by name, for the catalogue's placeholders and for `--json`."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    def __str__(self) -> str:
        """Return code and data: for logs, never for people."""
        return f"{self.code} {self.data()}"


@dataclass(eq=False)
class NotFound(CoreError):
    """Nothing of that name. `kind`: source, stream, destination, playlist, media, user, role, run, schedule ..."""

    kind: str
    name: str
    suggestions: tuple[str, ...] = ()


@dataclass(eq=False)
class Ambiguous(CoreError):
    """More than one begins with, or is called, that."""

    kind: str
    name: str
    matches: tuple[str, ...]


@dataclass(eq=False)
class NameInUse(CoreError):
    """A new thing may not take an existing one's name."""

    kind: str
    name: str


@dataclass(eq=False)
class InvalidName(CoreError):
    """`reason`: empty, too_long, characters, path, reserved."""

    kind: str
    name: str
    reason: str
    limit: int = 64


@dataclass(eq=False)
class InvalidValue(CoreError):
    """A value that doesn't fit its parameter. `expected` is a code that the catalogue has an example for."""

    param: str
    value: str
    expected: str


@dataclass(eq=False)
class NeedsDestination(CoreError):
    """No destination was named, and there is not just one to take. `names` are those there are, maybe none."""

    names: tuple[str, ...]


@dataclass(eq=False)
class LimitExceeded(CoreError):
    """`limit`: per_user or total. `names` are streams of the asker that count (none of other spaces)."""

    limit: str
    used: int
    allowed: int
    names: tuple[str, ...] = ()


@dataclass(eq=False)
class Overloaded(CoreError):
    """The host has no room for one more, and `limits.refuse_overload` is set.

    `reason`: cpu, memory, uplink. `needs` and `free` in percent of a core, MiB, kbit/s. `mode`: copy or encode.
    """

    reason: str
    mode: str
    needs: float
    free: float


@dataclass(eq=False)
class KeyInUse(CoreError):
    """The key is being pushed. Where another space pushes it, `stream`, `since` and `by` are None."""

    destination: str
    stream: str | None
    state: str | None = None
    since: datetime | None = None
    by: str | None = None


@dataclass(eq=False)
class InvalidAddress(CoreError):
    """`reason`: space, host, protocol, brackets, characters, port, app, credentials, too_long, needs_url.

    `app`: nothing stands behind the host. `url` is redacted: at most protocol and host, or empty.
    """

    url: str
    reason: str


@dataclass(eq=False)
class InvalidKey(CoreError):
    """A stream key that can't be one. `reason`: empty, space, characters, too_long, url. Never carries the key."""

    reason: str


@dataclass(eq=False)
class KeyExists(CoreError):
    """The same address and key are already saved in this space."""

    destination: str


@dataclass(eq=False)
class InUse(CoreError):
    """It can't be removed or changed while `by` need it."""

    kind: str
    name: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """Why a source can't be copied. `code` is in the catalogue, `data` fills its words, `hard`: no 'start anyway'."""

    code: str
    item: str
    data: tuple[tuple[str, str], ...] = ()
    hard: bool = True


@dataclass(eq=False)
class NotCopyable(CoreError):
    """Copied, it would be refused or silently wrong at the ingest; `mode=encode` is the way out."""

    source: str
    findings: tuple[Finding, ...]


@dataclass(eq=False)
class SourceUnreadable(CoreError):
    """A source that can't be played, copied or encoded.

    `reason`: missing, empty, directory, not_media, no_video, too_slow, playlist_empty; truncated: data are missing, as
    after a broken-off upload; broken: looking at it crashed the reader; name: its name can't be shown or typed;
    no_file: something else lies there (a pipe, a link to nothing); outside: it is a link that leads out of the space's
    folder; denied: its owner lets the service not read it.
    """

    source: str
    reason: str


@dataclass(eq=False)
class NotRunning(CoreError):
    """It can't be stopped, restarted or looked at: it does not run. `state` is what it is."""

    stream: str
    state: str


@dataclass(eq=False)
class AlreadyRunning(CoreError):
    """A stream of that name runs already."""

    stream: str
    state: str


@dataclass(eq=False)
class StoreUnavailable(CoreError):
    """`reason`: busy, full, corrupt, newer, missing_key, read_only, unknown."""

    reason: str
    detail: str = ""


@dataclass(eq=False)
class FfmpegUnusable(CoreError):
    """`path` is what was looked for; `reason`: missing, not_executable, failed."""

    path: str
    reason: str


@dataclass(eq=False)
class DataFolderUnusable(CoreError):
    """`reason`: not_writable, not_a_folder, foreign, silent, in_use (`pid` has it), or key_missing and so on.

    silent: the disk that it lies on does not answer. Of the key file, which `path` is then: key_missing, though keys
    are stored; key_unreadable; key_wrong: it can't open what is stored.
    """

    path: str
    reason: str
    pid: int | None = None


@dataclass(eq=False)
class NoPicture(CoreError):
    """A snapshot could not be made. `reason`: not_live, too_slow, failed."""

    stream: str
    reason: str


@dataclass(eq=False)
class LinkRefused(CoreError):
    """A link that is not followed.

    `reason`: scheme, invalid, credentials, private, redirects, not_found, denied, not_a_file, drive_folder,
    drive_private, drive_busy. private: it leads to an address that is not public; not_a_file: it is a web page;
    drive_private: not open to everybody; drive_busy: too many have fetched it, says Google.
    """

    reason: str


@dataclass(eq=False)
class FetchFailed(CoreError):
    """A file could not be fetched. `reason`: away, broke_off, refused, disk.

    away: no connection; broke_off: again and again, without getting any further; refused: its server says it can't;
    disk: it could not be written.
    """

    reason: str


@dataclass(eq=False)
class NoRoom(CoreError):
    """A file is too big. `reason`: file, quota, disk; `allowed_bytes` is how much may (still) come in.

    file: for one file; quota: for this person's share; disk: for what is free.
    """

    reason: str
    allowed_bytes: int


@dataclass(eq=False)
class ShuttingDown(CoreError):
    """The service is stopping and takes no more orders."""
