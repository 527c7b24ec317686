"""The record of who changed what."""

from datetime import timedelta

from core.model import MAIN_SPACE, SpaceName, UserId
from core.people import AuditEntry
from core.store import Store
from tests.fakes.stores import NOON

CLUB = SpaceName("club")


def entry(user: UserId | None, subject: str, after_s: float = 0, space: SpaceName = MAIN_SPACE) -> AuditEntry:
    """Return that somebody stopped something."""
    return AuditEntry(NOON + timedelta(seconds=after_s), space, user, "Rina", "telegram", "-100/7", "stop", subject)


async def test_the_record_says_who_did_what_where_and_when(store: Store) -> None:
    """An admin sees the newest first, for his space, for one person, or for one stream."""
    rina = (await store.people.person("telegram", "777", "Rina")).id
    adi = (await store.people.person("telegram", "778", "Adi")).id
    entries = [entry(rina, "lofi"), entry(adi, "lofi", 1), entry(rina, "ngaji", 2), entry(None, "lofi", 3)]
    for each in (*entries, entry(rina, "lofi", 4, CLUB)):
        await store.audit.add(each)

    assert await store.audit.recent(MAIN_SPACE) == entries[::-1]
    assert await store.audit.recent(MAIN_SPACE, user=rina) == [entries[2], entries[0]]
    assert await store.audit.recent(MAIN_SPACE, stream="lofi", limit=2) == [entries[3], entries[1]]
    assert await store.audit.recent(MAIN_SPACE, limit=-1) == []
    assert len(await store.audit.recent(MAIN_SPACE, limit=10**30)) == 4


async def test_the_record_is_bounded(store: Store) -> None:
    """Old entries fall off by age and by number, so that the file can't grow for ever."""
    for number in range(10):
        await store.audit.add(entry(None, f"s{number}", number))

    assert await store.audit.prune(NOON + timedelta(seconds=2)) == 2
    assert await store.audit.prune(NOON, keep=3) == 5
    assert [e.subject for e in await store.audit.recent(MAIN_SPACE)] == ["s9", "s8", "s7"]


async def test_broken_text_does_not_stop_the_record(store: Store) -> None:
    """An order with half a character in it is recorded all the same."""
    await store.audit.add(AuditEntry(NOON, MAIN_SPACE, None, "\ud83d", "telegram", None, "stop", "\ud83d", "\ud83d"))

    (kept,) = await store.audit.recent(MAIN_SPACE)
    assert (kept.user_name, kept.subject, kept.detail) == ("?", "?", "?")
