"""Answers to interactions: the first one, its edits, and follow-ups.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from . import messages
from .commands_form import check_choices
from .components_form import check_modal
from .errors import Form, Json, Refused, Why
from .interactions import (
    CHOICES,
    DEFERRED,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    NAMES,
    UPDATE,
    Choice,
    Interaction,
    Modal,
    Response,
)
from .model import EPHEMERAL
from .payloads import message_json

if TYPE_CHECKING:
    from .model import Message
    from .platform import Platform, Request


def respond(platform: Platform, request: Request) -> Json | None:
    """Create Interaction Response: once, within 3 s."""
    interaction = platform.interactions.get(request.params["webhook_token"])
    if interaction is None or interaction.id != request.number("webhook_id"):
        raise Refused(Why.UNKNOWN_INTERACTION)
    kind, data = request.form["type"], request.form.get("data") or {}
    interaction.check_first(kind)
    interaction.response = ANSWERS[kind](platform, interaction, data, request)
    interaction.changed()
    return _callback(interaction, kind) if request.query.get("with_response") in ("1", "true") else None


def _message(platform: Platform, interaction: Interaction, data: Json, request: Request) -> Response:
    messages.check(data, request.files, ("data",))
    interaction.original = _post(platform, interaction, data, request)
    return Response(NAMES[MESSAGE], interaction.original)


def _deferred(platform: Platform, interaction: Interaction, data: Json, _: Request) -> Response:
    interaction.original = messages.create(
        platform,
        interaction.channel,
        platform.world.bot,
        {"flags": (data.get("flags") or 0) & EPHEMERAL},
        {},
        interaction=interaction,
        reference=interaction.source,
        loading=True,
    )
    return Response(NAMES[DEFERRED], interaction.original)


def _deferred_update(_: Platform, interaction: Interaction, __: Json, ___: Request) -> Response:
    interaction.original = interaction.source
    return Response(NAMES[DEFERRED_UPDATE], interaction.source)


def _update(platform: Platform, interaction: Interaction, data: Json, request: Request) -> Response:
    assert interaction.source is not None  # check_first has seen to it
    messages.check(data, request.files, ("data",))
    messages.edit(platform, interaction.source, data, request.files)
    interaction.original = interaction.source
    return Response(NAMES[UPDATE], interaction.source)


def _choices(_: Platform, __: Interaction, data: Json, ___: Request) -> Response:
    form = Form(("data",))
    check_choices(data.get("choices") or [], form, ("choices",))
    form.refuse_if_wrong()
    found = tuple(Choice(choice["name"], choice["value"]) for choice in data.get("choices") or [])
    return Response(NAMES[CHOICES], choices=found)


def _modal(_: Platform, interaction: Interaction, data: Json, __: Request) -> Response:
    form = Form(("data",))
    check_modal(data, form)
    form.refuse_if_wrong()
    return Response(NAMES[MODAL], modal=Modal(data["title"], data["custom_id"], data, interaction))


ANSWERS: Final = {
    MESSAGE: _message,
    DEFERRED: _deferred,
    DEFERRED_UPDATE: _deferred_update,
    UPDATE: _update,
    CHOICES: _choices,
    MODAL: _modal,
}


def _post(platform: Platform, interaction: Interaction, data: Json, request: Request) -> Message:
    return messages.create(
        platform,
        interaction.channel,
        platform.world.bot,
        data,
        request.files,
        interaction=interaction,
        reference=interaction.source,
    )


def _callback(interaction: Interaction, kind: int) -> Json:
    """Return the (Interaction Callback Response Object)."""
    found: Json = {"id": str(interaction.id), "type": interaction.kind}
    answer: Json = {"interaction": found}
    message = interaction.original
    if message is not None:
        found |= {"response_message_id": str(message.id), "response_message_loading": message.loading}
        found["response_message_ephemeral"] = message.ephemeral
        answer["resource"] = {"type": kind}
        if kind in (MESSAGE, UPDATE):
            answer["resource"]["message"] = message_json(message)
    return answer


def _live(platform: Platform, request: Request) -> Interaction:
    interaction = platform.interactions.get(request.params["webhook_token"])
    if request.number("webhook_id") != platform.world.application_id:
        raise Refused(Why.UNKNOWN_WEBHOOK)
    if interaction is None:
        raise Refused(Why.INVALID_WEBHOOK_TOKEN)
    interaction.check_later()
    return interaction


def follow_up(platform: Platform, request: Request) -> Json:
    """Create Followup Message; right after a deferred answer it fills that one, whose visibility stays."""
    interaction = _live(platform, request)
    messages.check(request.form, request.files)
    original = interaction.original
    if original is not None and original.loading:
        messages.edit(platform, original, request.form, request.files)
        interaction.changed()
        return message_json(original)
    message = _post(platform, interaction, request.form, request)
    interaction.followups.append(message)
    interaction.changed()
    return message_json(message)


def get_one(platform: Platform, request: Request) -> Json:
    """Get Original Interaction Response, or a follow-up."""
    return message_json(_live(platform, request).find(request.params["which"]))


def edit_one(platform: Platform, request: Request) -> Json:
    """Edit Original Interaction Response, or a follow-up."""
    interaction = _live(platform, request)
    message = interaction.find(request.params["which"])
    messages.check(request.form, request.files)
    messages.edit(platform, message, request.form, request.files)
    interaction.changed()
    return message_json(message)


def delete_one(platform: Platform, request: Request) -> None:
    """Delete Original Interaction Response, or a follow-up."""
    interaction = _live(platform, request)
    messages.delete(platform, interaction.find(request.params["which"]))
    interaction.changed()


_ONE: Final = "/webhooks/{webhook_id}/{webhook_token}/messages/{which}"
INTERACTION_ROUTES: Final[dict[str, Any]] = {
    "POST /interactions/{webhook_id}/{webhook_token}/callback": respond,
    "POST /webhooks/{webhook_id}/{webhook_token}": follow_up,
    f"GET {_ONE}": get_one,
    f"PATCH {_ONE}": edit_one,
    f"DELETE {_ONE}": delete_one,
}
