"""What a refusal advises can be done."""

import pytest

from bot.i18n import Words
from bot.present.refusals import Refused, refuse
from core.errors import InUse
from tests.bot.talk import Bot, text_of
from tests.fakes.stores import NOON


@pytest.mark.parametrize(
    ("order", "advice"),
    [
        ("/language xx", "❌ language takes en, id, auto, not 'xx'."),
        ("/media frob lofi", "❌ action takes rename, delete, not 'frob'."),
        ("/media new=dzikir", "❌ action takes rename, delete, not 'dzikir'."),
        (
            "/playlist items=lofi",
            "❌ action takes create, add, remove, move, shuffle, show, delete, rename, not 'lofi'.",
        ),
        (
            "/playlist frob malam",
            "❌ action takes create, add, remove, move, shuffle, show, delete, rename, not 'frob'.",
        ),
        ("/playlist move malam lofi", "❌ Say which and where to: /playlist move name lofi 1"),
        ("/playlist move malam", "❌ Say which and where to: /playlist move name lofi 1"),
        ("/change lofi", "❌ Say what to change: source=, destination=, name=, for= or until=."),
        ("/adddestination six rtmp://[::1]:1935/live key-of-six", "❌ I take no IPv6 address in brackets."),
        ("/stop x=y", "A name with = in it goes in quotes."),
    ],
)
async def test_a_wrong_word_is_answered_with_the_right_ones(bot: Bot, order: str, advice: str) -> None:
    """Whoever writes a word that can't be reads what can, and how."""
    await bot.operator.says("/playlist create malam lofi")
    await bot.operator.says("/startstream lofi youtube")
    assert advice in await bot.admin.told(order)


async def test_who_can_not_be_asked_is_not_promised_to_be(bot: Bot) -> None:
    """A script that leaves the key out reads that it is missing, not that it will be asked for it in secret."""
    told = await bot.console.told("adddestination new youtube")
    assert told.startswith("❌ What is missing: key (the stream key).")


@pytest.mark.parametrize("kind", ["destination", "media", "playlist"])
def test_what_a_stopped_stream_needs_is_not_told_to_be_stopped(kind: str) -> None:
    """What a stopped stream needs is free after /change or /forget, and the refusal says so."""
    told = text_of(refuse(Refused(InUse(kind, "youtube", ("lofi",)), Words("en"), NOON)))
    assert "/change" in told
    assert "/forget" in told
