"""Calls that may never come back hold up nothing but themselves."""

import asyncio
import threading

import pytest

from core.apart import run_apart

MANY = 40
"""More than the threads that all other calls share."""


async def test_what_hangs_holds_up_nobody_else() -> None:
    """Files on a disk that has died are given up, and everything else of the service goes on."""
    release = threading.Event()
    try:
        looks = (run_apart(release.wait, 0.05) for _ in range(MANY))
        given_up = await asyncio.gather(*looks, return_exceptions=True)
        assert {type(error) for error in given_up} == {TimeoutError}
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(lambda: "well") == "well"
    finally:
        release.set()


async def test_what_comes_back_is_passed_on() -> None:
    """A file that can be read is, and of one that can't the reason is told."""
    assert await run_apart(lambda: "here", 10) == "here"
    with pytest.raises(FileNotFoundError):
        await run_apart(_fail, 10)


def _fail() -> None:
    raise FileNotFoundError
