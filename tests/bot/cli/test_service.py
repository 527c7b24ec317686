"""`streambro service`: a unit with which FFmpegs outlive the service, and its installation."""

import os
from pathlib import Path

import pytest

from bot.cli.service import build_unit, install
from tests.bot.cli.conftest import Run

SYSTEMCTL = """\
#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
[ "$FAILING" = "" ] || [ "$2" != "$FAILING" ]
"""


@pytest.fixture
def systemctl(tmp_path: Path) -> Path:
    """A systemctl that writes down what it was told."""
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(SYSTEMCTL)
    program.chmod(0o755)
    return program


def told(systemctl: Path) -> list[str]:
    """Return what systemctl was told."""
    calls = systemctl.with_name("calls")
    return calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.real
def test_unit_keeps_streams_on_air(streambro: Run, tmp_path: Path) -> None:
    """The unit that is printed starts at boot, comes back after any end, and never takes the FFmpegs along."""
    # R2 R16
    (tmp_path / "config.yaml").write_text("shutdown: {timeout_s: 50}\n")

    done = streambro("service")

    assert done.returncode == 0
    lines = done.stdout.splitlines()
    for line in ("Type=notify", "KillMode=process", "Restart=always", "OOMPolicy=continue", "TimeoutStopSec=60"):
        assert line in lines
    assert any(line.startswith("WatchdogSec=") for line in lines)
    assert any(
        line.startswith("ExecStart=") and line.endswith(f"run --config {tmp_path}/config.yaml") for line in lines
    )
    assert "[Install]" in lines


def test_odd_paths_are_quoted() -> None:
    """A folder with spaces, quotes, dollars and percent signs is read back by systemd as it is."""
    unit = build_unit(Path('/srv/my "live" 100%/$HOME/config.yaml'), 30, user="rina")

    assert r'--config "/srv/my \"live\" 100%%/$$HOME/config.yaml"' in unit
    assert "User=rina\n" in unit
    assert "WantedBy=multi-user.target" in unit


def test_own_unit_needs_no_root() -> None:
    """Without root it is the person's own systemd that runs it."""
    unit = build_unit(Path("/home/rina/config.yaml"), 30, user=None)

    assert "User=" not in unit
    assert "WantedBy=default.target" in unit


def test_installed_is_enabled_and_started(systemctl: Path, tmp_path: Path) -> None:
    """Installing writes the unit, enables it for every boot and starts it, again after a change too."""
    file = tmp_path / "units" / "streambro.service"

    assert install("[Unit]\n", file, [str(systemctl)])
    assert install("[Unit]\nnew\n", file, [str(systemctl)])

    assert file.read_text() == "[Unit]\nnew\n"
    assert told(systemctl) == ["daemon-reload", "enable streambro.service", "restart streambro.service"] * 2


def test_failed_installation_is_told(
    systemctl: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A systemd that refuses is not passed over."""
    monkeypatch.setenv("FAILING", "streambro.service")

    assert not install("[Unit]\n", tmp_path / "units" / "streambro.service", [str(systemctl)])

    assert "failed" in capsys.readouterr().err
    assert told(systemctl)[-1] == "enable streambro.service"


@pytest.mark.real
def test_no_installation_without_systemd(streambro: Run, tmp_path: Path) -> None:
    """Where there is no systemd, or no configuration yet, it says so and installs nothing."""
    (tmp_path / "bin").mkdir()
    unset = streambro("service", "--install")
    (tmp_path / "config.yaml").write_text("")

    without = streambro("service", "--install", environ={"PATH": str(tmp_path / "bin")})

    assert unset.returncode == 2
    assert "streambro init" in unset.stderr
    assert without.returncode == 1
    assert "no systemctl" in without.stderr
    assert not os.path.lexists("/etc/systemd/system/streambro.service")
