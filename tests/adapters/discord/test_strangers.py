"""Who hears of a stranger on Discord, where an admin may be one by a role of the guild alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.channel import ChatRef
from bot.push import Push
from core.model import MAIN_SPACE
from core.people import Role
from core.push import AlertChat
from tests.adapters.discord.club import Club, plain
from tests.fakes.discord_api import Channel, Message, User


@pytest.fixture
async def mods(club: Club) -> AsyncIterator[User]:
    """Mia, whom nobody granted anything: she is an admin by the guild's role alone; and the service pushes."""
    bot = club.ears.bot
    role = club.fake.role(club.guild, "Mods")
    await bot.store.people.grant_platform_role(MAIN_SPACE, "discord", str(role.id), Role.ADMIN)
    mia = club.fake.user(50, "Mia")
    club.fake.member(mia, club.guild, [role])
    ada = await bot.store.people.find_known("discord", "4")
    assert ada
    await bot.store.people.revoke(ada.id, MAIN_SPACE)
    push = Push(bot.engine, bot.access, bot.clock)  # type: ignore[arg-type]  # the facade without FFmpeg
    push.channels["discord"] = club.channel
    bot.services.strangers.on_stranger = push.notifier.on_stranger
    push.start()
    yield mia
    await push.stop()


async def read(club: Club, place: Channel | None = None) -> Message:
    """Return the note about Mallory once it stands in a channel, in the common one unless said."""
    for _ in range(500):
        await asyncio.sleep(0.002)
        await club.ears.bot.clock.advance(0.2)
        found = [one for one in club.fake.messages(place or club.place) if "Mallory" in one.text]
        if found:
            return found[0]
    raise AssertionError("nobody was told of Mallory")


async def test_admin_by_role_alone_lets_a_stranger_in(club: Club, mods: User) -> None:
    """She reads of him in the guild, where a press tells her role; his answer says truly that the admins know."""
    await club.order(club.mallory, "streams")
    note = await read(club)
    assert "I told the admins" in plain(club.whispered(club.mallory)[0].text)

    await club.press(mods, note, "Operator")

    mallory = await club.ears.bot.store.people.find_known("discord", "777")
    assert mallory
    assert await club.ears.bot.store.people.role(mallory.id, MAIN_SPACE) is Role.OPERATOR


async def test_note_stands_in_the_chat_with_alerts(club: Club, mods: User) -> None:
    """Where a channel asked for alerts, strangers are told of there and not where they wrote."""
    staff = club.fake.channel(club.guild, "staff")
    await club.ears.bot.store.chats.put(AlertChat(ChatRef("discord", str(staff.id)), MAIN_SPACE, wanted=True))
    await club.order(club.mallory, "streams")
    await club.press(mods, await read(club, staff), "Ignore")
    assert club.said() == []
    assert await club.ears.bot.store.people.is_ignored(MAIN_SPACE, "discord", "777")


async def test_stranger_cannot_let_himself_in(club: Club, mods: User) -> None:  # noqa: ARG001 - she is there
    """He may see the note where he wrote, and press in vain."""
    await club.order(club.mallory, "streams")
    await club.press(club.mallory, await read(club), "Operator")
    assert await club.ears.bot.store.people.find_known("discord", "777") is None


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
async def test_guild_without_admins_by_role_reads_nothing_of_strangers(club: Club, mods: User, role: Role) -> None:  # noqa: ARG001 - as above
    """A role that makes no admins is no reason to tell a whole channel who wrote; he reads that nobody was told."""
    people = club.ears.bot.store.people
    for role_id in await people.platform_roles(MAIN_SPACE, "discord"):
        await people.grant_platform_role(MAIN_SPACE, "discord", role_id, role)
    await club.order(club.mallory, "streams")
    await club.ears.bot.clock.advance(5)
    assert club.said() == []
    assert "I told" not in plain(club.whispered(club.mallory)[0].text)
