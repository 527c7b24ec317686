"""A real store for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.store import Store
from tests.fakes.stores import Furnished, furnish, opened, put_empty_database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An empty database file of the newest version."""
    return put_empty_database(tmp_path)


@pytest.fixture
async def store(database: Path) -> AsyncIterator[Store]:
    """An open, empty store."""
    async with opened(database) as store:
        yield store


@pytest.fixture
async def home(store: Store) -> Furnished:
    """An open store that holds what a stream needs."""
    return await furnish(store)
