"""Who and what there is on the platform: people, chats, messages, button presses; enforces nothing.

Each `json` is the object of the Bot API of that name (https://core.telegram.org/bots/api#available-types).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.markup import Button, Keyboard, Markup

if TYPE_CHECKING:
    from tests.fakes.telegram_api.entities import Entity
    from tests.fakes.telegram_api.media import StoredFile

GROUPS: Final = frozenset({"group", "supergroup"})


@dataclass(frozen=True, slots=True)
class User:
    """A person or a bot."""

    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = "en"
    is_bot: bool = False

    @property
    def json(self) -> dict[str, Any]:
        """The User object."""
        optional = {"username": self.username, "language_code": self.language_code}
        known = {name: value for name, value in optional.items() if value}
        return {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name} | known


# The users that stand in for messages written as a chat: 'sender_chat' says whose they are.
ANONYMOUS_ADMIN: Final = User(1087968824, "Group", "GroupAnonymousBot", None, is_bot=True)
CHANNEL_BOT: Final = User(136817688, "Channel", "Channel_Bot", None, is_bot=True)


@dataclass(eq=False, slots=True)
class Chat:
    """A private chat, group, supergroup or channel, with the bot's place in it.

    Attributes:
        members: Status by user id, the bot left out: `creator`, `administrator`, `member` ...
        bot_status: `member`, `administrator`, `left` or `kicked`; in a private chat `kicked` is 'blocked by the user'.
        bot_rights: What the bot may do as an administrator: `can_delete_messages`, `can_pin_messages`.
        threads: Names of a forum's topics by id, General left out.
        upgraded_to: The supergroup that this group has become.
        pinned: Oldest first.
    """

    id: int
    type: str
    title: str = ""
    username: str | None = None
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    bot_status: str = "member"
    bot_rights: set[str] = field(default_factory=set)
    threads: dict[int, str] = field(default_factory=dict)
    upgraded_to: Chat | None = None
    messages: dict[int, Message] = field(default_factory=dict, repr=False)
    pinned: list[Message] = field(default_factory=list, repr=False)

    @property
    def is_group(self) -> bool:
        """Whether more than one person can be in it and write."""
        return self.type in GROUPS

    @property
    def json(self) -> dict[str, Any]:
        """The Chat object."""
        name = "first_name" if self.type == "private" else "title"
        optional = {"username": self.username, "is_forum": self.is_forum or None}
        known = {key: value for key, value in optional.items() if value}
        return {"id": self.id, "type": self.type, name: self.title} | known


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said before an edit."""

    text: str
    keyboard: Keyboard
    until_s: float


@dataclass(eq=False, slots=True, kw_only=True)
class Message:
    """A message as the people in its chat see it now.

    Attributes:
        text: The text, or the caption where there is `media`, without markup.
        source: The same as the bot sent it, markup included.
        date_s: Unix time, by the platform's clock.
        edited_s: Unix time of the last edit, None before the first.
        thread: Id of the forum topic, None for General and elsewhere.
        silent: Sent with `disable_notification`.
        service: Fields of a service message, `migrate_to_chat_id` and the like.
        versions: What it said before each edit, oldest first.
    """

    chat: Chat
    id: int
    date_s: float
    sender: User
    text: str = ""
    source: str = ""
    entities: list[Entity] = field(default_factory=list)
    media: StoredFile | None = None
    markup: Markup = field(default_factory=Markup)
    thread: int | None = None
    reply_to: Message | None = None
    silent: bool = False
    sender_chat: Chat | None = None
    forwarded: bool = False
    service: dict[str, Any] = field(default_factory=dict)
    edited_s: float | None = None
    deleted: bool = False
    versions: list[Version] = field(default_factory=list)

    @property
    def keyboard(self) -> Keyboard:
        """The rows of buttons under it."""
        return self.markup.keyboard

    @property
    def labels(self) -> list[str]:
        """What the buttons say, row by row."""
        return [button.text for row in self.keyboard for button in row]

    @property
    def pinned(self) -> bool:
        """Whether it is pinned in its chat."""
        return self in self.chat.pinned

    def button(self, text_or_data: str) -> Button:
        """Return the button with this text, or else with this callback data.

        Raises:
            AssertionError: There is none; it names those that there are.
        """
        buttons = [button for row in self.keyboard for button in row]
        for button in buttons:
            if button.text == text_or_data:
                return button
        for button in buttons:
            if button.data == text_or_data:
                return button
        raise AssertionError(f"no button {text_or_data!r} under {self.text!r}: {buttons}")

    @property
    def json(self) -> dict[str, Any]:
        """The Message object."""
        return self._json(with_reply=True)

    def _json(self, *, with_reply: bool) -> dict[str, Any]:
        made: dict[str, Any] = {
            "message_id": self.id,
            "date": int(self.date_s),
            "chat": self.chat.json,
            "from": self.sender.json,
        }
        if self.sender_chat is not None:
            made["sender_chat"] = self.sender_chat.json
        if self.thread is not None:
            made |= {"message_thread_id": self.thread, "is_topic_message": True}
        if self.forwarded:
            made["forward_origin"] = {"type": "hidden_user", "sender_user_name": "Somebody", "date": int(self.date_s)}
        if self.reply_to is not None and with_reply:
            # "will not contain further reply_to_message fields even if it itself is a reply"
            made["reply_to_message"] = self.reply_to._json(with_reply=False)
        if self.edited_s is not None:
            made["edit_date"] = int(self.edited_s)
        if self.markup.json is not None:
            made["reply_markup"] = self.markup.json
        return made | self._content() | self.service

    def _content(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        names = ("text", "entities") if self.media is None else ("caption", "caption_entities")
        if self.text:
            made[names[0]] = self.text
        if self.entities:
            made[names[1]] = self.entities
        if self.media is not None:
            made[self.media.kind] = self.media.json
        return made

    @property
    def json_for_press(self) -> dict[str, Any]:
        """What a CallbackQuery carries of it: InaccessibleMessage once it is gone."""
        return {"chat": self.chat.json, "message_id": self.id, "date": 0} if self.deleted else self.json


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot told the person who pressed."""

    text: str
    is_alert: bool


@dataclass(eq=False, slots=True)
class Press:
    """A pressed button; `answer` is None until the bot has answered it."""

    id: str
    user: User
    message: Message
    data: str
    at_s: float
    answer: Answer | None = None

    @property
    def json(self) -> dict[str, Any]:
        """The CallbackQuery object."""
        return {
            "id": self.id,
            "from": self.user.json,
            "message": self.message.json_for_press,
            "chat_instance": str(self.message.chat.id),
            "data": self.data,
        }
