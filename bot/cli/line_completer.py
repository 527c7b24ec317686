"""Completion of a typed line from what the service knows at this moment; it knows no command itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_toolkit.completion import Completer, Completion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document


class LineCompleter(Completer):
    """Asks `complete` for every line; `extra` are names of commands that the service doesn't know."""

    def __init__(self, complete: Callable[[str], Awaitable[list[dict[str, Any]]]], extra: Iterable[str] = ()) -> None:
        self._complete = complete
        self._extra = tuple(extra)

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002 - of the base class
        """Give nothing: answers come over a socket, so only the asynchronous way is of use."""
        return ()

    async def get_completions_async(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - of the base class
    ) -> AsyncGenerator[Completion, None]:
        """Give what the line up to the cursor could go on with."""
        line = document.text_before_cursor
        if not line.strip():
            return
        for name in self._extra:
            if name.startswith(line.removeprefix("/")):
                yield Completion(line[: line.startswith("/")] + name, start_position=-len(line))
        for choice in await self._complete(line):
            yield Completion(choice["insert"], start_position=-choice["length"], display=choice["shows"])
