"""Makes the virtual environment that `make` works in; it installs nothing into it but pip."""

import importlib.util
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.debian import CACHE, NotFetchedError, unpack  # found by the line above

OLDEST = (3, 11)
TOO_OLD = """\
StreamBro needs Python 3.11 or newer; {python} is {version}.
Name another one:  make PYTHON=/path/to/python3.11 ..."""
NO_PIP = """\
This Python ({python}) can't make virtual environments: its ensurepip is missing, and pip could not be fetched:
  {why}
Install it and run make again:  apt-get install python3-venv"""


def main(folder: Path) -> None:
    """Make a virtual environment in `folder` unless a working one is there.

    Raises:
        SystemExit: It can't be made; the text says what to do.
    """
    if sys.version_info < OLDEST:
        raise SystemExit(TOO_OLD.format(python=sys.executable, version=sys.version.split()[0]))
    if folder.is_symlink():
        folder.unlink()  # clearing it would clear another checkout's
    if _works(folder):
        return
    try:
        _make(folder)
    except NotFetchedError as error:
        raise SystemExit(NO_PIP.format(python=sys.executable, why=error)) from None


def _works(folder: Path) -> bool:
    # The scripts in bin/ name the folder they were made in, so an environment that was moved is made anew.
    pip = folder / "bin" / "pip"
    return pip.is_file() and str(folder) in pip.read_text() and _pip_runs(folder)


def _pip_runs(folder: Path) -> bool:
    command = [str(folder / "bin" / "python"), "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0  # noqa: S603  # our own path


def _make(folder: Path) -> None:
    bundled = importlib.util.find_spec("ensurepip") is not None
    options = ["--clear"] if bundled else ["--clear", "--without-pip"]
    subprocess.run([sys.executable, "-m", "venv", *options, str(folder)], check=True)  # noqa: S603  # our own path
    if not bundled:
        _add_pip(folder)


def _add_pip(folder: Path) -> None:
    """Give the environment the pip that Debian keeps apart from its Python."""
    wheels = Path("/usr/share/python-wheels")
    if not list(wheels.glob("pip-*.whl")):
        unpack(["python3-pip-whl"], CACHE / "pip")
        wheels = CACHE / "pip" / "usr" / "share" / "python-wheels"
    wheel = next(wheels.glob("pip-*.whl"))
    python = str(folder / "bin" / "python")
    command = [python, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
    subprocess.run(command, check=True)  # noqa: S603  # Debian's own wheel, no shell


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
