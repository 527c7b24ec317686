"""A conversation with the service in a terminal: prompt, live board, pushes, buttons by number; it knows no command."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any, Final

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from bot.cli.client import Client, NoService
from bot.cli.exits import Exit
from bot.cli.files import save_files
from bot.cli.line_completer import LineCompleter
from bot.cli.line_history import LineHistory
from bot.cli.live_board import LiveBoard
from bot.cli.numbered import Numbered
from bot.cli.setup import tell
from bot.cli.typing_unseen import UnseenInput, typing_unseen
from bot.commands import COMMANDS
from bot.parse import find_spec, split_command
from bot.spec import Kind
from core.errors import CoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.key_binding import KeyPressEvent

    from bot.spec import CommandSpec

LEAVING: Final = frozenset({"exit", "quit", "/exit", "/quit"})
PROMPT: Final = "> "
HIDDEN: Final = "***"
AGAIN_S: Final = 1.0
ECHO_AFTER_S: Final = 0.5
"""An answer that takes longer is announced by the line that asked for it, unless that may hold a key."""

LOOK: Final = Style.from_dict({"bottom-toolbar": "noreverse"})


class Conversation:
    """One terminal's conversation. It outlives the service: what is typed while that is away is refused.

    Args:
        socket: The service's.
        folder: Where files are saved.
        extra: Commands of this conversation alone, by name; each returns what to say.
        first: Orders that are given before the person types anything.
    """

    def __init__(
        self, socket: Path, folder: Path, extra: Mapping[str, Callable[[], Awaitable[str]]], first: Sequence[str]
    ) -> None:
        self._socket = socket
        self._folder = folder
        self._extra = extra
        self._first = first
        self._client: Client | None = None
        self._numbered = Numbered()
        self._board = LiveBoard(socket)
        self._history = LineHistory(socket.with_name("console.history"))
        self._asked_for_words = False
        self._keyboard = UnseenInput(sys.stdin)
        self._prompt: PromptSession[str] = PromptSession(
            input=self._keyboard,
            history=self._history,
            completer=LineCompleter(self._board.complete, extra),
            complete_while_typing=True,
            erase_when_done=True,
            bottom_toolbar=lambda: self._board.text,
            refresh_interval=self._board.interval_s,
            key_bindings=_build_bindings(),
            style=LOOK,
        )

    async def run(self) -> Exit:
        """Talk until the person leaves.

        Raises:
            NoService: nobody is there to begin with.
        """
        self._client = await self._connect()
        tasks = [asyncio.create_task(self._stay_connected()), asyncio.create_task(self._board.run())]
        try:
            with typing_unseen(), patch_stdout(raw=True):
                for order in self._first:
                    await self._take(order)
                while (line := await self._read()) is not None:
                    await self._take(line)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._client is not None:
                await self._client.close()
        return Exit.DONE

    async def _connect(self) -> Client:
        client = await Client.connect(self._socket)
        await client.watch()
        return client

    async def _stay_connected(self) -> None:
        while True:
            if self._client is None:
                await asyncio.sleep(AGAIN_S)
                try:
                    self._client = await self._connect()
                except NoService:
                    continue
                tell("The service is back.")
            async for pushed in self._client.pushes():
                self._show_push(pushed)
            await self._client.close()
            self._client = None
            tell("The service went away. I wait for it; Ctrl-D leaves.")

    async def _read(self) -> str | None:
        try:
            line = (await self._prompt.prompt_async(PROMPT)).strip()
        except (EOFError, KeyboardInterrupt):
            return None
        return None if line.casefold() in LEAVING else line

    async def _take(self, line: str) -> None:
        if not line:
            return
        if (extra := self._extra.get(line.removeprefix("/").casefold())) is not None:
            tell(f"{PROMPT}{line}")
            tell(await extra())
            return
        button = self._numbered.find(line)
        if button is not None:
            tell(f"{PROMPT}{line} ({button['label']})")
            await self._order(button["order"], pressed=True, run=button["run"])
        elif line.isdigit() and not self._asked_for_words:
            tell(f"{PROMPT}{line}\nNothing has the number {line} now.")
        else:
            await self._order(line, echo=line)

    async def _order(self, text: str, *, echo: str | None = None, **more: Any) -> None:  # noqa: ANN401 - of the protocol
        if self._client is None:
            tell(f"{PROMPT}{mask(text)}\nNo service answers; nothing was done.")
            return
        asking = asyncio.create_task(self._client.order(text, asks=True, **more))
        if echo is not None and mask(echo) == echo and not (await asyncio.wait([asking], timeout=ECHO_AFTER_S))[0]:
            self._echo(echo)
            echo = None
        try:
            reply = await asking
        except NoService:
            tell("The service went away before it answered: look whether it was done.")
            return
        if echo is not None:
            self._echo(mask(echo) if reply["forget_order"] or not is_command(echo) else echo)
        await self._show(reply)

    def _echo(self, line: str) -> None:
        """Show what was typed, and let the arrow keys bring it back, refused ones to be mended too, if it is whole."""
        tell(f"{PROMPT}{line}")
        if not line.endswith(HIDDEN):
            self._history.keep(line)

    async def _show(self, reply: dict[str, Any]) -> None:
        self._asked_for_words = "ask" in reply["data"]
        self._board.follow(reply)
        lines = self._numbered.answer(reply["buttons"])
        if reply["secret_form"] is not None:
            self._numbered.answer(())
            tell(reply["text"])
            await self._ask_secret(reply["secret_form"])
            return
        saved = await asyncio.to_thread(save_files, reply["files"], self._folder)
        tell("\n".join(filter(None, (reply["text"], *(f"saved: {path}" for path in saved), *lines))))

    async def _ask_secret(self, order: str) -> None:
        """Take a key without showing it; nothing typed means that it was thought better of."""
        try:
            prompt = PromptSession[str](is_password=True, input=self._keyboard)
            secret = await prompt.prompt_async("🔑 key (not shown; empty: cancel): ")
        except (EOFError, KeyboardInterrupt):
            secret = ""
        if secret.strip():
            await self._order(order, secret=secret.strip())
        else:
            await self._order("cancel", pressed=True)

    def _show_push(self, pushed: dict[str, Any]) -> None:
        reply = pushed["reply"]
        if "edited" in pushed and (reply["card"] is not None or reply["board"]):
            return  # what stands below the prompt is newer
        lines = [] if "edited" in pushed else self._numbered.push(reply["buttons"])
        tell("\n".join(filter(None, (reply["text"], *lines))))


async def converse(
    socket: Path,
    folder: Path,
    extra: Mapping[str, Callable[[], Awaitable[str]]] | None = None,
    first: Sequence[str] = (),
) -> Exit:
    """Hold a conversation.

    Raises:
        NoService: nobody is there to begin with.
    """
    return await Conversation(socket, folder, extra or {}, first).run()


def is_command(line: str) -> bool:
    """Return whether a line begins with a command: what does not could be a key that was pasted too late."""
    return _find(line) is not None


def mask(line: str) -> str:
    """Return a line as it can be shown before the service has said whether it held a key."""
    spec = _find(line)
    if spec is not None and not any(param.kind is Kind.KEY for param in spec.params):
        return line
    first, *rest = line.split(maxsplit=1)
    if spec is not None and not rest:
        return line
    return f"{first} {HIDDEN}" if spec is not None or first.startswith("/") else HIDDEN


def _find(line: str) -> CommandSpec | None:
    try:
        return find_spec(split_command(line)[0], COMMANDS, slash=True)
    except CoreError:
        return None


async def _complete(buffer: Buffer) -> None:
    document = buffer.document
    asked = CompleteEvent(completion_requested=True)
    found = [each async for each in buffer.completer.get_completions_async(document, asked)]
    if buffer.document != document:
        return  # typed on meanwhile
    if len(found) == 1:
        buffer.apply_completion(found[0])
    elif buffer.complete_state is None:
        buffer.start_completion(insert_common_part=True)


def _build_bindings() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("tab")
    def _(event: KeyPressEvent) -> None:
        """Complete; the library's own key does nothing while it still looks for what it offers unasked."""
        buffer = event.current_buffer
        if buffer.complete_state is not None:
            buffer.complete_next()
        else:
            event.app.create_background_task(_complete(buffer))

    @bindings.add("c-c")
    def _(event: KeyPressEvent) -> None:
        """Clear the line; on an empty one, leave."""
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt)

    return bindings
