"""kill -9 in the middle of writing, again and again."""

import subprocess
import sys
from pathlib import Path

from core.model import MAIN_SPACE, RunId, UserId
from core.store import Store
from tests.fakes.stores import furnish, opened

ROUNDS = 6
# Writes without end, and says what is done only after the store has said so.
WRITER = """
import asyncio, sys
from pathlib import Path
from core.store import Store
from tests.fakes.stores import furnish

async def main():
    home = await furnish(await Store.open(Path(sys.argv[1])))
    number = 0
    while True:
        number += 1
        person = await home.store.people.person("telegram", f"{sys.argv[2]}-{number}", "x" * 3000)
        print("person", person.id, flush=True)
        stream, run = await home.began(f"{sys.argv[2]}-{number}")
        print("begun", run.id, flush=True)
        await home.store.streams.end_run(run.id, home.end(log_tail=("x" * 100,) * 100))
        print("ended", run.id, flush=True)

asyncio.run(main())
"""


def write_until_killed(database: Path, name: str, lines: int) -> list[tuple[str, int]]:
    """Let a process write, kill it after it has said so many lines, and return all that it said."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(database), name],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as writer:
        assert writer.stdout
        said = [writer.stdout.readline() for _ in range(lines)]
        writer.kill()
        said += writer.stdout.readlines()
    whole = [line.split() for line in said if line.endswith("\n")]
    return [(what, int(number)) for what, number in whole]


async def test_nothing_that_was_said_to_be_stored_is_lost(database: Path) -> None:
    """A service killed while writing finds at its next start all that it had confirmed, and no half of it."""
    # R2
    async with opened(database) as store:
        await furnish(store)
    for number in range(ROUNDS):
        said = write_until_killed(database, str(number), lines=20 + 7 * number)

        assert len(said) >= 20
        async with opened(database) as store:
            for what, confirmed in said:
                assert await is_stored(store, what, confirmed), (what, confirmed)
            open_runs = await store.streams.open_runs()
            wanted = [stream.run for stream in await store.streams.all() if stream.wanted]
            assert wanted == [run.id for run in open_runs]
            home = await furnish(store)
            for run in open_runs:
                await store.streams.end_run(run.id, home.end())


async def is_stored(store: Store, what: str, number: int) -> bool:
    """Whether what a writer confirmed is there."""
    match what:
        case "person":
            return await store.people.find(UserId(number)) is not None
        case "begun":
            return (await store.streams.run(RunId(number))).space == MAIN_SPACE
    return (await store.streams.run(RunId(number))).ended_at is not None
