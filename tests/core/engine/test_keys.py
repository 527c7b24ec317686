"""One key is never pushed twice (N4), also while keys are changed: on a fake clock, with a second space."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from core.errors import KeyInUse
from core.model import Actor, Destination, Platform, SpaceName, StartRequest, State
from core.people import Role
from core.schedule.errors import ScheduleOverlaps
from core.schedule.model import ScheduleRequest
from core.schedule.plan import IfMissed
from core.schedule.repeat import DAILY
from tests.core.engine.rig import GOOD, Rig
from tests.fakes.runner import exits

LOFI = StartRequest("lofi", ("youtube",))
CLUB = SpaceName("club")


@pytest.fixture
async def ada(rig: Rig) -> Actor:
    """Give somebody of another space, whose destination `theirs` has the key `key-new`."""
    person = await rig.store.people.person("console", "3", "Ada")
    await rig.store.people.grant(person.id, CLUB, Role.OPERATOR)
    await rig.store.media.put(CLUB, "film.mp4", 1000, 1, GOOD, None)
    await rig.store.destinations.add(CLUB, "theirs", Platform.CUSTOM, "rtmp://127.0.0.1/live", "sealed", "key-new")
    return Actor(person.id, "Ada", CLUB, "console")


async def known(rig: Rig, name: str = "youtube") -> Destination:
    """Return one of the main space's destinations."""
    return next(one for one in await rig.engine.destinations.all(rig.rina.space) if one.name == name)


async def give_key(rig: Rig, key: str, name: str = "youtube") -> Destination:
    """Give a destination another key."""
    changed: Destination = await rig.order(rig.engine.set_key(rig.rina.space, (await known(rig, name)).id, key))
    return changed


async def test_a_new_key_is_held_at_once_and_the_old_one_as_long_as_it_is_pushed(rig: Rig, ada: Actor) -> None:
    """After /setkey nobody else gets the new key, nor the old one before its last process is gone."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)

    await give_key(rig, "key-new")
    await give_key(rig, "key-youtube", "spare")

    with pytest.raises(KeyInUse) as new:
        await rig.engine.start(ada, StartRequest("film"))
    with pytest.raises(KeyInUse) as old:
        await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",)))
    assert (new.value.stream, old.value.stream) == (None, "lofi")

    await rig.order(rig.engine.restart(rig.rina, (await rig.stream("lofi")).id))
    await rig.clock.advance(3)
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",)))
    await rig.clock.advance(3)
    assert {(await rig.stream(name)).state for name in ("lofi", "ngaji")} == {State.LIVE}


async def test_the_old_key_stays_held_over_a_restart_of_the_service(rig: Rig) -> None:
    """What goes on over a restart of the service keeps the key that it really pushes, though it was changed since."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)
    await give_key(rig, "key-other")
    await give_key(rig, "key-youtube", "spare")

    await rig.crash()
    await rig.open()

    with pytest.raises(KeyInUse):
        await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",)))


async def test_a_running_stream_gets_no_key_that_another_pushes(rig: Rig, ada: Actor) -> None:
    """/setkey to a key that is on air elsewhere is refused while a stream goes there, and changes nothing."""
    await rig.engine.start(ada, StartRequest("film"))
    await rig.engine.start(rig.rina, LOFI)
    with pytest.raises(KeyInUse):
        await give_key(rig, "key-new")
    assert (await known(rig)).lock == "key-youtube"


async def test_a_key_changed_behind_our_back_is_not_pushed_twice(rig: Rig, ada: Actor) -> None:
    """Whatever came between an order and its attempt: an attempt whose key another stream pushes is not made."""
    await rig.engine.start(ada, StartRequest("film"))
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)
    await rig.store.destinations.set_key((await known(rig)).id, "sealed", "key-new")

    rig.host.kill(view.outputs[0].id)
    await rig.clock.advance(3)

    assert (await rig.stream("lofi")).state is State.RETRYING


async def test_the_old_key_is_held_where_a_stream_comes_back_with_it(rig: Rig) -> None:
    """A stream that dies while nobody can read its new key comes back with the old one, and nobody else gets that."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)
    changed = await known(rig)
    rig.deck.places.exchange(changed, "key-new")
    await rig.store.destinations.set_key(changed.id, "sealed", "key-new")
    await give_key(rig, "key-youtube", "spare")
    rig.destinations.unreadable = True

    rig.host.kill(view.outputs[0].id)
    await rig.clock.advance(5)
    rig.destinations.unreadable = False

    assert (await rig.stream("lofi")).state is State.LIVE
    with pytest.raises(KeyInUse) as refused:
        await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",)))
    assert refused.value.stream == "lofi"


async def test_a_stream_comes_back_with_no_old_key_that_is_another_s(rig: Rig) -> None:
    """Where its old key has been taken meanwhile, a stream waits until its new one can be read."""
    view = await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)
    changed = await known(rig)
    rig.deck.places.exchange(changed, "key-new")
    await rig.store.destinations.set_key(changed.id, "sealed", "key-new")
    await give_key(rig, "key-youtube", "spare")
    rig.host.kill(view.outputs[0].id)
    await rig.clock.settle()
    await rig.engine.start(rig.budi, StartRequest("ngaji", ("spare",)))

    rig.destinations.unreadable = True
    await rig.clock.advance(5)
    assert (await rig.stream("lofi")).state is State.RETRYING
    rig.destinations.unreadable = False
    await rig.clock.advance(60)
    assert (await rig.stream("lofi")).state is State.LIVE


async def test_a_typing_error_in_a_key_can_be_undone(rig: Rig) -> None:
    """The key that a stream pushes can be given back to its destination while it is on air."""
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(3)
    await give_key(rig, "key-wrong")
    await give_key(rig, "key-youtube")
    await rig.order(rig.engine.restart(rig.rina, (await rig.stream("lofi")).id))
    await rig.clock.advance(3)
    assert (await rig.stream("lofi")).state is State.LIVE


async def test_a_moved_stream_keeps_its_key_until_it_has_left(rig: Rig) -> None:
    """Two streams of one space swap no key in the air: what another output still pushes is not given away."""
    view = await rig.engine.start(rig.rina, StartRequest("lofi", ("youtube", "twitch")))
    await rig.clock.advance(3)
    await give_key(rig, "key-other")
    with pytest.raises(KeyInUse) as refused:
        await give_key(rig, "key-youtube", "twitch")
    assert refused.value.stream == view.name


async def test_schedules_of_a_destination_with_a_new_key_meet_no_others(rig: Rig, ada: Actor) -> None:
    """/setkey to a key that another space's schedule has at the same hours is refused, without its name."""  # R9
    evening = ScheduleRequest("lofi", ("youtube",), DAILY, time(18), "UTC", timedelta(hours=2), IfMissed.LATE)
    theirs = ScheduleRequest("film", ("theirs",), DAILY, time(19), "UTC", timedelta(hours=2), IfMissed.LATE)
    await rig.engine.schedules.add(rig.rina, evening)
    await rig.engine.schedules.add(ada, theirs)
    with pytest.raises(ScheduleOverlaps) as refused:
        await give_key(rig, "key-new")
    assert (refused.value.name, refused.value.same, (await known(rig)).lock) == (None, "key", "key-youtube")


async def test_a_new_key_wakes_the_stream_that_waits_for_it(rig: Rig) -> None:
    """A stream whose key was refused is live at once with the new one, and is patient with it from the start."""
    rig.host.script(*[exits(1, "Server error: denied")] * 4)
    await rig.engine.start(rig.rina, LOFI)
    await rig.clock.advance(100)
    assert (await rig.stream("lofi")).state is State.RETRYING

    await give_key(rig, "key-good")
    await rig.clock.advance(3)

    assert (await rig.stream("lofi")).state is State.LIVE
    assert not rig.host.scripts
