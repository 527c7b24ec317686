"""Reads config.yaml and the environment into one checked value, or tells every mistake at once; it starts nothing."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import yaml
from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator

from bot.plain_yaml import Loader
from core.config import CoreConfig, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENV_PREFIX: Final = "STREAMBRO_"
ENV_SEPARATOR: Final = "__"
SECRET_KEYS: Final = frozenset({"token"})


class TelegramConfig(Settings):
    """Left out where there is no token."""

    token: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
    admins: tuple[int, ...] = ()


class DiscordConfig(Settings):
    """Left out where there is no token. `gateway_url` null: Discord's own."""

    token: SecretStr = SecretStr("")
    api_url: str = "https://discord.com/api/v10"
    gateway_url: str | None = None
    guilds: tuple[int, ...] = ()
    admins: tuple[int, ...] = ()


class SpaceConfig(Settings):
    """What belongs to one team beside `main`."""

    discord_guilds: tuple[int, ...] = ()
    telegram_chats: tuple[int, ...] = ()


class ShutdownConfig(Settings):
    """What becomes of the streams when the service stops, and how long that may take."""

    streams: Literal["keep", "stop"] = "keep"
    timeout_s: float = Field(30, gt=0, le=600)


class ReportConfig(Settings):
    """When the daily report comes, in each chat's own zone; null: none."""

    at: str | None = Field("08:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["08:00"])


class MetricsConfig(Settings):
    """Where Prometheus may ask, as host:port; null: nowhere."""

    listen: str | None = Field(None, pattern=r"^[^\s:]+:\d{1,5}$", examples=["127.0.0.1:9464"])


class Config(CoreConfig):
    """All of config.yaml. Paths are as written: `resolve` them against the file's folder."""

    data_dir: str = "./data"
    key_file: str | None = None
    language: Literal["en", "id"] = "en"
    timezone: str = "UTC"
    telegram: TelegramConfig = TelegramConfig()
    discord: DiscordConfig = DiscordConfig()
    spaces: dict[str, SpaceConfig] = Field(default_factory=dict)
    shutdown: ShutdownConfig = ShutdownConfig()
    report: ReportConfig = ReportConfig()
    metrics: MetricsConfig = MetricsConfig()

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            near = difflib.get_close_matches(value, available_timezones(), n=1)
            example = f"did you mean {near[0]}?" if near else "take an IANA name such as Asia/Jakarta"
            raise ValueError(f"no such time zone; {example}") from error
        return value

    @field_validator("spaces")
    @classmethod
    def _space_names(cls, value: dict[str, SpaceConfig]) -> dict[str, SpaceConfig]:
        for name in value:
            if name == "main" or not re.fullmatch(r"[a-z0-9_-]{1,32}", name):
                raise ValueError(f"{name!r} can't be a space's name; use a-z, 0-9, - and _, and not 'main'")
        return value


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where it stands, what is there, and what to do."""

    place: str
    key: str
    value: str
    problem: str
    advice: str = ""

    def __str__(self) -> str:
        """Return it as one line."""
        shown = f" = {self.value}" if self.value else ""
        told = self.problem if self.problem.endswith("?") or not self.advice else f"{self.problem}."
        return f"{self.place}: {self.key}{shown}: {told} {self.advice}".rstrip()


class ConfigError(Exception):
    """The configuration can't be used; `mistakes` holds all that is wrong with it."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def load(path: Path, environ: Mapping[str, str], *, needed: bool) -> Config:
    """Return the configuration of a file, each value overridden by its environment variable.

    Args:
        path: The file; where it is missing and not `needed`, the defaults count.
        environ: `STREAMBRO_TELEGRAM__TOKEN` is `telegram.token`; lists and null as YAML writes them.
        needed: Whether somebody named the file.

    Raises:
        ConfigError: with every mistake.
    """
    written = _read_file(path, needed=needed)
    overrides, mistakes = _read_environ(environ)
    origin = {key: name for name, key in overrides}
    merged = _merge(written, overrides, environ)
    try:
        config = Config.model_validate(merged)
    except ValidationError as error:
        mistakes.extend(_explain(error, str(path), origin))
        raise ConfigError(*mistakes) from None
    if mistakes:
        raise ConfigError(*mistakes)
    return config


def _read_file(path: Path, *, needed: bool) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if not needed:
            return {}
        advice = "Name another with --config, or make one with: streambro init"
        raise ConfigError(Mistake(str(path), "file", "", "there is no such file", advice)) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigError(Mistake(str(path), "file", "", f"it can't be read ({reason})")) from None
    try:
        written = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader with less, not more
    except yaml.YAMLError as error:
        raise ConfigError(_explain_yaml(error, path)) from None
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise ConfigError(Mistake(str(path), "file", "", "it must hold 'key: value' lines", "See config.example.yaml"))
    return written


def _explain_yaml(error: yaml.YAMLError, path: Path) -> Mistake:
    """Say where YAML broke off, without quoting the line: it may hold a token."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it is not YAML"
    where = f"{path}, line {mark.line + 1}" if mark else str(path)
    return Mistake(where, "file", "", problem, "See config.example.yaml for how it is written")


def _read_environ(environ: Mapping[str, str]) -> tuple[list[tuple[str, tuple[str, ...]]], list[Mistake]]:
    """Return which variable sets which key, and the mistakes among them."""
    found, mistakes = [], []
    for name in sorted(environ):
        if not name.startswith(ENV_PREFIX) or name in {"STREAMBRO_RUN", "STREAMBRO_DATA"}:
            continue
        key = tuple(part.lower() for part in name.removeprefix(ENV_PREFIX).split(ENV_SEPARATOR))
        if key[0] not in Config.model_fields:
            problem, advice = _unknown((key[0],))
            mistakes.append(Mistake("environment", name, "", problem, advice))
        else:
            found.append((name, key))
    return found, mistakes


def _merge(
    written: dict[str, Any], overrides: list[tuple[str, tuple[str, ...]]], environ: Mapping[str, str]
) -> dict[str, Any]:
    merged = dict(written)
    for name, key in overrides:
        block = merged
        for part in key[:-1]:
            inner = block.get(part)
            block[part] = dict(inner) if isinstance(inner, dict) else {}
            block = block[part]
        block[key[-1]] = _read_value(environ[name])
    return merged


def _read_value(text: str) -> Any:  # noqa: ANN401 - as YAML has it
    structured = text.startswith(("[", "{")) or text == "null"
    try:
        return yaml.load(text, Loader) if structured else text  # noqa: S506 - a SafeLoader with less, not more
    except yaml.YAMLError:
        return text


def _explain(error: ValidationError, path: str, origin: Mapping[tuple[str, ...], str]) -> Iterator[Mistake]:
    for fault in error.errors(include_url=False, include_context=False):
        key = tuple(str(part) for part in fault["loc"])
        named = next((origin[key[:n]] for n in range(len(key), 0, -1) if key[:n] in origin), None)
        secret = SECRET_KEYS & {*key, *_fields(key)}
        value = "" if secret or isinstance(fault["input"], dict) else f"{fault['input']!r}"[:80]
        if fault["type"] == "extra_forbidden":
            problem, advice = _unknown(key)
            value = ""
        else:
            problem = _PLAIN.get(fault["type"]) or _plain(fault["msg"])
            advice = _example_of(key) or _default_of(key)
        yield Mistake("environment" if named else path, named or ".".join(key), value, problem, advice)


_PLAIN: Final = {
    "model_type": "it should hold 'key: value' pairs",
    "dict_type": "it should hold 'key: value' pairs",
    "tuple_type": "it should be a list, as in [1, 2]",
    "too_short": "it is empty",
    "string_pattern_mismatch": "it isn't written as it should be",
    "string_type": "it should be a text; quotes make one of anything",
    "int_type": "it should be a whole number",
    "int_parsing": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "float_type": "it should be a number",
    "float_parsing": "it should be a number",
    "bool_type": "it should be true or false",
    "bool_parsing": "it should be true or false",
}
"""The validator's faults in words for people; what it says of bounds and choices is plain enough."""


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "it should")


def _unknown(key: tuple[str, ...]) -> tuple[str, str]:
    near = difflib.get_close_matches(key[-1], list(_fields(key[:-1])), n=1)
    known = ", ".join(_fields(key[:-1]))
    return "unknown key", f"Did you mean '{near[0]}'?" if near else f"Known here: {known}"


def _fields(path: tuple[str, ...]) -> Mapping[str, Any]:
    model: type[BaseModel] = Config
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return {}
        model = annotation
    return model.model_fields


def _example_of(key: tuple[str, ...]) -> str:
    """Return how a value that has a form is written, or a block with its first key."""
    if block := _fields(key):
        name, field = next(iter(block.items()))
        return f"Known here: {', '.join(block)}. Write it like {{{name}: {field.default}}}"
    field = _fields(key[:-1]).get(key[-1])
    return f"Write it like {field.examples[0]}" if field is not None and field.examples else ""


def _default_of(key: tuple[str, ...]) -> str:
    field = _fields(key[:-1]).get(key[-1])
    if field is None or field.default is None or isinstance(field.default, (BaseModel, SecretStr)):
        return ""
    default = list(field.default) if isinstance(field.default, tuple) else field.default
    return "" if field.is_required() or field.default_factory else f"The default is {default}"
