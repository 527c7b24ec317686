"""What chats are told of planned breaks: one silent line, and only where planned things are wanted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notes import find_about, is_red
from core.events import OutputRotated
from core.push import Level
from tests.bot.pushing import GROUP, Pushing
from tests.fakes.clock import FakeClock


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Pushing]:
    """A service that pushes, and put away."""
    made = Pushing(tmp_path, FakeClock())
    await made.open()
    yield made
    await made.close()


def rotated(service: Pushing) -> OutputRotated:
    """A planned break after 11 h 30 min."""
    dark = service.dark()
    names = ("at", "space", "stream", "name", "run", "output", "destination", "platform")
    return OutputRotated(after_s=41_400, **{name: getattr(dark, name) for name in names})


async def test_a_planned_break_is_said_without_alarm(service: Pushing) -> None:
    """Before a planned break the chat hears, without a sound, that it is one."""
    # N6
    await service.subscribe()
    event = rotated(service)
    await service.happens(event, after_s=10)

    (message,) = service.group
    assert message.text == "🔁 s1 → youtube begins anew as planned after 11 h 30 min: dark for some seconds."
    assert message.reply.silent
    assert (is_red(event), find_about(event)) == (False, None)


async def test_who_wants_problems_only_hears_nothing_of_it(service: Pushing) -> None:
    """A chat that wants to hear of trouble only is not told."""
    # N6
    await service.subscribe(GROUP, level=Level.PROBLEMS)
    await service.happens(rotated(service), after_s=10)

    assert service.group == []
