"""The child process that migrates a database file: `python -m core.store.migrate PATH`; the service never imports it.

Exit code 0: the file is at the newest version. Else it is as it was, and stdout holds `{"reason": ..., "detail": ...}`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import alembic.command
from alembic.config import Config
from alembic.script import ScriptDirectory

from core.errors import StoreUnavailable
from core.store.faults import faults_named
from core.store.schema import read_version


def build_config(path: Path) -> Config:
    """Return Alembic's configuration for one file; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", "core.store:migrations")
    config.attributes["path"] = path
    return config


def migrate(config: Config) -> None:
    """Bring the configured file to the newest version in one transaction, after keeping a copy of what it was.

    Raises:
        StoreUnavailable: with the reason; the file is as it was.
    """
    path: Path = config.attributes["path"]
    version = read_version(path)
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreUnavailable("newer", version)
    with faults_named():
        if version is not None:
            keep_copy(path, version)
        alembic.command.upgrade(config, "head")


def keep_copy(path: Path, version: str) -> Path:
    """Copy the database to `<name>.version-<version>`, whole or not at all; return where it is."""
    copy = path.with_name(f"{path.name}.version-{version}")
    part = copy.with_name(f"{copy.name}.part")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(part)) as target:
        source.backup(target)
    part.replace(copy)
    return copy


def main() -> int:
    """Migrate the file that the command line names."""
    try:
        migrate(build_config(Path(sys.argv[1])))
    except StoreUnavailable as error:
        sys.stdout.write(json.dumps({"reason": error.reason, "detail": error.detail}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
