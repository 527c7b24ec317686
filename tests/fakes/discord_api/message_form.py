"""Checks the body of a message against the published limits; it neither stores nor sends.

https://discord.com/developers/docs/resources/message
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from . import limits
from .components_form import check_rows
from .model import COMPONENTS_V2, Pinged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .errors import Form, Json, Path
    from .model import Channel
    from .world import World

IMAGE_SCHEMES: Final = ("http", "https", "attachment")
MENTION_KINDS: Final = ("users", "roles", "everyone")


def check_message(body: Json, form: Form) -> None:
    """Note everything in a message's body that the platform would refuse as a form error."""
    form.text(("content",), _trimmed(body.get("content")), 0, limits.CONTENT, required=False)
    form.text(("nonce",), body.get("nonce"), 0, limits.NONCE, required=False)
    check_embeds(body.get("embeds") or [], form)
    if (body.get("flags") or 0) & COMPONENTS_V2:
        form.add(("flags",), "FAKE_NOT_MODELLED", "The fake does not model components v2.")
    else:
        check_rows(body.get("components") or [], form)
    _check_mentions(body.get("allowed_mentions"), form)


def is_empty(body: Json, files: Sequence[object]) -> bool:
    """Tell whether nothing would be seen: code 50006."""
    return not (_trimmed(body.get("content")) or body.get("embeds") or body.get("components") or files)


def check_embeds(embeds: list[Json], form: Form) -> None:
    """Note what is wrong with embeds: DOCS/resources/message#embed-object-embed-limits."""
    form.count(("embeds",), len(embeds), 0, limits.EMBEDS)
    for index, embed in enumerate(embeds):
        _check_embed(embed, ("embeds", index), form)
    if sum(map(_embed_size, embeds)) > limits.EMBED_TOTAL:
        text = f"Embed size exceeds maximum size of {limits.EMBED_TOTAL}"
        form.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", text)


def _check_embed(embed: Json, at: Path, form: Form) -> None:
    for path, found, high in _embed_texts(embed):
        required = path[0] == "fields" or path[-1] in {"text", "name"}
        form.text((*at, *path), found, 1 if required else 0, high, required=required)
    form.count((*at, "fields"), len(embed.get("fields") or []), 0, limits.EMBED_FIELDS)
    form.number((*at, "color"), embed.get("color"), 0, limits.EMBED_COLOR)
    form.link((*at, "url"), embed.get("url"))
    for part in ("image", "thumbnail"):
        form.link((*at, part, "url"), (embed.get(part) or {}).get("url"), IMAGE_SCHEMES)


def _embed_texts(embed: Json) -> list[tuple[Path, str, int]]:
    """Return all texts of an embed that count, trimmed, with where they stand and how long they may be."""
    found: list[tuple[Path, object, int]] = [
        (("title",), embed.get("title"), limits.EMBED_TITLE),
        (("description",), embed.get("description"), limits.EMBED_DESCRIPTION),
    ]
    for index, part in enumerate(embed.get("fields") or []):
        found.append((("fields", index, "name"), part.get("name"), limits.EMBED_FIELD_NAME))
        found.append((("fields", index, "value"), part.get("value"), limits.EMBED_FIELD_VALUE))
    if embed.get("footer"):
        found.append((("footer", "text"), embed["footer"].get("text"), limits.EMBED_FOOTER))
    if embed.get("author"):
        found.append((("author", "name"), embed["author"].get("name"), limits.EMBED_AUTHOR))
    return [(path, _trimmed(text), high) for path, text, high in found]


def _embed_size(embed: Json) -> int:
    return sum(len(text) for _, text, _ in _embed_texts(embed))


def _trimmed(text: object) -> str:
    return "" if text is None else str(text).strip()


def _check_mentions(allowed: Json | None, form: Form) -> None:
    for kind in ("users", "roles"):
        listed = (allowed or {}).get(kind) or []
        form.count(("allowed_mentions", kind), len(listed), 0, 100)
        if listed and kind in ((allowed or {}).get("parse") or []):
            text = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.add(("allowed_mentions",), "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", text)


def pinged(world: World, channel: Channel, content: str, allowed: Json | None, *, interaction: bool) -> Pinged:
    """Return whom a content notifies; embeds never do.

    Without `allowed_mentions` a message parses all kinds, an interaction's only users:
    https://discord.com/developers/docs/resources/message#allowed-mentions-object
    """
    if allowed is None:
        allowed = {"parse": ["users"] if interaction else list(MENTION_KINDS)}
    parse = allowed.get("parse") or []
    users = [world.users.get(int(found)) for found in re.findall(r"<@!?(\d+)>", content)]
    roles = channel.guild.roles if channel.guild else {}
    named = [roles.get(int(found)) for found in re.findall(r"<@&(\d+)>", content)]
    listed = {kind: {int(item) for item in allowed.get(kind) or []} for kind in ("users", "roles")}
    loud = "everyone" in parse and re.search(r"@(everyone|here)\b", content) is not None
    return Pinged(
        users=tuple(dict.fromkeys(u for u in users if u and ("users" in parse or u.id in listed["users"]))),
        roles=tuple(dict.fromkeys(r for r in named if r and ("roles" in parse or r.id in listed["roles"]))),
        everyone=loud and world.bot_may(channel, "mention_everyone"),
    )
