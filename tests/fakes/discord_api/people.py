"""What people do: type, run commands, press buttons, fill in forms; each act is an event at the bot's gateway."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from . import limits, messages
from .components_form import BUTTON, LABEL, ROW, STRING_SELECT, modal_fields
from .interactions import APPLICATION_COMMAND, AUTOCOMPLETE, COMPONENT, MODAL_SUBMIT, Interaction
from .message_form import pinged
from .model import DEFAULT, REPLY, File, Message
from .options import CannotDoThat, filled, find_command, nested, resolved
from .payloads import channel_json, event_json, member_json, message_json, user_json
from .permissions import within
from .platform import Platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .errors import Json
    from .interactions import Choice, Modal
    from .model import Channel, User


class People(Platform):
    """Acts of people. Each raises `CannotDoThat` where the person's own client would not let him."""

    async def slash(self, user: User, channel: Channel, command: str, /, **options: Any) -> Interaction:
        """Run a command (`"stop"`, `"playlist add"`); returns at once: await what is given for the answer.

        Values are str, int, bool, float, or a `User`, `Channel`, `Role`, `File` for options of these types.
        """
        for file in (value for value in options.values() if isinstance(value, File)):
            messages.publish(self, channel, file)
        data = self._command_data(channel, command, options)
        return self._interact(APPLICATION_COMMAND, user, channel, data)

    async def autocomplete(
        self, user: User, channel: Channel, command: str, /, *, focused: str, value: str, **others: Any
    ) -> list[Choice]:
        """Type `value` into the option `focused` and return what is offered.

        Raises:
            NotAnswered: Nothing was offered in time.
        """
        definition = find_command(self._known(channel), command)[2]
        option: Json = next((part for part in definition.get("options", []) if part["name"] == focused), {})
        if not option.get("autocomplete"):
            raise CannotDoThat(f"option {focused} of /{command} is not completed")
        data = self._command_data(channel, command, others, partial=True)
        inner = data["options"]
        while inner and "options" in inner[0]:
            inner = inner[0]["options"]
        inner.append({"name": focused, "type": option["type"], "value": value, "focused": True})
        return list((await self._interact(AUTOCOMPLETE, user, channel, data)).choices)

    async def press(self, user: User, message: Message, what: str) -> Interaction:
        """Press the button with this label or custom id."""
        found = [b for b in message.buttons if what in (b.label, b.custom_id)]
        if not found:
            raise CannotDoThat(f"no button {what!r}; there are {[button.label for button in message.buttons]}")
        if found[0].disabled or found[0].url:
            raise CannotDoThat(f"button {what!r} is disabled or a link")
        return self._use(user, message, {"custom_id": found[0].custom_id, "component_type": BUTTON})

    async def choose(self, user: User, message: Message, custom_id: str, *values: str) -> Interaction:
        """Pick values in the select menu with this custom id."""
        parts = [part for row in message.components for part in row["components"]]
        select = next((p for p in parts if p["type"] == STRING_SELECT and p["custom_id"] == custom_id), None)
        if select is None or set(values) - {option["value"] for option in select["options"]}:
            raise CannotDoThat(f"no such choice in {custom_id!r}")
        return self._use(user, message, {"custom_id": custom_id, "component_type": STRING_SELECT, "values": values})

    async def submit_modal(self, user: User, modal: Modal, /, **values: str) -> Interaction:
        """Fill in a form, naming its fields by custom id or label, and send it."""
        if modal.interaction.user is not user:
            raise CannotDoThat("the form popped up for somebody else")
        for label, field in modal_fields(modal.body):
            value = values.pop(label, values.pop(field["custom_id"], field.get("value") or ""))
            _check_input(label, field, value)
            values[field["custom_id"]] = value
        data = {"custom_id": modal.custom_id, "components": _submitted(modal.body, values)}
        origin = modal.interaction
        return self._interact(MODAL_SUBMIT, user, origin.channel, data, origin.source)

    async def say(
        self,
        user: User,
        channel: Channel,
        text: str = "",
        *,
        attachments: Sequence[File | tuple[str, bytes | Path]] = (),
        reply_to: Message | None = None,
    ) -> Message:
        """Write in a channel, or to the bot (`fake.dm(user)`); files as `(name, data)` or from `upload`."""
        message = Message(self.world.new_id(), channel, user, self.now(), text.strip())
        message.kind, message.reference = (DEFAULT if reply_to is None else REPLY), reply_to
        message.files = [file if isinstance(file, File) else self.world.store(*file) for file in attachments]
        for file in message.files:
            messages.publish(self, channel, file)
        message.pinged = pinged(self.world, channel, message.content, None, interaction=False)
        channel.messages[message.id] = message
        self.gateway.dispatch("MESSAGE_CREATE", event_json(message))
        return message

    async def rewrite(self, message: Message, text: str) -> None:
        """Edit a message that a person wrote."""
        messages.edit(self, message, {"content": text}, {})

    async def erase(self, message: Message) -> None:
        """Delete a message, as its author or a moderator can."""
        messages.delete(self, message)

    @property
    def unanswered(self) -> list[Interaction]:
        """Interactions without a first answer, in the order in which they came."""
        return [interaction for interaction in self.interactions.values() if interaction.response is None]

    def _known(self, channel: Channel) -> dict[str, Json]:
        """Return the commands of a place: a guild's own are not there in direct messages."""
        ours = self.world.commands.get(channel.guild.id, {}) if channel.guild else {}
        return self.world.commands.get(None, {}) | ours

    def _command_data(self, channel: Channel, typed: str, values: dict[str, Any], *, partial: bool = False) -> Json:
        command, path, inner = find_command(self._known(channel), typed)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1}
        data["options"] = nested(path, filled(inner, values, partial=partial))
        data["resolved"] = resolved(values, channel.guild)
        if channel.guild is not None and "guild_id" in command:
            data["guild_id"] = str(channel.guild.id)
        return data

    def _use(self, user: User, message: Message, data: Json) -> Interaction:
        if message.ephemeral_to not in (None, user) or message.deleted:
            raise CannotDoThat(f"{user.name} does not see this message")
        return self._interact(COMPONENT, user, message.channel, data, message)

    def _interact(
        self, kind: int, user: User, channel: Channel, data: Json, source: Message | None = None
    ) -> Interaction:
        token = secrets.token_urlsafe(24)
        interaction = Interaction(self.world.new_id(), kind, token, user, channel, self.now, source, self.now())
        event = self._event(interaction, data)
        self.interactions[token] = interaction
        self.gateway.dispatch("INTERACTION_CREATE", event)
        return interaction

    def _event(self, interaction: Interaction, data: Json) -> Json:
        """Return the (Interaction Structure)."""
        user, channel = interaction.user, interaction.channel
        found: Json = {
            "id": str(interaction.id),
            "application_id": str(self.world.application_id),
            "type": interaction.kind,
            "token": interaction.token,
            "version": 1,
            "data": data,
            "locale": user.locale,
            "channel": channel_json(channel),
            "channel_id": str(channel.id),
            "app_permissions": str(self.world.bot_permissions(channel)),
            "entitlements": [],
            "attachment_size_limit": limits.FILE_BYTES,
        }
        if interaction.source is not None:
            found["message"] = message_json(interaction.source)
        guild = channel.guild
        if guild is None:
            return found | {"user": user_json(user), "context": 1, "authorizing_integration_owners": {"0": "0"}}
        if user.id not in guild.members:
            raise CannotDoThat(f"{user.name} is not in {guild.name}")
        member = guild.members[user.id]
        found["channel"]["permissions"] = str(within(member, channel))
        return found | {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member_json(member, channel=channel),
            "context": 0,
            "authorizing_integration_owners": {"0": str(guild.id)},
        }


def _check_input(label: str, field: Json, value: str) -> None:
    if not value and not field.get("required", True):
        return
    if not (field.get("min_length") or 1) <= len(value) <= (field.get("max_length") or limits.INPUT):
        raise CannotDoThat(f"{label!r} does not take {len(value)} characters")


def _submitted(modal: Json, values: dict[str, str]) -> list[Json]:
    """Return a form's components as they come back: (Modal Submit Data Structure)."""
    found: list[Json] = []
    for number, part in enumerate(modal["components"], start=1):
        if part["type"] == LABEL:
            found.append({"type": LABEL, "id": number, "component": _answered(part["component"], values)})
        elif part["type"] == ROW:
            inside: Iterable[Json] = part["components"]
            found.append({"type": ROW, "id": number, "components": [_answered(field, values) for field in inside]})
    return found


def _answered(field: Json, values: dict[str, str]) -> Json:
    name = field["custom_id"]
    answer: Json = {"type": field["type"], "id": 100, "custom_id": name}
    return answer | ({"values": [values[name]]} if field["type"] == STRING_SELECT else {"value": values[name]})
