"""The parameters of one request, however they were encoded; judges no value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram_api.errors import bad_request

if TYPE_CHECKING:
    from aiohttp import web


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside a multipart request."""

    name: str
    content: bytes = field(repr=False)
    mime_type: str


@dataclass(frozen=True, slots=True)
class Params:
    """What came with a request: https://core.telegram.org/bots/api#making-requests names the four ways."""

    values: dict[str, Any]
    files: dict[str, Upload]

    def text(self, name: str) -> str:
        """Return the parameter as text, "" where it is missing."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Return the parameter as a number; as the server does, what is no number counts as 0."""
        if name not in self.values:
            return default
        try:
            return int(self.text(name))
        except ValueError:
            return 0

    def flag(self, name: str) -> bool:
        """Return the parameter as a yes or no."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def json(self, name: str, what: str) -> Any:
        """Return a parameter that is a JSON-serialised object, None where it is missing.

        Raises:
            ApiError: "can't parse `what` JSON object".
        """
        value = self.values.get(name, "")
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def file(self, name: str) -> Upload | str:
        """Return the uploaded file, or else the file id or address that was given for it."""
        return self.attached(self.text(name)) if name not in self.files else self.files[name]

    def attached(self, reference: str) -> Upload | str:
        """Resolve `attach://name` (https://core.telegram.org/bots/api#sending-files); other texts stay."""
        return self.files.get(reference.removeprefix("attach://"), reference)


async def read_params(request: web.BaseRequest) -> Params:
    """Read query string and body: urlencoded, JSON or multipart/form-data."""
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        body = await request.read()
        if body:
            values |= json.loads(body)
        return Params(values, files)
    for name, value in (await request.post()).items():
        if isinstance(value, str):
            values[name] = value
        elif not isinstance(value, bytes | bytearray):
            with value.file:
                files[name] = Upload(value.filename, value.file.read(), value.content_type)
    return Params(values, files)
