"""What the bot itself refuses, before or around the engine, as types that carry data; no words for people."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import CoreError


@dataclass(eq=False)
class TooLong(CoreError):
    """An order of more than `limit` characters."""

    limit: int


@dataclass(eq=False)
class UnknownCommand(CoreError):
    """No command of that name; `word` is what was typed, without what came behind it."""

    word: str
    suggestions: tuple[str, ...] = ()


@dataclass(eq=False)
class NotUnderstood(CoreError):
    """Plain talk that is no command. Never carries it: it may be a key that came too late."""


@dataclass(eq=False)
class UnknownParam(CoreError):
    """A `name=` that the command does not have."""

    command: str
    name: str
    suggestions: tuple[str, ...] = ()


@dataclass(eq=False)
class KeyMisplaced(CoreError):
    """A stream key where something else belongs. Never carries it."""

    param: str


@dataclass(eq=False)
class GivenTwice(CoreError):
    """The same parameter more than once."""

    command: str
    name: str


@dataclass(eq=False)
class TooManyWords(CoreError):
    """More words than the command has places for; `word` is the first that found none."""

    command: str
    word: str


@dataclass(eq=False)
class MissingWord(CoreError):
    """A required parameter was not given, where nobody can be asked."""

    command: str
    param: str


@dataclass(eq=False)
class NotAllowed(CoreError):
    """The caller's role is below `needs`. `has` is empty for a stranger."""

    command: str
    needs: str
    has: str = ""


@dataclass(eq=False)
class OrderTooOld(CoreError):
    """An order that lay around for longer than `limit_s`, so it is told, not run."""

    limit_s: int


@dataclass(eq=False)
class RunOver(CoreError):
    """A button of a run that has ended, or was followed by another."""

    stream: str


@dataclass(eq=False)
class WrongCode(CoreError):
    """A claim code or invitation that does not exist, was used or has run out."""


@dataclass(eq=False)
class TooManyGuesses(CoreError):
    """Too many wrong codes; `wait_s` until the next may be tried."""

    wait_s: int


@dataclass(eq=False)
class LastAdmin(CoreError):
    """Nobody could manage this space any more."""

    name: str


@dataclass(eq=False)
class BeyondPlatform(CoreError):
    """A file of more than `limit_bytes`, the most that this platform hands to bots."""

    platform: str
    limit_bytes: int


@dataclass(eq=False)
class PicturesMissing(CoreError):
    """What draws pictures is not installed."""
