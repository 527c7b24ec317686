"""Refusals -> what was wrong, why, and what next; pure, what they need to know is given."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import datetime
from typing import Any

from bot.present.offers import hints, offers
from bot.present.refused import HIDDEN_VALUE, TYPED, Refused
from bot.present.sentences import tell_error
from bot.reply import Reply, Text

__all__ = ["Refused", "refuse", "to_json"]


def refuse(refused: Refused) -> Reply:
    """Return the refusal."""
    lines = [f"❌ {tell_error(refused)}", *hints(refused)]
    return Reply(
        blocks=tuple(Text(line, strong=index == 0) for index, line in enumerate(lines)),
        buttons=offers(refused),
        code=refused.error.code,
        private=True,
        data=_data(refused),
    )


def _data(refused: Refused) -> dict[str, Any]:
    data = {name: to_json(value) for name, value in refused.error.data().items()}
    if refused.secret:
        data |= {name: HIDDEN_VALUE for name in TYPED if name in data}
    return data


def to_json(value: object) -> Any:  # noqa: ANN401 - what JSON can hold
    """Return a value of an error as JSON can hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: to_json(getattr(value, name)) for name in value.__dataclass_fields__}
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
