"""How replies are said on Telegram where it has no forms and no messages for one alone; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from adapters.telegram.text import clean, count_units
from bot.i18n import LANGUAGES, Words
from bot.present.buttons import press, rows
from bot.reply import Reply, Text, say

if TYPE_CHECKING:
    from adapters.telegram.buttons import Nature

MAX_NOTE: Final = 200
"""Units that fit the note a press is answered with (core.telegram.org/bots/api#answercallbackquery)."""

OPEN: Final = "start"
"""The order in whose place the link to our private chat stands."""

_TOLD_DELETED: Final = {"key.deleted": "telegram.not_deleted", "key.message_gone": "telegram.message_stands"}


def remark(key: str, t: Words) -> Reply:
    """Return why something was no order."""
    return say(t(key), code=key.partition(".")[2])


def as_note(reply: Reply) -> str | None:
    """Return a reply as the note that only whoever pressed sees, None where it is more than a few words to him."""
    lines = [clean(block.text) for block in reply.blocks if isinstance(block, Text)]
    note = "\n".join(lines)
    words_only = len(lines) == len(reply.blocks) and not reply.buttons and reply.secret_form is None
    return note if reply.private and words_only and note and count_units(note) <= MAX_NOTE else None


def replaces(nature: Nature, reply: Reply, *, private: bool) -> bool:
    """Return whether an answer to a press takes the place of the message that the button stands under.

    A question gives way to what it leads to, a card or board to itself. In a group somebody else's refusal must not
    wipe out a question.
    """
    if any(not isinstance(block, Text) for block in reply.blocks):
        return False
    if nature.asks:
        return private or reply.ok
    same_card = nature.card is not None and nature.card == reply.card
    return reply.ok and (same_card or (nature.board and reply.board))


def belongs_in_private(reply: Reply) -> bool:
    """Return whether a group need not read it: what is for the asker alone, unless it asks back or refuses."""
    asks = "ask" in reply.data or reply.secret_form is not None
    return reply.private and reply.ok and not asks and not reply.forget_order


def admit_it_stands(reply: Reply) -> Reply:
    """Take back the claim that a message was deleted, and say what to do instead."""
    for language in LANGUAGES:
        t = Words(language)
        truth = {t(claimed): t(true) for claimed, true in _TOLD_DELETED.items()}
        if any(isinstance(block, Text) and block.text in truth for block in reply.blocks):
            blocks = (
                replace(block, text=truth.get(block.text, block.text)) if isinstance(block, Text) else block
                for block in reply.blocks
            )
            return replace(reply, blocks=tuple(blocks))
    return reply


def ask_secret(t: Words) -> Reply:
    """Return the question for a key, as it is asked in private."""
    return say(f"🔑 {t('key.ask_private')}", buttons=rows((press(t("button.cancel"), "cancel"),)), data={"ask": "key"})


def point_to_private(t: Words) -> Reply:
    """Return where to ask for what a group need not read."""
    return say(t("telegram.ask_in_private"), buttons=rows((press(t("telegram.open"), OPEN),)), code="ask_in_private")
