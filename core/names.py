"""What may be called how, and which thing a typed name means; pure, it knows none of the things."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Final, TypeVar

from core.errors import Ambiguous, InvalidName, NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

T = TypeVar("T")

NAME_MAX: Final = 64
"""Characters in a name that people give: it must fit on a button beside an emoji."""

RESERVED: Final = frozenset({"all"})
"""Words that commands take instead of a name (`/stop all`)."""

_REFERENCE: Final = re.compile("#([0-9]{1,18})")
_SHOWN_MAX: Final = 60
_SUGGESTIONS: Final = 3
_LEADING: Final = "-@#."
_SEPARATORS: Final = "/\\"
_JOINER: Final = "\u200d"
_EMOJI: Final = frozenset({"So", "Sk", "Mn"})
_UNSHOWABLE: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Turning the direction of writing makes one name look like another in a chat.
_DIRECTION: Final = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shorten(text: str, most: int = _SHOWN_MAX) -> str:
    """Return what somebody typed so that it can be shown: one line, nothing invisible, `most` characters."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(letter if _shows(letter) else "�" for letter in cut)


def is_showable(text: str) -> bool:
    """Whether a chat can show it on one line as it is: no control characters, no broken or reversing ones."""
    return all(map(_shows, text))


def parse_reference(typed: str) -> int | None:
    """Return the id in `#12`, which is how buttons name a thing; None where it is no such reference."""
    found = _REFERENCE.fullmatch(typed.strip())
    return int(found[1]) if found else None


def fold(text: str) -> str:
    """Return how names are compared where case is forgiven."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def find(kind: str, typed: str, candidates: Mapping[str, T]) -> T:
    """Return what `typed` means: the exact name, else but for case, else without its file ending, else a beginning.

    Several names may lead to the same (equal) thing. References by id (`#12`) are resolved by the caller before.

    Raises:
        Ambiguous: The first of these rules that fits anything fits several things.
        NotFound: None fits; with the nearest names.
    """
    wanted, folded = unicodedata.normalize("NFC", typed.strip()), fold(typed)
    rules: tuple[Callable[[str], bool], ...] = (
        lambda name: unicodedata.normalize("NFC", name) == wanted,
        lambda name: fold(name) == folded,
        lambda name: fold(_stem(name)) == folded,
        lambda name: fold(name).startswith(folded),
    )
    for fits in rules if folded else ():
        found = _distinct((name, thing) for name, thing in candidates.items() if fits(name))
        if len(found) > 1:
            raise Ambiguous(kind, shorten(typed), tuple(sorted(found)))
        if found:
            return next(iter(found.values()))
    raise NotFound(kind, shorten(typed), _nearest(folded, candidates))


def check_name(kind: str, name: str) -> str:
    """Return a new thing's name, composed (NFC) and stripped; 1 to `NAME_MAX` characters, emoji welcome.

    A comma is not for destinations: several of them are typed with commas between.

    Raises:
        InvalidName: Its `reason` says why not.
    """
    name = unicodedata.normalize("NFC", name.strip())
    for reason, wrong in (
        ("empty", not name),
        ("too_long", len(name) > NAME_MAX),
        ("path", any(mark in name for mark in _SEPARATORS) or name in {".", ".."}),
        ("characters", not is_showable(name) or _hides_letters(name)),
        ("characters", name.startswith(tuple(_LEADING)) or (kind == "destination" and "," in name)),
        ("reserved", name.casefold() in RESERVED),
    ):
        if wrong:
            raise InvalidName(kind, shorten(name), reason, NAME_MAX)
    return name


def _hides_letters(name: str) -> bool:
    """Whether it holds invisible letters other than the joiner inside emoji: `lo<joiner>fi` would look like `lofi`."""
    invisible = [at for at, letter in enumerate(name) if unicodedata.category(letter) == "Cf"]
    return any(name[at] != _JOINER or unicodedata.category(name[at - 1]) not in _EMOJI for at in invisible)


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSHOWABLE and letter not in _DIRECTION


def _stem(name: str) -> str:
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def _distinct(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return each thing once, under the shortest of its names."""
    found: dict[str, T] = {}
    for name, thing in sorted(pairs, key=lambda pair: len(pair[0])):
        if all(thing != known for known in found.values()):
            found[name] = thing
    return found


def _nearest(folded: str, candidates: Mapping[str, T]) -> tuple[str, ...]:
    """Return up to three names that somebody may have meant, each thing once; endings are alike and don't count."""
    by_stem = {fold(_stem(name)): name for name in sorted(candidates, key=len, reverse=True)}
    near = difflib.get_close_matches(_stem(folded[:_SHOWN_MAX]), by_stem, n=2 * _SUGGESTIONS)
    things = _distinct((by_stem[stem], candidates[by_stem[stem]]) for stem in near)
    return tuple(by_stem[stem] for stem in near if by_stem[stem] in things)[:_SUGGESTIONS]
