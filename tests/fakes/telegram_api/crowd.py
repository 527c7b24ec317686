"""The people on the platform and what they do there; sees nothing of what the bot sends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.entities import typed_entities
from tests.fakes.telegram_api.limits import utf16_length
from tests.fakes.telegram_api.model import ANONYMOUS_ADMIN, CHANNEL_BOT, Chat, Message, Press, User
from tests.fakes.telegram_api.world import SUPERGROUP_IDS_BELOW, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.fakes.telegram_api.media import Attachment


class Crowd:
    """People and chats. What they do reaches the bot as updates, where the platform would tell it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def user(
        self,
        id: int,  # noqa: A002 - the platform's own name
        first_name: str,
        username: str | None = None,
        language_code: str | None = "en",
        *,
        is_bot: bool = False,
    ) -> User:
        """Make a person, whom the bot does not know yet."""
        user = self.world.users[id] = User(id, first_name, username, language_code, is_bot)
        return user

    def private_chat(self, user: User) -> Chat:
        """Return the person's chat with the bot; before the first call the bot can't write to him."""
        made = Chat(user.id, "private", user.first_name, user.username)
        return self.world.chats.setdefault(user.id, made)

    def group(
        self,
        id: int,  # noqa: A002 - the platform's own name
        title: str,
        members: Iterable[User] = (),
        *,
        admins: Iterable[User] = (),
        threads: Mapping[int, str] | None = None,
        bot_rights: Iterable[str] = (),
    ) -> Chat:
        """Make a group with the bot in it: a supergroup where the id is below -1000000000000.

        Args:
            threads: Topics by id (General left out), which make it a forum.
            bot_rights: `can_delete_messages`, `can_pin_messages`: any makes the bot an administrator.
        """
        kind = "supergroup" if id < SUPERGROUP_IDS_BELOW else "group"
        chat = Chat(id, kind, title, is_forum=threads is not None, threads=dict(threads or {}))
        chat.members = {user.id: "member" for user in members} | {user.id: "administrator" for user in admins}
        chat.bot_rights = set(bot_rights)
        chat.bot_status = "administrator" if chat.bot_rights else "member"
        self.world.chats[id] = chat
        return chat

    def channel(self, id: int, title: str) -> Chat:  # noqa: A002 - the platform's own name
        """Make a channel, to be the `sender_chat` of messages."""
        return self.world.chats.setdefault(id, Chat(id, "channel", title, bot_status="left"))

    # What people do

    async def say(
        self,
        user: User,
        chat: Chat,
        text: str = "",
        *,
        thread: int | None = None,
        reply_to: Message | None = None,
        forwarded: bool = False,
        edited: bool = False,
        sender_chat: Chat | None = None,
        document: Attachment | None = None,
        photo: Attachment | None = None,
        video: Attachment | None = None,
    ) -> Message:
        """Let a person write, or send a file with `text` below it; commands in it become entities.

        Args:
            edited: The bot learns of it as of an edit.
            sender_chat: Write as this chat: the group itself (an anonymous administrator) or a channel.

        Raises:
            ValueError: A client would not send this: it cuts texts at 4096.
        """
        if utf16_length(text) > self.world.limits.text_chars:
            raise ValueError("clients send longer texts in parts")
        files = {"document": document, "photo": photo, "video": video}
        media = [self.world.files.keep(kind, file) for kind, file in files.items() if file is not None]
        if chat.is_group and sender_chat is None:
            chat.members.setdefault(user.id, "member")
        message = self.world.post(
            chat,
            _writes_as(user, chat, sender_chat),
            text=text,
            source=text,
            entities=typed_entities(text),
            media=media[0] if media else None,
            thread=thread,
            reply_to=reply_to,
            forwarded=forwarded,
            sender_chat=sender_chat,
            edited_s=self.world.clock() if edited else None,
        )
        kind = "channel_post" if chat.type == "channel" else "message"
        self._tell(f"edited_{kind}" if edited else kind, message)
        await asyncio.sleep(0)
        return message

    async def press(self, user: User, message: Message, button: str, *, forged: bool = False) -> Press:
        """Let a person press a button, named by its text or its data.

        Args:
            forged: Send `button` as callback data, whether there is such a button or not.

        Raises:
            AssertionError: There is no such button, or it is a link.
        """
        data = button if forged else message.button(button).data
        assert data is not None, f"{button!r} is a link: {message.button(button).url}"
        press = Press(str(len(self.world.presses) + 1), user, message, data, self.world.clock())
        self.world.presses[press.id] = press
        self._update("callback_query", press.json)
        await asyncio.sleep(0)
        return press

    def block(self, user: User) -> None:
        """Let a person block the bot."""
        self._move_bot(self.private_chat(user), user, "kicked")

    def unblock(self, user: User) -> None:
        """Let a person unblock the bot."""
        self._move_bot(self.private_chat(user), user, "member")

    def kick(self, group: Chat, by: User | None = None) -> None:
        """Let somebody throw the bot out of a group."""
        self._move_bot(group, by, "kicked")

    def add_bot(self, group: Chat, by: User | None = None) -> None:
        """Let somebody add the bot to a group again."""
        self._move_bot(group, by, "member")

    def promote(self, group: Chat, *rights: str) -> None:
        """Make the bot an administrator with these rights, or without any a member again."""
        group.bot_rights = set(rights)
        self._move_bot(group, None, "administrator" if rights else "member")

    def upgrade_group(self, group: Chat) -> Chat:
        """Turn a group into a supergroup, which has another id: https://core.telegram.org/bots/api#message."""
        new = self.group(SUPERGROUP_IDS_BELOW + group.id, group.title, bot_rights=group.bot_rights)
        new.members = dict(group.members)
        group.upgraded_to = new
        for chat, service in ((group, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": group.id})):
            self._tell("message", self.world.post(chat, ANONYMOUS_ADMIN, sender_chat=chat, service=service))
        return new

    def _move_bot(self, chat: Chat, by: User | None, status: str) -> None:
        old = self.world.bot_member(chat)
        chat.bot_status = status
        who = by or next((self.world.users[it] for it in chat.members if it in self.world.users), ANONYMOUS_ADMIN)
        payload = {"chat": chat.json, "from": who.json, "date": int(self.world.clock())}
        members = {"old_chat_member": old, "new_chat_member": self.world.bot_member(chat)}
        self._update("my_chat_member", payload | members)

    def _tell(self, kind: str, message: Message) -> None:
        if self.world.hears(message):
            self._update(kind, message.json)

    def _update(self, kind: str, payload: dict[str, Any]) -> None:
        self.world.updates.add(kind, payload)
        self.world.touch()


def _writes_as(user: User, chat: Chat, sender_chat: Chat | None) -> User:
    # https://core.telegram.org/bots/api#message "for backward compatibility ... contains a fake sender user"
    if sender_chat is None:
        return user
    return ANONYMOUS_ADMIN if sender_chat is chat else CHANNEL_BOT
