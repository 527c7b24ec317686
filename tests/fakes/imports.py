"""Imports without a net: what a link leads to is as far as a test says; implements what the bot calls."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import NotFound
from core.media.import_names import clean_name, read_name
from core.media.import_view import ENDED, ImportState, ImportView
from core.media.link import check_url
from core.names import check_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from core.model import Actor, MediaItem, SpaceName
    from tests.fakes.engine import FakeLibrary


class FakeImports:
    """Each import receives until a test `moves` it; a file from a chat is in at once, unless it is `slow`."""

    def __init__(self, library: FakeLibrary) -> None:
        self.library = library
        self.slow = False
        self.views: dict[int, ImportView] = {}
        self._ids = itertools.count(1)
        self._ended: dict[int, asyncio.Event] = {}

    async def start(self, actor: Actor, url: str, name: str | None = None) -> ImportView:
        url = check_url(url)
        called = check_name("media", name) if name else clean_name(read_name(url, {}))
        return self._add(actor, called, urlsplit(url).hostname or "")

    async def take(
        self,
        actor: Actor,
        name: str,
        size_bytes: int | None,  # noqa: ARG002 - nothing is fetched here
        save: Callable[[Path], Awaitable[None]],  # noqa: ARG002 - nothing is fetched here
    ) -> ImportView:
        view = self._add(actor, clean_name(name), "")
        return view if self.slow else self.finish(view.id)

    def move(self, number: int, **changes: Any) -> ImportView:
        """Let it get on."""
        self.views[number] = replace(self.views[number], **changes)
        if self.views[number].state in ENDED:
            self._ended[number].set()
        return self.views[number]

    def finish(self, number: int) -> ImportView:
        """Let it end well."""
        view = self.views[number]
        item: MediaItem = self.library.put(view.name, view.space)
        return self.move(number, state=ImportState.DONE, item=item)

    def cancel(self, space: SpaceName, number: int) -> ImportView:
        view = self.views.get(number)
        if view is None or view.space != space or view.state in ENDED:
            raise NotFound("import", f"#{number}")
        return self.move(number, state=ImportState.CANCELLED)

    def find(self, number: int) -> ImportView | None:
        return self.views.get(number)

    def all(self, space: SpaceName) -> list[ImportView]:
        return [view for view in self.views.values() if view.space == space]

    async def heard(self, number: int) -> ImportView:
        return self.views[number]

    async def wait(self, number: int) -> ImportView:
        await self._ended[number].wait()
        return self.views[number]

    def _add(self, actor: Actor, name: str, origin: str) -> ImportView:
        number = next(self._ids)
        self._ended[number] = asyncio.Event()
        view = ImportView(number, actor.space, actor.user, name, origin, ImportState.RECEIVING, 0, 40_000_000)
        self.views[number] = view
        return view
