"""Which nginx with the RTMP module the tests use: the installed one, or Debian's unpacked under `.cache/`."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.debian import CACHE, NotFetchedError, unpack

_UNPACKED: Final = CACHE / "nginx-rtmp"
_MODULE: Final = "usr/lib/nginx/modules/ngx_rtmp_module.so"
_PROBE: Final = "load_module {module};\npid {folder}/pid;\nevents {{}}\nrtmp {{}}\n"
ADVICE: Final = """\
The tests need nginx with its RTMP module: {why}
Install both and run make again:  apt-get install nginx libnginx-mod-rtmp"""


@dataclass(frozen=True)
class Nginx:
    """An nginx program and the RTMP module that fits it."""

    program: Path
    module: Path

    def works(self) -> bool:
        """Tell whether this nginx starts with this module here."""
        if not (self.program.is_file() and self.module.is_file()):
            return False
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder, "nginx.conf")
            config.write_text(_PROBE.format(module=self.module, folder=folder))
            command = [str(self.program), "-t", "-e", "stderr", "-p", folder, "-c", str(config)]
            return subprocess.run(command, capture_output=True, check=False).returncode == 0


def find_nginx() -> Nginx:
    """Return an nginx with RTMP that works, fetching Debian's packages where none does.

    Raises:
        NotFetchedError: None is installed and none could be fetched; the text says why.
    """
    installed = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    unpacked = Nginx(_UNPACKED / "usr/sbin/nginx", _UNPACKED / _MODULE)
    for nginx in ([Nginx(Path(installed), Path("/") / _MODULE)] if installed else []) + [unpacked]:
        if nginx.works():
            return nginx
    unpack(["nginx", "libnginx-mod-rtmp"], _UNPACKED)
    if unpacked.works():
        return unpacked
    raise NotFetchedError("Debian's nginx was fetched but does not start here")


if __name__ == "__main__":
    try:
        find_nginx()
    except NotFetchedError as error:
        raise SystemExit(ADVICE.format(why=error)) from None
