"""Keys, invitations and files: what differs is the platform's way to give them, not what is said of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from core.model import MAIN_SPACE

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tests.contract.seats import Seat, Seen

KEY = "abcd-efgh-ijkl-mnop"
GONE = {
    "I deleted your message; the key": "The key",
    " I deleted your message, since it may have held a key.": "",
}
"""What only Telegram has to say: elsewhere a key never stands in the chat."""


def without_deletion(words: str) -> str:
    """Return what was said, but for the message that is gone."""
    for said, instead in GONE.items():
        words = words.replace(said, instead)
    return words


async def everywhere(seats: dict[str, Seat], move: Callable[[Seat], Coroutine[None, None, Seen | None]]) -> Seen:
    """Make a move on all platforms that know it, and return what is read, which must be the same."""
    found = {name: await move(seat) for name, seat in seats.items()}
    said = {name: seen for name, seen in found.items() if seen is not None}
    assert {"telegram", "discord"} <= said.keys()
    for name, seen in said.items():
        assert seen == said["discord"], name
    assert said["discord"].words
    return said["discord"]


def among_strangers(seats: dict[str, Seat]) -> dict[str, Seat]:
    """Return the places of those on no list."""
    return {name: there for name, seat in seats.items() if (there := seat.stranger()) is not None}


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        ("setkey", {"destination": "youtube"}, "youtube has its new key."),
        ("adddestination", {"name": "evening", "target": "kick"}, "Saved as 'evening'."),
    ],
)
async def test_a_key_is_taken_alike(seats: dict[str, Seat], command: str, words: dict[str, str], told: str) -> None:
    """As the next message, in a form or unechoed: the key is kept, the same is said of it, and it stands nowhere."""
    # N3, N8

    async def keys_in(seat: Seat) -> Seen:
        seen = await seat.keys_in(KEY, command, **words)
        return replace(seen, words=without_deletion(seen.words))

    seen = await everywhere(seats, keys_in)

    assert told in seen.words
    assert "stored encrypted" in seen.words
    for seat in seats.values():
        assert KEY in seat.bot.engine.destinations.keys.values()
        assert KEY not in repr(await seat.bot.store.audit.recent(MAIN_SPACE))


async def test_a_bad_key_is_refused_alike(seats: dict[str, Seat]) -> None:
    """A key with a slip is refused with the same words, and not repeated; how to send another is the platform's."""

    async def keys_in(seat: Seat) -> Seen:
        seen = await seat.keys_in("two words", "setkey", destination="youtube")
        return replace(seen, words=without_deletion(seen.words), buttons=())

    seen = await everywhere(seats, keys_in)
    assert seen.code == "invalid_key"
    assert "two words" not in seen.words


async def test_an_invitation_is_made_used_and_taken_back_alike(seats: dict[str, Seat]) -> None:
    """From an admin's /invite over a stranger's /claim to /revoke: the same words on both sides, on every platform."""
    codes: dict[int, str] = {}

    async def invite(seat: Seat) -> Seen:
        seen = await seat.gives("invite", role="operator")
        (codes[id(seat.bot)],) = re.findall(r"/claim (\S+)", seen.words)
        return replace(seen, words=seen.words.replace(codes[id(seat.bot)], "CODE"))

    async def claim(seat: Seat) -> Seen:
        return await seat.gives("claim", code=codes[id(seat.bot)])

    others = among_strangers(seats)
    assert "/claim CODE" in (await everywhere(seats, invite)).words
    assert "not on the list" in (await everywhere(others, lambda seat: seat.gives("streams"))).words
    assert (await everywhere(others, lambda seat: seat.gives("claim", code="wrong-code"))).code == "wrong_code"
    assert "Mallory" in (await everywhere(others, claim)).words
    assert (await everywhere(others, claim)).code == "wrong_code"  # it is used up
    started = await everywhere(others, lambda seat: seat.gives("startstream", source="lofi", destination="youtube"))
    assert "lofi → youtube" in started.words
    assert (await everywhere(others, lambda seat: seat.gives("invite", role="admin"))).code == "not_allowed"
    platforms = {name: seats[name] for name in others}
    revoked = await everywhere(platforms, lambda seat: seat.gives("revoke", user="Mallory"))
    assert revoked.words == "Mallory has no role here any more."
    for seat in others.values():
        await seat.bot.clock.advance(3600)
    assert "not on the list" in (await everywhere(others, lambda seat: seat.gives("streams"))).words


async def test_a_file_is_taken_into_the_library_alike(seats: dict[str, Seat]) -> None:
    """A file that is sent is in the library under its name from then on."""
    taken = await everywhere(seats, lambda seat: seat.attaches("Night ride.mp4", b"moving pictures" * 100))
    assert "Night ride" in taken.words
    chats = {name: seats[name] for name in ("telegram", "discord")}
    assert "Night ride.mp4" in (await everywhere(chats, lambda seat: seat.gives("media"))).words
