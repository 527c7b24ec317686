"""A real nginx-rtmp on loopback as the ingest; it keeps its ports over restarts and leaves nothing behind."""

import shutil
import signal
import subprocess
import threading
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.fakes.gate import Gate, Publication
from tests.fakes.nginx import Nginx
from tests.fakes.ports import free_port
from tests.fakes.stat import StreamStat, parse_stat
from tests.fakes.wait import wait_for

_CONFIG: Final = """\
load_module {module};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log info;
rtmp_auto_push off;
events {{ worker_connections 1024; }}
rtmp {{
    access_log off;
    server {{
        listen 127.0.0.1:{rtmp_port};
        application live {{
            live on;
            on_publish {gate}/;
            on_publish_done {gate}/;
            record {record};
            record_path {folder}/recordings;
            record_unique on;
        }}
    }}
}}
http {{
    access_log off;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    server {{
        listen 127.0.0.1:{http_port};
        location /stat {{ rtmp_stat all; }}
        location /control {{ rtmp_control all; }}
    }}
}}
"""
_PORTS_TRIED: Final = 5


class IngestFailedError(Exception):
    """nginx did not come up; the text is what it wrote into its log."""


class Ingest:
    """An ingest that can be asked, cut, refused, frozen, killed and brought back on the same address.

    A context manager: starts on entry, and is gone for good on exit.

    Args:
        nginx: The program to run.
        folder: For its configuration, log and recordings; made if missing.
        record: Write every publication into a file (see `recordings`).
    """

    def __init__(self, nginx: Nginx, folder: Path, *, record: bool = True) -> None:
        self._nginx = nginx
        self._folder = folder.absolute()
        self._record = record
        self._gate = Gate()
        self._process: subprocess.Popen[bytes] | None = None
        self._choose_ports()

    def __enter__(self) -> Self:
        try:
            self._start_somewhere()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def rtmp_url(self) -> str:
        """The ingest URL, to which a publisher adds `/` and its key."""
        return f"rtmp://127.0.0.1:{self.rtmp_port}/live"

    @property
    def running(self) -> bool:
        """Whether the server's process is there, frozen or not."""
        return self._process is not None and self._process.poll() is None

    # --- its life ---

    def start(self) -> None:
        """Start on the same ports as before and return when it answers.

        Raises:
            IngestFailedError: It ended instead, for instance since a port is taken.
        """
        if self.running:
            return
        self._gate.forget_publishers()
        program, config = str(self._nginx.program), str(self._write_config())
        command = [*_dies_with_us(), program, "-e", str(self._log), "-p", str(self._folder), "-c", config]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)
        wait_for(self._answers, f"nginx on port {self.rtmp_port}")

    def stop(self) -> None:
        """End it in order: publishers are cut off and recordings closed."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop it and start it again on the same ports."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let it neither read nor answer, its connections staying open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it for good, whatever state it is in."""
        self.kill()
        self._gate.close()

    # --- what it knows ---

    def stat(self, timeout_s: float = 10) -> dict[str, StreamStat]:
        """Return the streams by key; empty while the server is not running.

        Raises:
            TimeoutError: It did not answer, for instance since it is frozen.
        """
        if not self.running:
            return {}
        return parse_stat(self._get("/stat", timeout_s))

    def stream(self, name: str) -> StreamStat | None:
        """Return the stream of this key if somebody publishes it now."""
        stream = self.stat().get(name)
        return stream if stream is not None and stream.publishing else None

    def publishing(self) -> set[str]:
        """Return the keys that are published now."""
        return {stream.name for stream in self.stat().values() if stream.publishing}

    @property
    def history(self) -> list[Publication]:
        """Every publication that was let in, refused or ended since the first start, in order."""
        return list(self._gate.history)

    @property
    def second_pushers(self) -> list[str]:
        """The keys that somebody came to publish while another publisher of them was still in, once for each time."""
        return list(self._gate.second_pushers)

    def attempts(self, name: str) -> int:
        """Return how often somebody came to publish this key, refused or not."""
        return sum(1 for seen in self.history if seen.name == name and seen.kind != "done")

    def recordings(self, name: str) -> list[Path]:
        """Return what was published under this key, one FLV file a publication, oldest first.

        Two publications that start within one second share a file, the later overwriting the earlier.
        """
        found = (self._folder / "recordings").glob(f"{name}-*.flv")
        return sorted((path for path in found if path.stem.removeprefix(f"{name}-").isdigit()), key=str)

    def recording(self, name: str) -> Path:
        """Return the newest recording of this key, whether still being written or not.

        Raises:
            LookupError: None was ever published.
        """
        found = self.recordings(name)
        if not found:
            raise LookupError(f"nothing was recorded of {name}")
        return found[-1]

    # --- what it does to publishers ---

    def drop_publisher(self, name: str) -> bool:
        """Cut the publisher of this key off; False if there was none."""
        return self._get(f"/control/drop/publisher?app=live&name={name}") == "1"

    def refuse(self, *names: str) -> None:
        """Answer 403 to whoever comes to publish these keys (or any, if none is named); who is in stays in."""
        self._gate.refuse(*names)

    def allow(self) -> None:
        """Refuse nobody any more."""
        self._gate.allow()

    # --- within ---

    def _start_somewhere(self) -> None:
        for _ in range(_PORTS_TRIED):
            try:
                return self.start()
            except IngestFailedError as error:
                if "Address already in use" not in str(error):
                    raise
            self._choose_ports()
        raise IngestFailedError(f"no free ports in {_PORTS_TRIED} tries")

    @property
    def _log(self) -> Path:
        return self._folder / "error.log"

    def _choose_ports(self) -> None:
        self.rtmp_port = free_port()
        self._http_port = free_port()

    def _write_config(self) -> Path:
        (self._folder / "recordings").mkdir(parents=True, exist_ok=True)
        config = self._folder / "nginx.conf"
        config.write_text(
            _CONFIG.format(
                module=self._nginx.module,
                folder=self._folder,
                gate=self._gate.url,
                record="all" if self._record else "off",
                rtmp_port=self.rtmp_port,
                http_port=self._http_port,
            )
        )
        return config

    def _answers(self) -> bool:
        if not self.running:
            raise IngestFailedError(self._log.read_text())
        try:
            return bool(self._get("/stat"))
        except OSError:
            return False

    def _get(self, path: str, timeout_s: float = 10) -> str:
        url = f"http://127.0.0.1:{self._http_port}{path}"
        with urllib.request.urlopen(url, timeout=timeout_s) as answer:
            return str(answer.read().decode())

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        # Even a server that is frozen ends on this, and SIGKILL needs no more.
        self._process.send_signal(signal.SIGCONT)
        self._process.wait()
        self._process = None


def _dies_with_us() -> list[str]:
    """Return the words that make the kernel end a command once this test run is gone, however it went.

    The kernel means the thread that started it, so this holds for the main thread alone.
    """
    if shutil.which("setpriv") and threading.current_thread() is threading.main_thread():
        return ["setpriv", "--pdeathsig", "KILL"]
    return []
