"""The platform's state, and who may reach what in it; speaks no HTTP and knows no method by name."""

from __future__ import annotations

import asyncio
import itertools
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.commands import Menus
from tests.fakes.telegram_api.errors import bad_request, forbidden
from tests.fakes.telegram_api.flood import FloodGate
from tests.fakes.telegram_api.media import Files
from tests.fakes.telegram_api.model import Chat, Message, Press, User
from tests.fakes.telegram_api.updates import Updates

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.telegram_api.limits import FloodLimits, Limits

SUPERGROUP_IDS_BELOW: Final = -1_000_000_000_000
NOTHING_PASSES: Final = "message can't be edited"


class Access(IntEnum):
    """What a request wants to do with a chat."""

    READ = 1
    EDIT = 2
    MEMBERS = 3
    WRITE = 4


class World:
    """Everything that the platform remembers."""

    def __init__(
        self, me: User, clock: Callable[[], float], limits: Limits, flood: FloodLimits | None, *, privacy: bool
    ) -> None:
        self.me = me
        self.clock = clock
        self.limits = limits
        self.privacy = privacy
        self.flood = FloodGate(flood, clock)
        self.files = Files(limits)
        self.menus = Menus(limits)
        self.updates = Updates(limits, clock)
        self.users: dict[int, User] = {me.id: me}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self._changed = asyncio.Event()
        # https://core.telegram.org/bots/api#message "Unique message identifier inside this chat": supergroups count for
        # themselves, all other chats of an account together.
        self._ids = itertools.count(1)

    def touch(self) -> None:
        """Wake whoever waits for a change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_change(self) -> None:
        """Wait until something may have changed."""
        await self._changed.wait()

    def chat(self, chat_id: str, access: Access) -> Chat:
        """Return the chat of a request.

        Raises:
            ApiError: There is none, or the bot has no such access to it.
        """
        chat = self._known_chat(chat_id)
        if chat.type == "private":
            self._check_private(chat, access)
        else:
            self._check_group(chat, access)
        return chat

    def _known_chat(self, chat_id: str) -> Chat:
        if not chat_id:
            raise bad_request("chat_id is empty")
        if chat_id.startswith("@"):
            named = (chat for chat in self.chats.values() if chat.username == chat_id[1:] and chat.type != "private")
            if chat := next(named, None):
                return chat
        elif chat_id.lstrip("-").isdecimal():
            if chat := self.chats.get(int(chat_id)):
                return chat
            if self._was_seen(int(chat_id)):
                # https://core.telegram.org/bots/faq: bots can't start a conversation
                raise forbidden("bot can't initiate conversation with a user")
        raise bad_request("chat not found")

    def _was_seen(self, user_id: int) -> bool:
        return any(user_id in chat.members for chat in self.chats.values() if chat.is_group)

    def _check_private(self, chat: Chat, access: Access) -> None:
        if access in {Access.EDIT, Access.WRITE} and chat.bot_status == "kicked":
            raise forbidden("bot was blocked by the user")

    def _check_group(self, chat: Chat, access: Access) -> None:
        if chat.upgraded_to is not None:
            if access >= Access.MEMBERS:
                # https://core.telegram.org/bots/api#responseparameters
                what = "group chat was upgraded to a supergroup chat"
                raise bad_request(what, migrate_to_chat_id=chat.upgraded_to.id)
            if access is Access.EDIT:
                raise bad_request(NOTHING_PASSES)
        needed = Access.READ if chat.type == "supergroup" else Access.EDIT
        if access >= needed and chat.bot_status in {"kicked", "left"}:
            how = "was kicked from" if chat.bot_status == "kicked" else "is not a member of"
            raise forbidden(f"bot {how} the {chat.type} chat")

    def message(self, chat: Chat, message_id: int, what: str) -> Message:
        """Return a message that is still there; `what` names it in the error.

        Raises:
            ApiError: "`what` not found".
        """
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise bad_request(f"{what} not found")
        return message

    def post(self, chat: Chat, sender: User, **fields: Any) -> Message:
        """Put a message into a chat."""
        message_id = max(chat.messages, default=0) + 1 if chat.type == "supergroup" else next(self._ids)
        message = Message(chat=chat, id=message_id, date_s=self.clock(), sender=sender, **fields)
        chat.messages[message_id] = message
        return message

    def may(self, chat: Chat, right: str) -> bool:
        """Tell whether the bot may do this here.

        Nobody needs a right in a private chat; an administrator of a basic group has all.
        """
        if not chat.is_group:
            return True
        return chat.bot_status == "administrator" and (chat.type == "group" or right in chat.bot_rights)

    def hears(self, message: Message) -> bool:
        """Tell whether the bot is given this message of a group.

        https://core.telegram.org/bots/features#privacy-mode: commands, replies to the bot and service messages;
        everything without the mode, and to an administrator.
        """
        chat = message.chat
        if chat.bot_status in {"kicked", "left"}:
            return False
        if not chat.is_group or not self.privacy or chat.bot_status == "administrator" or message.service:
            return True
        if message.reply_to is not None and message.reply_to.sender is self.me:
            return True
        return any(self._is_for_me(word) for word in message.text.split() if word.startswith("/"))

    def _is_for_me(self, command: str) -> bool:
        _, at, bot = command.partition("@")
        return not at or bot.lower() == str(self.me.username).lower()

    def bot_member(self, chat: Chat) -> dict[str, Any]:
        """Return the ChatMember object of the bot itself."""
        return member_json(self.me, chat.bot_status, chat.bot_rights)


# https://core.telegram.org/bots/api#chatmemberadministrator: all of these are always there.
ADMINISTRATOR_RIGHTS: Final = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def member_json(user: User, status: str, rights: set[str] | None = None) -> dict[str, Any]:
    """Return a ChatMember object (https://core.telegram.org/bots/api#chatmember)."""
    made: dict[str, Any] = {"user": user.json, "status": status}
    match status:
        case "creator":
            made["is_anonymous"] = False
        case "administrator":
            held = set(ADMINISTRATOR_RIGHTS) if rights is None else rights | {"can_manage_chat"}
            made |= {"can_be_edited": False, "is_anonymous": False}
            made |= {right: right in held for right in ADMINISTRATOR_RIGHTS}
        case "kicked":
            made["until_date"] = 0
    return made
