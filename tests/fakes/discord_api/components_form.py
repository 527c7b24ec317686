"""Checks buttons, selects and modals against the published limits; it neither stores nor sends.

https://discord.com/developers/docs/components/reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .errors import Form, Json, Path

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 2, 3, 4, 10, 18
SELECTS: Final = (STRING_SELECT, 5, 6, 7, 8)
LINK: Final = 5
STYLES: Final = (1, 2, 3, 4, LINK)


def check_rows(rows: list[Json], form: Form) -> None:
    """Note what is wrong with a message's action rows."""
    if rows:
        form.count(("components",), len(rows), 1, limits.ROWS)
    seen: set[str] = set()
    for index, row in enumerate(rows):
        at: Path = ("components", index)
        if not form.choice((*at, "type"), row.get("type"), (ROW,)):
            continue
        parts = row.get("components") or []
        form.count((*at, "components"), len(parts), 1, limits.BUTTONS)
        if len(parts) > 1 and any(part.get("type") in SELECTS for part in parts):
            text = "The specified component exceeds the maximum width"
            form.add(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", text)
        for number, part in enumerate(parts):
            _check_part(part, (*at, "components", number), form, seen)


def _check_part(part: Json, at: Path, form: Form, seen: set[str]) -> None:
    if not form.choice((*at, "type"), part.get("type"), (BUTTON, *SELECTS)):
        return
    if part["type"] == BUTTON:
        _check_button(part, at, form)
    else:
        _check_select(part, at, form)
    if part.get("style") != LINK or part["type"] in SELECTS:
        _check_custom_id(part, at, form, seen)


def _check_custom_id(part: Json, at: Path, form: Form, seen: set[str]) -> None:
    name = part.get("custom_id")
    form.text((*at, "custom_id"), name, 1, limits.CUSTOM_ID)
    if name in seen:
        text = "Component custom id cannot be duplicated"
        form.add((*at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", text)
    seen.add(str(name))


def _check_button(part: Json, at: Path, form: Form) -> None:
    form.choice((*at, "style"), part.get("style"), STYLES)
    form.text((*at, "label"), part.get("label"), 0, limits.BUTTON_LABEL, required=False)
    if not part.get("label") and not part.get("emoji"):
        form.missing((*at, "label"))
    if part.get("style") == LINK:
        form.text((*at, "url"), part.get("url"), 1, limits.BUTTON_URL)
        form.link((*at, "url"), part.get("url"), ("http", "https", "discord"))
    elif part.get("url"):
        text = "A custom id and url cannot both be specified"
        form.add(at, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", text)


def _check_select(part: Json, at: Path, form: Form) -> None:
    form.text((*at, "placeholder"), part.get("placeholder"), 0, limits.SELECT_PLACEHOLDER, required=False)
    form.number((*at, "min_values"), part.get("min_values"), 0, limits.SELECT_OPTIONS)
    form.number((*at, "max_values"), part.get("max_values"), 1, limits.SELECT_OPTIONS)
    if part["type"] != STRING_SELECT:
        return
    options = part.get("options") or []
    form.count((*at, "options"), len(options), 1, limits.SELECT_OPTIONS)
    values = set()
    for index, option in enumerate(options):
        here: Path = (*at, "options", index)
        for key in ("label", "value"):
            form.text((*here, key), option.get(key), 1, limits.SELECT_TEXT)
        form.text((*here, "description"), option.get("description"), 0, limits.SELECT_TEXT, required=False)
        if option.get("value") in values:
            text = "The specified option value is already used"
            form.add((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", text)
        values.add(option.get("value"))


def check_modal(modal: Json, form: Form) -> None:
    """Note what is wrong with a modal: DOCS/interactions/receiving-and-responding (Modal)."""
    form.text(("title",), modal.get("title"), 1, limits.MODAL_TITLE)
    form.text(("custom_id",), modal.get("custom_id"), 1, limits.CUSTOM_ID)
    parts = modal.get("components") or []
    form.count(("components",), len(parts), 1, limits.MODAL_COMPONENTS)
    seen: set[str] = set()
    for index, part in enumerate(parts):
        at: Path = ("components", index)
        if not form.choice((*at, "type"), part.get("type"), (ROW, TEXT_DISPLAY, LABEL)):
            continue
        if part["type"] == LABEL:
            form.text((*at, "label"), part.get("label"), 1, limits.LABEL)
            form.text((*at, "description"), part.get("description"), 0, limits.LABEL_DESCRIPTION, required=False)
            _check_field(part.get("component") or {}, (*at, "component"), form, seen)
        elif part["type"] == ROW:
            inside = part.get("components") or []
            form.count((*at, "components"), len(inside), 1, 1)
            for number, field in enumerate(inside):
                here: Path = (*at, "components", number)
                form.text((*here, "label"), field.get("label"), 1, limits.LABEL)
                _check_field(field, here, form, seen)


def _check_field(field: Json, at: Path, form: Form, seen: set[str]) -> None:
    if not form.choice((*at, "type"), field.get("type"), (STRING_SELECT, TEXT_INPUT)):
        return
    _check_custom_id(field, at, form, seen)
    if field["type"] == STRING_SELECT:
        _check_select(field, at, form)
        return
    form.choice((*at, "style"), field.get("style"), (1, 2))
    form.number((*at, "min_length"), field.get("min_length"), 0, limits.INPUT)
    form.number((*at, "max_length"), field.get("max_length"), 1, limits.INPUT)
    form.text((*at, "value"), field.get("value"), 0, limits.INPUT, required=False)
    form.text((*at, "placeholder"), field.get("placeholder"), 0, limits.INPUT_PLACEHOLDER, required=False)


def modal_fields(modal: Json) -> Iterator[tuple[str, Json]]:
    """Yield each field of a modal with the label that a person reads over it."""
    for part in modal["components"]:
        if part["type"] == LABEL:
            yield part["label"], part["component"]
        elif part["type"] == ROW:
            for field in part["components"]:
                yield field["label"], field
