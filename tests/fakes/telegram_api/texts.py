"""Texts and captions of requests: parsed, trimmed, measured; stores nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.telegram_api.entities import Entity, MarkupError, is_blank, parse_html, trimmed
from tests.fakes.telegram_api.errors import ApiError, bad_request
from tests.fakes.telegram_api.limits import utf16_length

if TYPE_CHECKING:
    from tests.fakes.telegram_api.limits import Limits
    from tests.fakes.telegram_api.params import Params


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text as it will be seen, and as it was sent."""

    text: str = ""
    source: str = ""
    entities: list[Entity] = field(default_factory=list)


def read_text(params: Params, limits: Limits) -> Formatted:
    """Return the `text` of a request (https://core.telegram.org/bots/api#sendmessage).

    Raises:
        ApiError: 400: empty, too long, or markup that does not parse.
    """
    source = params.text("text")
    if not source:
        raise bad_request("message text is empty")
    made = _formatted(params, source, "entities", limits)
    if is_blank(made.text):
        raise bad_request("text must be non-empty")
    if utf16_length(made.text) > limits.text_chars:
        raise bad_request("message is too long")
    return made


def read_caption(params: Params, limits: Limits) -> Formatted:
    """Return the `caption` of a request, which may be empty (https://core.telegram.org/bots/api#sendphoto)."""
    made = _formatted(params, params.text("caption"), "caption_entities", limits)
    if utf16_length(made.text) > limits.caption_chars:
        raise bad_request("message caption is too long")
    return made


def _formatted(params: Params, source: str, entities_field: str, limits: Limits) -> Formatted:
    if len(source.encode("utf-8", "surrogatepass")) > limits.raw_text_bytes:
        raise bad_request("text is too long")
    mode = params.text("parse_mode").lower()
    if mode in {"", "none"}:
        text, entities = trimmed(source, params.json(entities_field, "entities") or [])
    elif mode == "html":
        text, entities = _parsed(source)
    elif mode in {"markdown", "markdownv2"}:
        raise ApiError(501, f"this fake of the platform does not read {mode}")
    else:
        raise bad_request("unsupported parse_mode")
    return Formatted(text, source, entities)


def _parsed(source: str) -> tuple[str, list[Entity]]:
    try:
        return trimmed(*parse_html(source))
    except MarkupError as error:
        raise bad_request(f"can't parse entities: {error}") from None
