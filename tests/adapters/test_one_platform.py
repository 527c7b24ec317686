"""A service pays for the platforms that it uses only."""

import subprocess
import sys
from pathlib import Path

import pytest

BUILD = """
import sys
from pathlib import Path
from types import SimpleNamespace
from bot.app import _build_channels
from bot.config import Config
folder = SimpleNamespace(console_socket=Path("console.sock"))
channels = _build_channels(Config.model_validate({}), SimpleNamespace(folder=lambda: folder), None)
assert [channel.platform for channel in channels] == ["console", {!r}], channels
assert {!r} not in sys.modules
"""


@pytest.mark.parametrize(("used", "other"), [("telegram", "discord"), ("discord", "telegram")])
def test_only_what_is_configured_is_loaded(used: str, other: str, tmp_path: Path) -> None:
    """With one platform configured the other's library takes no memory."""
    config = {used: {"token": "123456:abcdefghijklmnopqrstuvwxyz-0123456789"}}
    code = BUILD.replace("{}", repr(config), 1).replace("{!r}", repr(used), 1).replace("{!r}", repr(other), 1)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
