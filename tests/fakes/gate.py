"""Who may publish: answers nginx-rtmp's `on_publish` and remembers what happened; it never sees a stream."""

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Literal
from urllib.parse import parse_qs

Kind = Literal["publish", "refused", "done"]


@dataclass(frozen=True)
class Publication:
    """One thing that a publisher did, as the server told it.

    Attributes:
        kind: `publish` was let in, `refused` was not, `done` has gone.
        name: The stream key.
        client: The server's number of the connection; counts from 1 again after a restart of the server.
        at_s: When, on the monotonic clock.
    """

    kind: Kind
    name: str
    client: int
    at_s: float


class Gate:
    """An HTTP server on loopback that says 200 to who may publish and 403 to who may not."""

    def __init__(self) -> None:
        self.history: list[Publication] = []
        self.second_pushers: list[str] = []
        self._publishing: dict[str, set[int]] = {}
        self._refused: set[str] = set()
        self._all_refused = False
        # One request at a time: they are judged and remembered in the order in which the server sent them.
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.daemon = True
        self._thread.start()

    @property
    def url(self) -> str:
        """Where the server asks."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop answering; the server then refuses everybody."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def refuse(self, *names: str) -> None:
        """Refuse these keys from now on, or everybody if none is named."""
        self._refused |= set(names)
        self._all_refused = self._all_refused or not names

    def allow(self) -> None:
        """Let everybody in again."""
        self._refused.clear()
        self._all_refused = False

    def forget_publishers(self) -> None:
        """Take it that nobody publishes: a server that was killed told of no end."""
        self._publishing.clear()

    def _judge(self, call: str, name: str, client: int) -> int:
        kind: Kind = "done" if call == "publish_done" else "publish"
        if kind == "publish" and (self._all_refused or name in self._refused):
            kind = "refused"
        self.history.append(Publication(kind, name, client, time.monotonic()))
        self._count(kind, name, client)
        return 403 if kind == "refused" else 200

    def _count(self, kind: Kind, name: str, client: int) -> None:
        publishing = self._publishing.setdefault(name, set())
        if kind == "done":
            publishing.discard(client)
            return
        if publishing - {client}:
            self.second_pushers.append(name)
        if kind == "publish":
            publishing.add(client)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        judge = self._judge

        class Handler(BaseHTTPRequestHandler):
            timeout = 5  # seconds for a caller that says nothing

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                asked = {key: values[0] for key, values in parse_qs(body).items()}
                self.send_response(judge(asked["call"], asked["name"], int(asked["clientid"])))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing: what was asked stands in the history."""

        return Handler
