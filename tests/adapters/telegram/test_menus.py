"""The commands behind `/`: what each person is offered, in his language, and how seldom they are set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.telegram.menus import build_menu
from bot.i18n import LANGUAGES
from core.model import MAIN_SPACE
from core.people import Role
from tests.adapters.telegram.rig import Club
from tests.fakes.wait import eventually

if TYPE_CHECKING:
    from tests.bot.talk import Bot
    from tests.fakes.clock import FakeClock
    from tests.fakes.telegram_api import Chat, FakeTelegram, User


def names(role: Role | None) -> list[str]:
    """The commands that a role is offered."""
    return [command.command for command in build_menu(role, "en")]


async def offered(club: Club, user: User, role: Role | None, chat: Chat | None = None) -> list[str]:
    """What somebody is offered once it is what his role may do."""
    place = chat or club.chat_of(user)
    await eventually(lambda: club.telegram.menu(user, place) == names(role), f"the menu of a {role}")
    return club.telegram.menu(user, place)


async def test_person_is_offered_what_he_may_do(club: Club) -> None:
    """Once somebody has spoken, the menu holds what his role allows; a stranger's holds what is for anyone."""
    for user in (club.operator, club.viewer, club.stranger):
        await club.says(user, "/whoami")

    assert "startstream" in await offered(club, club.operator, Role.OPERATOR)
    assert "startstream" not in await offered(club, club.viewer, Role.VIEWER)
    assert "streams" not in await offered(club, club.stranger, None)
    assert club.telegram.refused == []


async def test_menu_in_a_group_is_each_members_own(club: Club) -> None:
    """In a group an operator is offered more than a viewer."""
    group = club.group()

    await club.says(club.operator, "/streams", group)
    await club.says(club.viewer, "/streams", group)

    assert await offered(club, club.operator, Role.OPERATOR, group) != await offered(
        club, club.viewer, Role.VIEWER, group
    )


async def test_menu_speaks_the_apps_language(club: Club) -> None:
    """Who has his app in Indonesian reads the menu in Indonesian, anybody else in the service's language."""
    budi = club.telegram.user(90, "Budi", language_code="id")
    person = await club.bot.store.people.person("telegram", "90", "Budi")
    await club.bot.store.people.grant(person.id, MAIN_SPACE, Role.VIEWER)
    chat = club.telegram.private_chat(budi)

    await club.says(budi, "/whoami")

    wanted = [{"command": it.command, "description": it.description} for it in build_menu(Role.VIEWER, "id")]
    await eventually(lambda: club.telegram.world.menus.seen_by(budi, chat) == wanted, "his menu")


async def test_new_role_changes_the_menu(club: Club) -> None:
    """Whoever was made an operator finds the new commands when he next speaks; who was revoked loses them."""
    await club.says(club.viewer, "/whoami")
    await offered(club, club.viewer, Role.VIEWER)
    person = await club.bot.store.people.person("telegram", "2", "Vera")

    await club.bot.store.people.grant(person.id, MAIN_SPACE, Role.OPERATOR)
    await club.says(club.viewer, "/whoami")
    await offered(club, club.viewer, Role.OPERATOR)

    await club.bot.store.people.revoke(person.id, MAIN_SPACE)
    await club.says(club.viewer, "/whoami")
    await offered(club, club.viewer, None)


async def test_menu_changes_with_the_role_at_once(club: Club) -> None:
    """Whoever is let in or revoked has other commands before he says anything more, in private and in groups."""
    club.bot.channels["telegram"] = club.channel
    group = club.group()
    for chat in (None, group):
        await club.says(club.viewer, "/streams", chat)
        await offered(club, club.viewer, Role.VIEWER, chat)
    await club.says(club.stranger, "/whoami")
    await offered(club, club.stranger, None)

    await club.says(club.admin, "/grant 777 operator")
    await offered(club, club.stranger, Role.OPERATOR)
    await club.says(club.admin, "/revoke Vera")
    for chat in (None, group):
        await offered(club, club.viewer, None, chat)


async def test_menu_of_who_never_wrote_is_left_alone(club: Club) -> None:
    """A role that waits for somebody whose chat Telegram does not give us asks it for nothing."""
    club.bot.channels["telegram"] = club.channel
    await club.says(club.admin, "/grant 999 operator")
    await offered(club, club.admin, Role.ADMIN)
    assert club.telegram.refused == []


async def test_menu_is_set_only_on_change(telegram: FakeTelegram, bot: Bot, clock: FakeClock) -> None:
    """Talking on sets nothing again, and neither does a restart of the service."""
    for _ in range(2):
        club = Club(telegram, bot, clock)
        async with club.running():
            for _ in range(3):
                await club.says(club.operator, "/whoami")
            await offered(club, club.operator, Role.OPERATOR)
            await club.says(club.operator, "/whoami")

    assert len(telegram.calls("setMyCommands")) == 2 * len(LANGUAGES)


async def test_menu_that_could_not_be_set_is_set_later(club: Club) -> None:
    """A platform that refuses a menu now costs no answer, and the menu comes when the person speaks again."""
    club.telegram.fail("setMyCommands", 429, retry_after_s=5)
    assert (await club.says(club.operator, "/whoami")).text

    await club.says(club.operator, "/whoami")

    await offered(club, club.operator, Role.OPERATOR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_menu_fits(language: str) -> None:
    """No role's menu is longer than the platform takes: 100 commands, 256 characters each."""
    menu = build_menu(Role.ADMIN, language)

    assert len(menu) <= 100
    assert max(len(command.description) for command in menu) <= 256
