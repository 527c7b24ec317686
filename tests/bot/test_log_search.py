"""/logs: the line that matters out of a thousand, and how it ended for who comes afterwards."""

from tests.bot.talk import Bot


async def test_only_lines_with_the_word_are_shown(bot: Bot) -> None:
    """A word finds its lines, in capitals or not, also further back than what is usually shown."""  # P8
    bot.engine.log_lines = (
        "[error] Connection reset by peer",
        *(f"[info] frame {n}" for n in range(500)),
        "[error] CONNECTION refused",
    )
    await bot.operator.says("/startstream lofi youtube")

    told = await bot.viewer.told("/logs lofi find=connection")
    assert told.splitlines()[1:] == ["[error] Connection reset by peer", "[error] CONNECTION refused"]
    assert (await bot.viewer.told("/logs lofi find=connection lines=1")).splitlines()[1:] == [
        "[error] CONNECTION refused"
    ]


async def test_a_word_that_is_not_there_is_said(bot: Bot) -> None:
    """Nothing found is said as that, with the word as it was typed."""
    await bot.operator.says("/startstream lofi youtube")
    assert await bot.viewer.told('/logs lofi find="no <b>such"') == "Nothing in the log of lofi holds 'no <b>such'."


async def test_a_run_that_is_over_is_told_with_how_it_went(bot: Bot) -> None:
    """Who asks afterwards reads above the last lines who ended it, after how long, and how long it was dark."""  # R12
    await bot.operator.says("/startstream lofi youtube")
    assert (await bot.viewer.told("/logs lofi")).splitlines()[1:] == ["first line", "second line"]
    await bot.clock.advance(3600)
    await bot.operator.says("/stop lofi")

    for order in ("/logs lofi run=last", "/logs lofi run=1"):
        told = (await bot.viewer.told(order)).splitlines()
        assert told[1] == "stopped by Otto after 1:00:00 · dark 0:00:04"
        assert told[2:] == ["first line", "second line"]
