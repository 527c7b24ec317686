"""Texts with markup: the platform's HTML read as strictly as it reads it; knows nothing of messages.

Rules: https://core.telegram.org/bots/api#html-style. The wording of the errors is what the server answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from tests.fakes.telegram_api.limits import utf16_length

TYPES: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
SPACE: Final = " \t\r\n\v\0"
# Only these four names are known: "&lt; &gt; &amp; &quot;"; all numbers are.
REFERENCE: Final = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#([0-9]{1,8})|(lt|gt|amp|quot)(?![A-Za-z]));?")
LINK: Final = re.compile(r"(?:tg|ton)://\S+|(?:https?://)?[^\s/:?#]+\.\S+")
NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
LAST_CODE_POINT: Final = 0x10FFFF
# What counts as nothing at all when a text has to be non-empty.
BLANK: Final = " \t\r\n\v\f\u00a0\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u2060\u2800\u3000\ufeff"

Entity = dict[str, Any]


class MarkupError(ValueError):
    """A text whose HTML the platform does not parse; the words are the server's own."""


@dataclass(slots=True)
class _Tag:
    name: str
    argument: str
    offset: int
    text_from: int


def unescape(text: str) -> str:
    """Resolve the character references that the platform knows, and leave all others as they stand."""
    return REFERENCE.sub(_resolve, text)


def _resolve(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    if not 0 < code < LAST_CODE_POINT:
        return match.group()
    if 0xD800 <= code <= 0xDFFF:
        raise MarkupError(
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched "
            "surrogate code units"
        )
    return chr(code)


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities (https://core.telegram.org/bots/api#messageentity).

    Raises:
        MarkupError: Where the platform answers "can't parse entities".
    """
    return _Html(source).parse()


class _Html:
    """One pass over a source; offsets in errors are bytes of it, those of entities UTF-16 units of the text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.text = ""
        self.units = 0
        self.open: list[_Tag] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._end_tag()
            elif self._here == "<":
                self._start_tag()
            else:
                self._say(unescape(self._until("<")))
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].name}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return self.text, self.entities

    @property
    def _here(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _say(self, text: str) -> None:
        self.text += text
        self.units += utf16_length(text)

    def _until(self, stops: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self._here and self._here in SPACE:
            self.at += 1

    def _fail(self, what: str, at: int, after: str = "") -> NoReturn:
        raise MarkupError(f"{what} at byte offset {len(self.source[:at].encode())}{after}")

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._until(SPACE + ">").lower()
        if not self._here:
            self._fail("Unclosed start tag", begin)
        if name not in TYPES:
            self._fail(f'Unsupported start tag "{name}"', begin)
        argument = ""
        self._skip_space()
        while self._here != ">":
            attribute, value = self._attribute(name, begin)
            argument = _argument(name, attribute, value) or argument
            self._skip_space()
        self.at += 1
        if name == "span" and argument != "spoiler":
            self._fail('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Tag(name, argument, self.units, len(self.text)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        attribute = self._until(SPACE + "=>/\"'")
        if not attribute:
            self._fail(f'Empty attribute name in the tag "{tag}"', begin)
        self._skip_space()
        if self._here == ">" or (self._here and self._here != "="):
            return attribute, ""
        self.at += 1
        self._skip_space()
        if not self._here:
            self._fail(f'Unclosed start tag "{tag}"', begin)
        value = self._quoted() if self._here in "\"'" else self._name_token()
        if not self._here:
            self._fail("Unclosed start tag", begin)
        return attribute, value

    def _quoted(self) -> str:
        quote = self._here
        self.at += 1
        value = self._until(quote)
        self.at += 1
        return unescape(value)

    def _name_token(self) -> str:
        begin = self.at
        while self._here.isascii() and (self._here.isalnum() or self._here in {".", "-"}):
            self.at += 1
        if self._here and self._here not in SPACE + ">":
            self._fail("Unexpected end of name token", begin)
        return self.source[begin : self.at].lower()

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            self._fail("Unexpected end tag", begin)
        self.at += 2
        name = self._until(SPACE + ">").lower()
        self._skip_space()
        if self._here != ">":
            self._fail("Unclosed end tag", begin)
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            self._fail("Unmatched end tag", begin, f', expected "</{tag.name}>", found "</{name}>"')
        if self.units > tag.offset:
            self._close(tag)

    def _close(self, tag: _Tag) -> None:
        entity: Entity = {"type": TYPES[tag.name], "offset": tag.offset, "length": self.units - tag.offset}
        match tag.name:
            case "a":
                self._link(entity, tag)
                return
            case "tg-emoji":
                if not re.fullmatch("[1-9][0-9]{0,18}", tag.argument):
                    raise MarkupError("Invalid custom emoji identifier specified")
                entity["custom_emoji_id"] = tag.argument
            case "blockquote" if tag.argument:
                entity["type"] = "expandable_blockquote"
            case "pre" | "code" if self._is_language_pair(entity, tag):
                return
        self.entities.append(entity)
        if tag.name == "code" and tag.argument:
            entity["language"] = tag.argument

    def _link(self, entity: Entity, tag: _Tag) -> None:
        url = tag.argument or self.text[tag.text_from :]
        if person := re.fullmatch(r"tg://user\?id=([0-9]+)", url):
            user = {"id": int(person[1]), "is_bot": False, "first_name": "?"}
            self.entities.append(entity | {"type": "text_mention", "user": user})
        elif LINK.fullmatch(url):
            self.entities.append(entity | {"url": url})  # any other link is left out, and the text stays

    def _is_language_pair(self, entity: Entity, tag: _Tag) -> bool:
        """`<pre><code class="language-x">` is one entity; a standalone `code` has no language."""
        last = self.entities[-1] if self.entities else {}
        if (last.get("offset"), last.get("length")) != (entity["offset"], entity["length"]):
            return False
        if tag.name == "pre" and last["type"] == "code" and "language" in last:
            last["type"] = "pre"
            return True
        if tag.name == "code" and last["type"] == "pre" and tag.argument:
            last["language"] = tag.argument
            return True
        return False


def _argument(tag: str, attribute: str, value: str) -> str:
    match tag, attribute:
        case ("a", "href") | ("tg-emoji", "emoji-id"):
            return value
        case "code", "class":
            return value.removeprefix("language-") if value.startswith("language-") else ""
        case "span", "class":
            return value.removeprefix("tg-") if value.startswith("tg-") else ""
        case "blockquote", "expandable":
            return "1"
    return ""


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cut the white space around a text, as the server does, and move the entities along."""
    text = text.rstrip()
    end = utf16_length(text)
    first = min((entity["offset"] for entity in entities), default=end)
    cut = min(len(text) - len(text.lstrip(" \n")), first)
    kept = []
    for entity in entities:
        length = min(entity["offset"] + entity["length"], end) - entity["offset"]
        if length > 0:
            kept.append(entity | {"offset": entity["offset"] - cut, "length": length})
    return text[cut:], kept


def is_blank(text: str) -> bool:
    """Tell whether a reader would see nothing at all."""
    return not text.strip(BLANK)


def typed_entities(text: str) -> list[Entity]:
    """Return the entities that a client's server finds in what a person typed: commands and mentions."""
    found: list[Entity] = []
    for match in re.finditer(r"(?<![\w/@])(/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?|@\w{3,32})(?![\w@/])", text):
        kind = "bot_command" if match[0].startswith("/") else "mention"
        offset = utf16_length(text[: match.start()])
        found.append({"type": kind, "offset": offset, "length": utf16_length(match[0])})
    return found
