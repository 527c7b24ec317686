"""What the platform answers when it refuses: status, code, message and the tree of form errors; it decides nothing.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
The tree: https://discord.com/developers/docs/reference#error-messages
"""

from __future__ import annotations

from enum import Enum
from typing import Any

Json = dict[str, Any]
Path = tuple[str | int, ...]


class Why(Enum):
    """The refusals that the fake knows: HTTP status, JSON code, message as the platform words it."""

    BAD_REQUEST = (400, 0, "400: Bad Request")
    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NOT_FOUND = (404, 0, "404: Not Found")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    TOO_MANY_PINS = (400, 30003, "Maximum number of pins reached for the channel (250)")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached (100)")
    TOO_MANY_CREATES = (400, 30034, "Max number of daily application command creates has been reached (200)")
    OLD_EDITS = (429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later.")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    CANNOT_IN_DM = (403, 50003, "Cannot execute action on a DM channel")
    NOT_YOUR_MESSAGE = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    CANNOT_DM = (403, 50007, "Cannot send messages to this user")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    SYSTEM_MESSAGE = (403, 50021, "Cannot execute action on a system message")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_RECIPIENT = (400, 50033, "Invalid Recipient(s)")
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    NO_MUTUAL_GUILD = (403, 50278, "Cannot send messages to this user due to having no mutual guilds")


class Refused(Exception):
    """A request that the platform answers with an error.

    Args:
        why: Which refusal.
        errors: The tree of form errors, for `INVALID_FORM`.
        retry_after_s: Sent in body and headers, for 429.
    """

    def __init__(self, why: Why, *, errors: Json | None = None, retry_after_s: float | None = None) -> None:
        self.status, self.code, self.message = why.value
        self.why = why
        self.errors = errors
        self.retry_after_s = retry_after_s
        super().__init__(f"{self.status} ({self.code}) {self.message} {errors or ''}".rstrip())

    def body(self) -> Json:
        """Return the JSON body as the platform sends it."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        if self.retry_after_s is not None:
            body |= {"retry_after": self.retry_after_s, "global": False}
        return body


class Form:
    """Collects what is wrong with a body, all at once, as the platform does.

    Args:
        at: Where in the body the checked part stands, e.g. `("data",)` for interaction responses.
    """

    def __init__(self, at: Path = ()) -> None:
        self.at = at
        self.tree: Json = {}

    def add(self, path: Path, code: str, message: str) -> None:
        """Note one mistake at `path`."""
        node = self.tree
        for step in (*self.at, *path):
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def missing(self, path: Path) -> None:
        """Note that a required field is absent or blank."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def text(self, path: Path, value: object, low: int, high: int, *, required: bool = True) -> None:
        """Check a string's length; absent is a mistake only where required."""
        if value is None or value == "":
            if required and (low or value is None):
                self.missing(path)
        elif not isinstance(value, str):
            self.add(path, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
        else:
            self.count(path, len(value), low if required else 0, high)

    def count(self, path: Path, found: int, low: int, high: int) -> None:
        """Check a length against its bounds, both included."""
        if low <= found <= high:
            return
        if low:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")

    def number(self, path: Path, value: object, low: int, high: int) -> None:
        """Check an integer against its bounds, both included; absent is fine."""
        if value is None:
            return
        if not isinstance(value, int):
            self.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value > high:
            self.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        elif value < low:
            self.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")

    def choice(self, path: Path, value: object, allowed: tuple[int, ...]) -> bool:
        """Check that a value is one of `allowed`, and tell."""
        if value in allowed:
            return True
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(str, allowed))}}}.")
        return False

    def link(self, path: Path, value: object, schemes: tuple[str, ...] = ("http", "https")) -> None:
        """Check an address's scheme; absent is fine."""
        if value is None:
            return
        scheme = str(value).split(":", 1)[0]
        if scheme not in schemes:
            listed = ", ".join(f"'{known}'" for known in schemes)
            self.add(path, "URL_TYPE_INVALID_SCHEME", f'Scheme "{scheme}" must be one of ({listed}).')

    def refuse_if_wrong(self) -> None:
        """Raise `Refused` with the whole tree if anything was noted."""
        if self.tree:
            raise Refused(Why.INVALID_FORM, errors=self.tree)
