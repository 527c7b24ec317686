"""Nothing that a test run started stays behind, and nothing is waited for in vain."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.fakes.leftovers import leftovers
from tests.fakes.wait import NeverHappenedError, eventually, wait_for

ROOT = Path(__file__).resolve().parent.parent.parent


async def test_waiting_ends_with_what_was_last_seen() -> None:
    """A condition that never comes fails with its name, in both ways of waiting."""
    with pytest.raises(NeverHappenedError, match="a miracle"):
        wait_for(lambda: None, "a miracle", within_s=0)
    with pytest.raises(NeverHappenedError, match="a miracle"):
        await eventually(lambda: None, "a miracle", within_s=0)
    assert await eventually(lambda: 7, "seven") == 7


def orphan(script: str) -> int:
    """Start a command whose parent is gone at once, and return its process id."""
    started = subprocess.run(["setsid", "sh", "-c", f"{script} & echo $!"], capture_output=True, check=True)
    return int(started.stdout)


def test_leftover_processes_are_found(tmp_path: Path) -> None:
    """A child is found, an orphan with our environment, and one that has none but works in the run's folder."""
    child = subprocess.Popen(["sleep", "60"])
    marked = orphan("cd /; sleep 61 >/dev/null 2>&1")
    working = orphan(f"cd {tmp_path}; exec env -i sleep 62 >log 2>&1")
    found = {process.pid: process for process in leftovers(tmp_path)}
    child.kill()
    child.wait()
    for pid in (marked, working):
        found[pid].kill()
    assert {child.pid, marked, working} <= set(found)
    wait_for(lambda: not {child.pid, marked, working} & {left.pid for left in leftovers(tmp_path)}, "the end of all")


def test_run_that_leaves_a_process_fails(tmp_path: Path) -> None:
    """A test run that left a process running fails, names it, and ends it."""
    leak = tmp_path / "test_leak.py"
    leak.write_text(
        "import subprocess\n\ndef test_leak():\n    global p\n    p = subprocess.Popen(['sleep', '63.25'])\n"
    )
    options = [
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "-o",
        "addopts=",
    ]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(leak)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "left running by this test run" in run.stdout
    assert "sleep 63.25" in run.stdout
    assert not any("63.25" in (process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
