"""The refusals that the Bot API answers with; decides nothing itself."""

from __future__ import annotations

from http import HTTPStatus


class ApiError(Exception):
    """A request that the platform refuses.

    Attributes:
        status: HTTP status and `error_code` of the answer (https://core.telegram.org/bots/api#making-requests).
        description: The human-readable `description`, worded as the real server words it.
        parameters: `retry_after` in seconds or `migrate_to_chat_id`, where the answer bears one
            (https://core.telegram.org/bots/api#responseparameters).
    """

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(what: str, **parameters: int) -> ApiError:
    """Return the 400 that says `what`."""
    return ApiError(HTTPStatus.BAD_REQUEST, f"Bad Request: {what}", **parameters)


def forbidden(what: str) -> ApiError:
    """Return the 403 that says `what`."""
    return ApiError(HTTPStatus.FORBIDDEN, f"Forbidden: {what}")


def too_many_requests(retry_after_s: int) -> ApiError:
    """Return the 429 that asks to wait `retry_after_s` whole seconds."""
    what = f"Too Many Requests: retry after {retry_after_s}"
    return ApiError(HTTPStatus.TOO_MANY_REQUESTS, what, retry_after=retry_after_s)


def not_modified() -> ApiError:
    """Return the 400 for an edit that would change nothing."""
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
