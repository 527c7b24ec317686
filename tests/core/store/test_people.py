"""Persons, their roles, invitations, limits and choices."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotFound
from core.model import MAIN_SPACE, SpaceName, UserId
from core.people import Person, Role
from core.store import Store
from tests.fakes.stores import NOON, locked, opened

CLUB = SpaceName("club")
TOMORROW = NOON + timedelta(days=1)


async def test_a_person_is_known_again(store: Store) -> None:
    """Somebody who writes again is the same person, under the name that he has now; elsewhere he is another."""
    rina = await store.people.person("telegram", "777", "Rina")

    again = await store.people.person("telegram", "777", "Rina ❤")
    elsewhere = await store.people.person("discord", "777", "Rina")

    assert again == Person(rina.id, "telegram", "777", "Rina ❤")
    assert await store.people.find(rina.id) == again
    assert elsewhere.id != rina.id
    assert await store.people.find(UserId(10**30)) is None


async def test_two_first_messages_at_once_make_one_person(store: Store) -> None:
    """A newcomer who sends two messages in one instant is one person."""
    first, second = await asyncio.gather(*(store.people.person("telegram", "777", "Rina") for _ in range(2)))

    assert first == second


async def test_a_name_of_broken_text_does_no_harm(store: Store) -> None:
    """A name with half a character, as hostile clients send it, is stored readable and recognised again."""
    broken = await store.people.person("telegram", "1", "Ri\ud83dna")

    assert broken.name == "Ri?na"
    assert await store.people.person("telegram", "1", "Ri\ud83dna") == broken


async def test_a_known_person_is_looked_up_without_writing(store: Store, database: Path) -> None:
    """While somebody else writes to the database, people who are known can still look at their streams."""
    rina = await store.people.person("telegram", "777", "Rina")
    with locked(database):
        assert await store.people.person("telegram", "777", "Rina") == rina


async def test_roles_count_in_their_space_alone(store: Store) -> None:
    """A role in one team gives nothing in another; a new role replaces the old one; a revoked one is gone."""
    # P13
    rina = (await store.people.person("telegram", "777", "Rina")).id

    await store.people.grant(rina, MAIN_SPACE, Role.OPERATOR)
    assert await store.people.role(rina, MAIN_SPACE) is Role.OPERATOR
    assert await store.people.role(rina, CLUB) is None
    await store.people.grant(rina, MAIN_SPACE, Role.VIEWER)
    assert await store.people.role(rina, MAIN_SPACE) is Role.VIEWER

    assert await store.people.revoke(rina, CLUB) is None
    assert await store.people.revoke(rina, MAIN_SPACE) is Role.VIEWER
    assert await store.people.role(rina, MAIN_SPACE) is None
    with pytest.raises(NotFound):
        await store.people.grant(UserId(99), MAIN_SPACE, Role.ADMIN)


def test_roles_are_ordered_by_rights() -> None:
    """An admin may all that an operator may, and he all that a viewer may, whatever the alphabet says."""
    assert Role.VIEWER < Role.OPERATOR < Role.ADMIN
    assert max(Role.ADMIN, Role.VIEWER) is Role.ADMIN
    assert Role.OPERATOR >= Role.OPERATOR
    assert f"{Role('operator')}" == "operator"


async def test_members_are_listed_per_space(store: Store) -> None:
    """`/users` shows who has which role here, by name, and nobody of another team."""
    for number, (name, space, role) in enumerate(
        [("Zul", MAIN_SPACE, Role.VIEWER), ("Adi", MAIN_SPACE, Role.ADMIN), ("Eve", CLUB, Role.ADMIN)]
    ):
        person = await store.people.person("telegram", str(number), name)
        await store.people.grant(person.id, space, role)

    members = await store.people.members(MAIN_SPACE)
    assert [(m.person.name, m.role) for m in members] == [("Adi", Role.ADMIN), ("Zul", Role.VIEWER)]


async def test_platform_roles_give_and_lose_roles(store: Store) -> None:
    """A Discord role gives the role that it was last granted here, until that is taken back."""
    people = store.people
    await people.grant_platform_role(MAIN_SPACE, "discord", "42", Role.VIEWER)
    await people.grant_platform_role(MAIN_SPACE, "discord", "42", Role.OPERATOR)
    await people.grant_platform_role(CLUB, "discord", "43", Role.ADMIN)

    assert await people.platform_roles(MAIN_SPACE, "discord") == {"42": Role.OPERATOR}
    for _ in range(2):
        await people.grant_platform_role(MAIN_SPACE, "discord", "42", None)
    assert await people.platform_roles(MAIN_SPACE, "discord") == {}


async def test_limits_and_choices_are_kept(store: Store) -> None:
    """One user's own limit, language and zone are stored and can be taken back."""
    # R4, N12
    people = store.people
    rina = (await people.person("telegram", "777", "Rina")).id
    assert await people.limit(rina) is None
    await people.set_limit(rina, 0)
    await people.set_language(rina, "id")
    await people.set_timezone(rina, "Asia/Jakarta")

    assert await people.limit(rina) == 0
    assert await people.person("telegram", "777", "Rina") == Person(
        rina, "telegram", "777", "Rina", "id", "Asia/Jakarta", 0
    )
    await people.set_limit(rina, None)
    assert await people.limit(rina) is None


async def test_an_invitation_is_used_once_even_when_raced(store: Store, database: Path) -> None:
    """Of ten people who open one link in the same instant, through two services, exactly one gets in."""
    newcomers = [await store.people.person("telegram", str(number), "x") for number in range(10)]
    await store.people.create_invite(MAIN_SPACE, Role.ADMIN, "digest", None, TOMORROW)

    async with opened(database) as other:
        stores = (store, other)
        results = await asyncio.gather(
            *(stores[n % 2].people.redeem_invite("digest", who.id, NOON) for n, who in enumerate(newcomers)),
            return_exceptions=True,
        )

    assert [result for result in results if not isinstance(result, NotFound)] == [(MAIN_SPACE, Role.ADMIN)]
    assert len(await store.people.members(MAIN_SPACE)) == 1


async def test_an_invitation_lasts_for_its_uses(store: Store) -> None:
    """A link for two lets in two, and none is wasted on who is in already."""
    people = store.people
    a, b, c = [(await people.person("telegram", str(number), "x")).id for number in range(3)]
    await people.create_invite(MAIN_SPACE, Role.OPERATOR, "digest", a, TOMORROW, uses=2)
    await people.grant(a, MAIN_SPACE, Role.ADMIN)

    assert await people.redeem_invite("digest", a, NOON) == (MAIN_SPACE, Role.ADMIN)
    for _ in range(2):
        assert await people.redeem_invite("digest", b, NOON) == (MAIN_SPACE, Role.OPERATOR)
    assert await people.redeem_invite("digest", c, NOON) == (MAIN_SPACE, Role.OPERATOR)
    with pytest.raises(NotFound):
        await people.redeem_invite("digest", b, NOON)
    assert await people.role(a, MAIN_SPACE) is Role.ADMIN


async def test_an_invitation_raises_a_lower_role(store: Store) -> None:
    """A viewer who opens an operator's link becomes operator."""
    rina = (await store.people.person("telegram", "1", "x")).id
    await store.people.grant(rina, MAIN_SPACE, Role.VIEWER)
    await store.people.create_invite(MAIN_SPACE, Role.OPERATOR, "digest", None, TOMORROW)

    assert await store.people.redeem_invite("digest", rina, NOON) == (MAIN_SPACE, Role.OPERATOR)


@pytest.mark.parametrize(("code", "days"), [("wrong", 0), ("digest", 1), ("digest", 2)])
async def test_a_wrong_or_late_invitation_gives_nothing(store: Store, code: str, days: int) -> None:
    """A wrong code and one that has expired are refused alike, without naming the code."""
    rina = (await store.people.person("telegram", "1", "x")).id
    await store.people.create_invite(MAIN_SPACE, Role.ADMIN, "digest", None, TOMORROW)

    with pytest.raises(NotFound) as refused:
        await store.people.redeem_invite(code, rina, NOON + timedelta(days=days))

    assert refused.value.data() == {"kind": "invite", "name": "", "suggestions": ()}
    assert await store.people.role(rina, MAIN_SPACE) is None
