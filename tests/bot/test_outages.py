"""How alerts end when their outage does not: whatever was given up or stopped is not said to be tried again."""

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from core.events import OutputStillDark
from core.model import Outcome, OutputId, Platform
from core.push import Level
from tests.bot.pushing import GROUP, OTHER, Pushing
from tests.fakes.clock import FakeClock


@pytest.fixture
async def service(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Pushing]:
    """A service with one alert chat."""
    service = Pushing(tmp_path, clock)
    await service.open()
    await service.subscribe()
    yield service
    await service.close()
    assert service.telegram.useless == 0


async def test_what_is_given_up_is_told_once(service: Pushing) -> None:
    """A stream that failed for good is one message, though its output and its run both ended."""
    await service.happens(service.failed(), service.ended(outcome=Outcome.FAILED))
    assert service.texts == ["🔴 s1 is off air. The media file is gone. Put it back, or start with another source."]
    assert not service.group[0].reply.silent


async def test_an_alert_promises_nothing_once_its_stream_was_given_up(service: Pushing) -> None:
    """Giving up rings anew; the alert before it no longer says that it is tried again, nor offers to restart it."""
    await service.happens(service.dark(), after_s=5)
    await service.happens(service.failed(since_s=5), service.ended(outcome=Outcome.FAILED), after_s=5)

    old, new = service.group
    assert old.text == "⚪ s1 → youtube went dark at 12:00:00 and was given up at 12:00:05."
    assert old.labels == []
    assert new.text.startswith("🔴 s1 is off air. The media file is gone.")
    assert not new.reply.silent
    assert new.labels == ["Start again", "Logs"]


async def test_one_of_a_group_is_given_up(service: Pushing) -> None:
    """Of many that went dark together, the alert goes on to tell which are still tried, and which not."""
    await service.happens(service.dark(1), service.dark(2), service.dark(3), after_s=5)
    await service.happens(service.ended(2, Outcome.FAILED), after_s=5)
    assert service.texts[0].splitlines() == [
        "🔴 2 streams went dark at 12:00: all to youtube. The network or YouTube is away. Trying again.",
        "s1, s3",
        "⚪ s2 → youtube went dark at 12:00:00 and was given up at 12:00:05.",
    ]

    await service.happens(service.ended(1, Outcome.FAILED), service.ended(3, Outcome.FAILED), after_s=5)

    assert service.texts[0] == "⚪ 3 streams are not tried any more.\ns2, s1, s3"


async def test_an_alert_promises_nothing_once_somebody_stopped_its_stream(service: Pushing) -> None:
    """Where the stop was ordered, and where only problems are told, the alert ends too, without another message."""
    await service.subscribe(OTHER, level=Level.PROBLEMS)
    await service.happens(service.dark(), after_s=5)
    with service.push.acting.order_of(GROUP):
        await service.happens(service.ended(outcome=Outcome.STOPPED, by="Rina"))

    ended = "⚪ s1 → youtube went dark at 12:00:00; the stream ended at 12:00:05."
    assert service.texts == [ended]
    assert [message.text for message in service.telegram.in_chat(OTHER)] == [ended]


async def test_every_destination_s_alert_ends_with_its_stream(service: Pushing) -> None:
    """A stream to two places that went dark one after the other leaves neither alert promising anything."""
    await service.happens(service.dark(), after_s=60)
    twitch = service.dark(output=OutputId("1-d2"), destination="twitch", platform=Platform.TWITCH)
    await service.happens(twitch, after_s=60)
    await service.happens(service.ended(outcome=Outcome.STOPPED, by="Rina"))

    assert service.texts == [
        "⚪ s1 → youtube went dark at 12:00:00; the stream ended at 12:02:00.",
        "⚪ s1 stopped by Rina",
    ]


async def test_many_that_are_given_up_are_one_message(service: Pushing) -> None:
    """Streams that fail together for good are told together."""
    await service.happens(*(service.ended(number, Outcome.FAILED) for number in (1, 2, 3)))
    (told,) = service.texts
    assert told.startswith("🔴 3 streams are off air for good.")
    assert told.endswith("s1, s2, s3")


async def test_a_stop_ends_the_alert(service: Pushing) -> None:
    """When somebody stops what was in trouble, its alert says so and offers no more to stop it."""
    await service.happens(service.dark(), after_s=5)
    await service.happens(service.ended(outcome=Outcome.STOPPED, by="Rina"))

    (alert,) = service.group
    assert alert.text == "⚪ s1 stopped by Rina"
    assert alert.labels == ["Start again", "Logs"]


async def test_one_stream_to_many_places_is_told_as_one(service: Pushing) -> None:
    """A stream that goes dark at all its destinations at once keeps its own buttons, and is told to be back as one."""
    twitch: dict[str, Any] = {"output": OutputId("1-d2"), "destination": "twitch", "platform": Platform.TWITCH}
    dark = service.dark()
    there = replace(dark, **twitch)
    await service.happens(dark, there, after_s=5)
    (alert,) = service.group
    assert alert.text == ("🔴 s1 → youtube + twitch went dark at 12:00:00. The network is away. Trying again in 1 s.")
    assert alert.labels == ["Restart now", "Stop", "Logs", "Mute 1 h"]

    again = service.dark(2)
    await service.happens(again, replace(again, **twitch), after_s=5)
    await service.happens(service.ended(2, Outcome.FAILED))
    assert service.texts[1] == "⚪ s2 → youtube + twitch went dark at 12:00:05 and was given up at 12:00:10."

    back = service.recovered(dark)
    await service.happens(back, replace(back, **twitch))

    assert service.texts[0] == "🟢 s1 → youtube + twitch is back after 11 s (2 tries)."


async def test_an_alert_from_before_a_restart_ends_with_its_stream(service: Pushing) -> None:
    """A stream that is dark while the service is restarted, and then stopped, leaves no alert that promises more."""
    dark = service.dark()
    await service.happens(dark, after_s=5)
    await service.kill()
    await service.open()
    common = {field.name: getattr(dark, field.name) for field in fields(OutputStillDark)}

    await service.happens(OutputStillDark(**common))
    assert len(service.group) == 1
    await service.happens(service.ended(outcome=Outcome.STOPPED, by="Rina"))

    assert len(service.group) == 1
    assert service.texts[0].startswith("⚪ s1")
