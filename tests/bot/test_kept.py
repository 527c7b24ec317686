"""What is said of streams that are kept and don't run."""

from dataclasses import replace

from bot.i18n import Words
from bot.present.cards import card
from core.errors import NotRunning
from core.model import MAIN_SPACE, Mode, Outcome, RunId, RunRecord, State, StreamId, UserId
from tests.bot.talk import Bot, text_of
from tests.fakes.stores import NOON


async def test_a_stopped_stream_tells_where_it_will_go(bot: Bot) -> None:
    """After `/change A destination=d3` the card of a stopped stream names d3, not where its last run went."""
    await bot.operator.says("/startstream lofi youtube")
    (view,) = await bot.engine.views(MAIN_SPACE)
    run = RunRecord(
        RunId(1), StreamId(1), MAIN_SPACE, "lofi", "lofi", "youtube", Mode.COPY, NOON, UserId(1), NOON,
        outcome=Outcome.STOPPED,
    )  # fmt: skip
    stopped = replace(view, state=State.STOPPED, outputs=(), ended=run, destinations=("d3",))

    assert "lofi → d3 · " in text_of(card(stopped, Words("en"), NOON))


async def test_who_wants_an_end_is_told_how(bot: Bot) -> None:
    """A refused `/change lofi for=1h` says that the end goes with the start."""
    await bot.operator.says("/startstream lofi youtube")
    await bot.operator.says("/stop lofi")
    bot.engine.crash = NotRunning("lofi", State.STOPPED)

    assert "/startstream lofi for=1h" in text_of(await bot.operator.says("/change lofi for=1h"))
