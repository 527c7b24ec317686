"""What the tests of the engine share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.engine.rig import Rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """Give an open rig and put it away: no key was ever pushed twice."""
    made = Rig(tmp_path)
    await made.prepare()
    yield made
    await made.crash()
    assert not made.host.broken_promises
