"""What Telegram costs a small server: only what it needs is loaded."""

import subprocess
import sys

LOADED = "import sys, adapters.telegram; print(sorted({'discord', 'telegram.ext', 'aiohttp'} & set(sys.modules)))"


def test_only_telegram_is_loaded() -> None:
    """With only Telegram configured no other chat library takes memory, nor the half of its own that is not used."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
