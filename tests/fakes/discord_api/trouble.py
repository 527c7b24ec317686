"""Making things go wrong: failing, hanging and lost requests, and a gateway that drops."""

from __future__ import annotations

from .faults import Fault
from .gateway import RECONNECT
from .platform import Platform


class Trouble(Platform):
    """Faults. A route is `METHOD /path/{template}` as in `routes.py`, with `*` for any run of characters.

    Downloads are `GET /attachments/{channel_id}/{file_id}/{filename}`.
    """

    def fail(
        self,
        route: str = "*",
        status: int = 503,
        times: int | None = 1,
        *,
        code: int = 0,
        message: str = "injected by the test",
        retry_after_s: float | None = None,
        is_global: bool = False,
        banned: bool = False,
    ) -> Fault:
        """Answer `times` matching requests (None: until lifted) with an error; nothing is done.

        discord.py itself tries 500, 502 and 504 again for some 25 s; 503 reaches the caller at once, but for answers to
        interactions. A 429 needs `retry_after_s`, unless it is `banned`.
        """
        return self._plan(
            Fault(
                route,
                times,
                status,
                code=code,
                message=message,
                retry_after_s=retry_after_s,
                is_global=is_global,
                banned=banned,
            )
        )

    def hang(self, route: str = "*", times: int | None = 1) -> Fault:
        """Leave `times` matching requests without an answer until `lift()`; then they are done."""
        return self._plan(Fault(route, times))

    def lose_answers(self, route: str = "*", times: int | None = 1) -> Fault:
        """Do what is asked, and break the connection in place of answering."""
        return self._plan(Fault(route, times, lose_answer=True))

    def heal(self) -> None:
        """End all faults."""
        self.faults.lift_all()

    def _plan(self, fault: Fault) -> Fault:
        self.faults.planned.append(fault)
        return fault

    async def drop_gateway(self, code: int | None = None, *, resumable: bool = True) -> None:
        """Break all gateway connections, with a close code or without a word.

        Events go on to collect and come with the resumption; where `resumable` is False, the session is forgotten and
        what happens until the bot identifies anew is lost to it.
        """
        if not resumable:
            self.gateway.sessions.clear()
        for connection in list(self.gateway.connections):
            if code is None:
                connection.abort()
            else:
                await connection.close(code)

    async def ask_to_reconnect(self) -> None:
        """Send opcode 7, as the platform does when it moves a connection elsewhere."""
        for connection in list(self.gateway.connections):
            await connection.send(RECONNECT, None)
