"""A chat platform that can be away, flooded, moved or closed; it implements `bot.channel.Channel` and remembers all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from bot.channel import CantPin, ChannelAway, ChatGone, ChatMoved, ChatRef, MessageGone, MessageRef

if TYPE_CHECKING:
    from bot.reply import Reply
    from tests.fakes.clock import FakeClock


@dataclass
class Message:
    """A message as it stands in a chat, with all that it said before."""

    chat: ChatRef
    id: str
    said: list[Reply]
    at_s: list[float]

    @property
    def reply(self) -> Reply:
        """What it says now."""
        return self.said[-1]

    @property
    def text(self) -> str:
        """What it says now, as plain lines."""
        return "\n".join(block.text for block in self.reply.blocks)  # type: ignore[union-attr]  # pushes are texts

    @property
    def labels(self) -> list[str]:
        """Its buttons now."""
        return [button.label for row in self.reply.buttons for button in row]


@dataclass
class FakeChannel:
    """What a test sets decides what goes wrong."""

    clock: FakeClock
    platform: str = "telegram"
    edits_per_minute: float = 10.0
    away: bool = False
    retry_after_s: float | None = None  # with `away`: the platform says how long
    takes_but_never_answers: bool = False
    refuses: bool = False  # every message, for a reason that nobody foresaw
    refused: set[ChatRef] = field(default_factory=set)  # the same, in these chats alone
    may_pin: bool = True
    pinned: list[MessageRef] = field(default_factory=list)
    gone: set[ChatRef] = field(default_factory=set)
    moved: dict[ChatRef, ChatRef] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    tries: list[float] = field(default_factory=list)
    useless: int = 0  # edits that changed nothing
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def allowance_of(self, chat: ChatRef) -> ChatRef:
        """Topics share their group's."""
        return ChatRef(chat.platform, chat.chat)

    async def run(self) -> None:
        """Listen to nobody."""
        await asyncio.Event().wait()

    async def send(self, chat: ChatRef, reply: Reply) -> MessageRef:
        """Take a message."""
        self._check(chat)
        message = Message(chat, str(next(self._numbers)), [reply], [self.clock.monotonic()])
        self.messages.append(message)
        if self.takes_but_never_answers:
            await asyncio.Event().wait()
        return MessageRef(chat, message.id)

    async def edit(self, message: MessageRef, reply: Reply) -> None:
        """Change one that is there."""
        self._check(message.chat)
        standing = next((m for m in self.messages if (m.chat, m.id) == (message.chat, message.message)), None)
        if standing is None:
            raise MessageGone(message.message)
        self.useless += reply == standing.reply
        standing.said.append(reply)
        standing.at_s.append(self.clock.monotonic())

    async def pin(self, message: MessageRef) -> None:
        """Pin one, where that is allowed."""
        self._check(message.chat)
        if not self.may_pin:
            raise CantPin("not enough rights")
        self.pinned.append(message)

    async def unpin(self, message: MessageRef) -> None:
        """Take one from the top."""
        self._check(message.chat)
        if message in self.pinned:
            self.pinned.remove(message)

    def delete(self, message: Message) -> None:
        """Let somebody delete it."""
        self.messages.remove(message)

    def in_chat(self, chat: ChatRef) -> list[Message]:
        """Return what stands there."""
        return [message for message in self.messages if message.chat == chat]

    def _check(self, chat: ChatRef) -> None:
        self.tries.append(self.clock.monotonic())
        if self.away:
            raise ChannelAway("503", self.retry_after_s)
        if self.refuses or chat in self.refused:
            raise RuntimeError("nobody foresaw this")
        if chat in self.gone:
            raise ChatGone("403")
        if chat in self.moved:
            raise ChatMoved(self.moved[chat])
