"""Keyboards under messages: what the platform takes and what it refuses; knows nothing of messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.telegram_api.errors import bad_request

if TYPE_CHECKING:
    from tests.fakes.telegram_api.limits import Limits
    from tests.fakes.telegram_api.params import Params

# https://core.telegram.org/bots/api#inlinekeyboardbutton "Exactly one of the fields other than text ... must be used"
ACTIONS: Final = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
# As of Bot API 9 an icon and a style may stand beside the action.
LOOKS: Final = frozenset({"text", "icon_custom_emoji_id", "style"})
URL_SCHEMES: Final = ("http://", "https://", "tg://", "ton://")


@dataclass(frozen=True, slots=True)
class Button:
    """One button as a person sees it; `data` of a callback button, `url` of a link, else neither."""

    text: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Markup:
    """What hangs under a message: the inline keyboard, and the object that was sent for it."""

    keyboard: Keyboard = ()
    raw: str = ""

    @property
    def json(self) -> dict[str, Any] | None:
        """The `reply_markup` of the message: only inline keyboards are given back to bots."""
        return json.loads(self.raw) if self.keyboard else None


def read_markup(params: Params, limits: Limits) -> Markup:
    """Read the request's `reply_markup`.

    Raises:
        ApiError: 400, where the platform would not take it.
    """
    raw = params.json("reply_markup", "reply keyboard markup")
    if raw is None:
        return Markup()
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    rows = raw.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    keyboard = tuple(tuple(_button(button, limits) for button in row) for row in rows if row)
    # The platform cuts some of these off without a word; a bot that sends them loses buttons either way.
    too_wide = any(len(row) > limits.row_buttons for row in keyboard)
    if too_wide or sum(map(len, keyboard)) > limits.keyboard_buttons:
        raise bad_request("reply markup is too long")
    return Markup(keyboard, json.dumps(raw, sort_keys=True))


def _button(raw: object, limits: Limits) -> Button:
    if not isinstance(raw, dict):
        raise _unreadable("InlineKeyboardButton must be an Object")
    text = raw.get("text")
    if text is None:
        raise _unreadable('Can\'t find field "text"')
    for name in ("text", "url", "callback_data"):
        if not isinstance(raw.get(name, ""), str):
            raise _unreadable(f'Field "{name}" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if raw.get(name) not in (None, "") or _may_be_empty(name, raw)]
    if not actions:
        raise _unreadable("Text buttons are not allowed in the inline keyboard")
    if len(actions) > 1 or set(raw) - LOOKS - set(ACTIONS):
        # The platform takes the first and says nothing; a bot that sends such a button has a mistake in it.
        raise _unreadable(f"exactly one of the optional fields must be used, got {sorted(raw)}")
    return _checked(Button(text, raw.get("callback_data"), raw.get("url")), limits)


def _may_be_empty(name: str, raw: dict[str, Any]) -> bool:
    # "May be empty, in which case just the bot's username will be inserted."
    return name.startswith("switch") and name in raw


def _checked(button: Button, limits: Limits) -> Button:
    if button.data is not None and len(button.data.encode()) > limits.callback_data_bytes:
        raise bad_request("BUTTON_DATA_INVALID")
    if button.url is not None and not button.url.startswith(URL_SCHEMES):
        raise bad_request(f"inline keyboard button URL '{button.url}' is invalid: Wrong HTTP URL")
    return button


def _unreadable(what: str) -> Exception:
    return bad_request(f"can't parse InlineKeyboardButton: {what}")
