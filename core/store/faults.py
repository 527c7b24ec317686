"""What SQLite says went wrong, as the one error that others see; it quotes neither statement nor values."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, StatementError

from core.errors import InvalidName, InvalidValue, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

# Primary result codes, https://sqlite.org/rescode.html: the low byte of an extended one.
REASONS: Final = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_CANTOPEN: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
}


def judge_fault(error: BaseException | None) -> StoreUnavailable:
    """Return the reason for an error of `sqlite3`; the detail is SQLite's own name for it."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return StoreUnavailable("unknown", type(error).__name__)
    return StoreUnavailable(REASONS.get(code & 0xFF, "unknown"), getattr(error, "sqlite_errorname", ""))


@contextmanager
def faults_named() -> Iterator[None]:
    """Turn what storage raises into errors of the core.

    Raises:
        StoreUnavailable: SQLite could not do it.
        InvalidName: a text holds half a surrogate pair, which no file can hold.
        InvalidValue: a number is beyond 64 bits.
    """
    try:
        yield
    except DBAPIError as error:
        raise judge_fault(error.orig) from error
    except sqlite3.Error as error:
        raise judge_fault(error) from error
    except StatementError as error:
        raise error.orig or error from None
    except UnicodeEncodeError as error:
        raise InvalidName("text", error.object.encode(errors="replace").decode(), "characters") from None
    except OverflowError:
        raise InvalidValue("number", "", "number") from None
