"""Names as long as films have them: every button is there, though only 64 bytes stand behind one."""

import pytest

from bot.present.buttons import MAX_BYTES
from core.errors import Finding, NotCopyable
from core.model import MAIN_SPACE, StartRequest
from tests.bot.talk import Bot, buttons_of, labels_of, text_of

FILM = "Sholawat Nabi Merdu Penyejuk Hati 2025 Full Album"
TYPO = "Sholawat Nabi Merdu Penyejuk Hati 2052 Full Album"
WHERE = "Facebook Majelis Sholawat Penyejuk Hati"


@pytest.fixture
async def long(bot: Bot) -> Bot:
    """A bot whose library and destinations have long names."""
    bot.engine.library.put(f"{FILM}.mp4", MAIN_SPACE)
    await bot.engine.destinations.add(MAIN_SPACE, WHERE, "facebook", "key-of-facebook")
    return bot


def last_start(bot: Bot) -> StartRequest:
    """Return the last order that reached the engine."""
    order = bot.engine.orders[-1]
    assert isinstance(order, StartRequest)
    return order


async def test_a_long_film_is_led_to_its_start(long: Bot) -> None:
    """Whoever types only a film's long name is asked where and how long, and it goes live."""
    where = await long.operator.says(f'/startstream "{FILM}"')
    assert labels_of(where)[:3] == ["youtube", "twitch", WHERE]
    summary = await long.operator.presses(await long.operator.presses(where, WHERE), "6 h")
    assert text_of(summary) == f"{FILM} → {WHERE}, 6 h, copied as it is."
    assert f"{FILM} → {WHERE}" in text_of(await long.operator.presses(summary, "Start"))


async def test_a_long_film_is_led_to_its_schedule(long: Bot) -> None:
    """The same for /schedule, which asks where, too."""
    where = await long.operator.says(f'/schedule "{FILM}" start=18:00 for=5h repeat=daily')
    assert f"{FILM} → {WHERE}" in text_of(await long.operator.presses(where, WHERE))


async def test_a_long_playlist_is_led(long: Bot) -> None:
    """A playlist that was typed by name is remembered as one."""
    made = await long.engine.playlists.create(MAIN_SPACE, f"Kumpulan {FILM[:40]}")
    where = await long.operator.says(f'/startstream "{made.name}"')
    assert buttons_of(where)[0].order == f"startstream #p{made.id} #1 step=ask"


async def test_a_key_in_use_leaves_a_choice(long: Bot) -> None:
    """[Choose another destination] is there and keeps all but the destination."""
    await long.operator.says(f'/startstream lofi "{WHERE}"')
    refused = await long.operator.says(f'/startstream "{FILM}" "{WHERE}" for=6h')
    assert labels_of(refused) == ["Stop lofi", "Choose another destination"]
    where = await long.operator.presses(refused, "Choose another destination")
    summary = await long.operator.presses(where, "twitch")
    assert f"{FILM} → twitch, 6 h" in text_of(summary)


async def test_what_ran_before_can_go_elsewhere(long: Bot) -> None:
    """A kept stream knows its destination; where that is taken, its source can be sent to another all the same."""
    await long.operator.says(f'/startstream "{FILM}" "{WHERE}"')
    await long.operator.says(f'/stop "{FILM}"')
    await long.operator.says(f'/startstream lofi "{WHERE}"')
    refused = await long.operator.says(f'/startstream "{FILM}"')
    where = await long.operator.presses(refused, "Choose another destination")
    assert "twitch" in labels_of(where)


async def test_what_is_not_copyable_can_be_encoded(long: Bot) -> None:
    """[Encode live] and [Start anyway] repeat the whole order, whatever the names."""
    long.engine.refusal = NotCopyable(
        FILM, (Finding("keyframe_gap", FILM, (("gap_s", "10"), ("limit_s", "4")), hard=False),)
    )
    refused = await long.operator.says(f'/startstream "{FILM}" "{WHERE},youtube" for=6h')
    assert labels_of(refused) == ["Encode live (1.3 cores)", "Start anyway"]
    long.engine.refusal = None
    await long.operator.presses(refused, "Encode live (1.3 cores)")
    assert (last_start(long).mode, last_start(long).destinations) == ("encode", ("#3", "#1"))


async def test_a_typo_in_a_long_name_is_one_press(long: Bot) -> None:
    """The nearest name is a button that starts it, as it is for short names."""
    refused = await long.operator.says(f'/startstream "{TYPO}" "{WHERE}" for=6h')
    assert text_of(refused).endswith(f"Did you mean {FILM}?")
    assert len(buttons_of(refused)[0].order.encode()) <= MAX_BYTES
    await long.operator.presses(refused, buttons_of(refused)[0].label)
    assert last_start(long).source == "#3"
