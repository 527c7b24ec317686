"""Migrations: from nothing and from older files to the tables of today, or not at all."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.errors import StoreUnavailable
from core.store import schema
from core.store.migrate import build_config, migrate
from core.store.tables import Row
from tests.fakes.stores import Furnished, opened, put_empty_database
from tests.fakes.wait import wait_for

ROOT = Path(__file__).parents[3]
NEXT_STEP = """
import os, signal
from alembic import op
import sqlalchemy as sa
revision, down_revision = "0999", "{head}"

def upgrade():
    with op.batch_alter_table("stream") as stream:
        stream.add_column(sa.Column("mood", sa.String(), server_default="calm"))
    op.execute("UPDATE stream SET mood = 'merry'")
    {then}
"""


UNDER_A_TERMINAL = """
import signal, sys
from pathlib import Path
from core.store import schema
signal.signal(signal.SIGINT, lambda *_: None)
schema.bring_up_to_date(Path(sys.argv[1]))
"""


def config_with_next(path: Path, then: str = "pass") -> Config:
    """Return the configuration of a later release that has one step more."""
    later = path.parent / "later"
    later.mkdir(exist_ok=True)
    (later / "0999_next.py").write_text(NEXT_STEP.format(then=then, head=schema.HEAD))
    config = build_config(path)
    own = Path(schema.__file__).with_name("migrations") / "versions"
    config.set_main_option("version_locations", f"{own};{later}")
    config.set_main_option("path_separator", ";")
    return config


def version_of(path: Path) -> str:
    """Return the version that stands in a file."""
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def moods(path: Path) -> list[str]:
    """Return the column that the next step adds."""
    with closing(sqlite3.connect(path)) as connection:
        return [mood for (mood,) in connection.execute("SELECT mood FROM stream")]


def run_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_head_is_the_newest_step() -> None:
    """A release that brings a new step also asks for it at the start, and its number says that it is the newest."""
    steps = ScriptDirectory.from_config(build_config(Path("unused")))

    assert steps.get_heads() == [schema.HEAD]
    numbers = [step.revision for step in steps.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True)


def test_a_ctrl_c_in_the_first_seconds_breaks_no_migration(tmp_path: Path) -> None:
    """A service that is asked to end while it makes its database finishes that, and tells of no failure."""
    path = tmp_path / "new.db"
    with subprocess.Popen(
        [sys.executable, "-c", UNDER_A_TERMINAL, str(path)], cwd=ROOT, start_new_session=True, stderr=subprocess.PIPE
    ) as service:
        wait_for(lambda: is_migrating(service.pid), "the migration begins")
        os.killpg(service.pid, signal.SIGINT)
        assert (service.wait(), service.stderr and service.stderr.read()) == (0, b"")
    assert schema.read_age(path) is schema.Age.CURRENT


def is_migrating(service: int) -> bool:
    """Whether this process's child is at it."""
    children = Path(f"/proc/{service}/task/{service}/children").read_text().split()
    return any(b"core.store.migrate" in Path(f"/proc/{child}/cmdline").read_bytes() for child in children)


def test_looking_at_a_file_changes_nothing(database: Path, tmp_path: Path) -> None:
    """`check` can say what a start would do with the database without doing it, also where there is none."""
    missing = tmp_path / "missing.db"
    older = put_empty_database(tmp_path / "older")
    with closing(sqlite3.connect(older)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")

    assert schema.read_age(missing) is schema.Age.NEW
    assert schema.read_age(database) is schema.Age.CURRENT
    assert schema.read_age(older) is schema.Age.OLDER
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match="newer"):
        schema.read_age(database)
    assert not missing.exists()
    assert version_of(older) == "0000"


def test_the_steps_make_the_tables(database: Path) -> None:
    """What the steps make is what the code expects, to every column, index and constraint."""
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, Row.metadata) == []

    fresh = sa.create_engine("sqlite://")
    Row.metadata.create_all(fresh)
    assert _describe(engine) == _describe(fresh)
    engine.dispose()
    fresh.dispose()


def _describe(engine: sa.Engine) -> dict[str, list[object]]:
    look = sa.inspect(engine)
    return {
        table: [
            [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)],
            look.get_pk_constraint(table),
            sorted(map(str, look.get_foreign_keys(table))),
            sorted(map(str, look.get_unique_constraints(table))),
            sorted(map(str, look.get_check_constraints(table))),
            _sql(engine, "index", table),
            "AUTOINCREMENT" in str(_sql(engine, "table", table)),
        ]
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def _sql(engine: sa.Engine, kind: str, table: str) -> list[str]:
    wanted = sa.text("SELECT sql FROM sqlite_master WHERE type = :kind AND tbl_name = :name AND sql IS NOT NULL")
    with engine.connect() as connection:
        return sorted(connection.execute(wanted, {"kind": kind, "name": table}).scalars())


async def test_an_older_file_is_migrated_and_kept(home: Furnished, database: Path) -> None:
    """An upgrade changes the tables, keeps every row, and leaves a copy of what was, for its owner alone."""
    await home.began()
    await home.store.close()

    migrate(config_with_next(database))

    assert (version_of(database), moods(database)) == ("0999", ["merry"])
    copy = database.with_name(f"streambro.db.version-{schema.HEAD}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    async with opened(copy) as old:
        assert [stream.name for stream in await old.streams.all()] == ["lofi"]


@pytest.mark.parametrize(
    "then",
    [
        "raise RuntimeError('in the middle')",
        "op.execute('DELETE FROM destination')",  # breaks what streams refer to
        "op.execute('CREATE TABLE stream (x)')",
    ],
)
async def test_a_step_that_fails_changes_nothing(home: Furnished, database: Path, then: str) -> None:
    """An upgrade that fails half-way leaves the database as it was, and the old release goes on with it."""
    stream, _ = await home.began()
    await home.store.close()

    with pytest.raises((RuntimeError, StoreUnavailable)):
        migrate(config_with_next(database, then))

    assert version_of(database) == schema.HEAD
    async with opened(database) as store:
        assert await store.streams.all() == [stream]


async def test_a_migration_killed_half_way_changes_nothing(home: Furnished, database: Path) -> None:
    """A power cut in the middle of an upgrade leaves the database as it was, and the next start upgrades it."""
    stream, _ = await home.began()
    await home.store.close()
    config_with_next(database, "os.kill(os.getpid(), signal.SIGKILL)")
    code = (
        "import sys; from pathlib import Path; from core.store.migrate import build_config, migrate\n"
        "config = build_config(Path(sys.argv[1])); config.set_main_option('path_separator', ';')\n"
        "config.set_main_option('version_locations', sys.argv[2]); migrate(config)\n"
    )
    own = Path(schema.__file__).with_name("migrations") / "versions"
    killed = run_python("-c", code, str(database), f"{own};{database.parent / 'later'}")
    assert killed.returncode == -9

    async with opened(database) as store:
        assert await store.streams.all() == [stream]
    migrate(config_with_next(database))
    assert moods(database) == ["merry"]


def test_the_child_says_what_is_wrong(tmp_path: Path) -> None:
    """The migrating process answers with a reason that the service can pass on, and without a traceback."""
    path = tmp_path / "x.db"
    path.write_bytes(b"nonsense" * 1000)

    child = run_python("-m", "core.store.migrate", str(path))

    assert child.returncode == 1
    assert json.loads(child.stdout) == {"reason": "corrupt", "detail": "SQLITE_NOTADB"}
    assert child.stderr == ""


def test_a_folder_of_any_name_will_do(tmp_path: Path) -> None:
    """A data folder with spaces, quotes and percent signs in its name is no obstacle."""
    folder = tmp_path / "it's 100 %(here)s; naïve"
    folder.mkdir()
    path = folder / "x.db"
    path.touch()

    schema.bring_up_to_date(path)

    assert version_of(path) == schema.HEAD


def test_new_steps_can_be_generated(database: Path) -> None:
    """Who changes a table gets a step written that holds plain types only."""
    config = config_with_next(database, "op.drop_column('stream', 'ends_at'); op.drop_column('stream', 'quality')")
    migrate(config)
    scripts = alembic.command.revision(
        config, "third", autogenerate=True, rev_id="9998", version_path=str(database.parent / "later")
    )

    text = Path(scripts.path).read_text()  # type: ignore[union-attr]  # one script, as one message was given
    assert "sa.Column('ends_at', sa.DateTime(), nullable=True)" in text
    assert "sa.Column('quality', sa.String(), nullable=True)" in text
    assert "sqlmodel" not in text
    assert "core." not in text
