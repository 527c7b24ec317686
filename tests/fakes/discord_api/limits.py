"""The published limits, each with its page; the only place where these numbers stand.

`DOCS` below is https://discord.com/developers/docs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

# DOCS/resources/message#create-message-jsonform-params
CONTENT: Final = 2000
EMBEDS: Final = 10
NONCE: Final = 25
FILES: Final = 10  # code 30015 in DOCS/topics/opcodes-and-status-codes#json

# DOCS/resources/message#embed-object-embed-limits
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096
EMBED_FIELDS: Final = 25
EMBED_FIELD_NAME: Final = 256
EMBED_FIELD_VALUE: Final = 1024
EMBED_FOOTER: Final = 2048
EMBED_AUTHOR: Final = 256
EMBED_TOTAL: Final = 6000  # over all embeds of a message
EMBED_COLOR: Final = 0xFFFFFF

ROWS: Final = 5  # DOCS/components/reference#legacy-message-component-behavior
BUTTONS: Final = 5  # DOCS/components/reference#action-row
CUSTOM_ID: Final = 100  # DOCS/components/reference#anatomy-of-a-component-custom-id
BUTTON_LABEL: Final = 80  # DOCS/components/reference#button-button-structure
BUTTON_URL: Final = 512
SELECT_OPTIONS: Final = 25  # DOCS/components/reference#string-select-string-select-structure
SELECT_TEXT: Final = 100  # an option's label, value and description
SELECT_PLACEHOLDER: Final = 150

# DOCS/interactions/receiving-and-responding#interaction-response-object-modal
MODAL_TITLE: Final = 45
MODAL_COMPONENTS: Final = 5
LABEL: Final = 45  # DOCS/components/reference#label-label-structure
LABEL_DESCRIPTION: Final = 100
INPUT: Final = 4000  # DOCS/components/reference#text-input-text-input-structure
INPUT_PLACEHOLDER: Final = 100

# DOCS/interactions/application-commands#application-command-object
COMMANDS: Final = 100  # #registering-a-command
COMMAND_CREATES_A_DAY: Final = 200
COMMAND_NAME: Final = 32
COMMAND_DESCRIPTION: Final = 100
COMMAND_SIZE: Final = 8000  # names, descriptions and values together
OPTIONS: Final = 25
CHOICES: Final = 25  # also of an autocompletion: DOCS/interactions/receiving-and-responding (Autocomplete)
CHOICE_NAME: Final = 100
CHOICE_VALUE: Final = 100
STRING_OPTION: Final = 6000

# DOCS/interactions/receiving-and-responding#interaction-callback
FIRST_ANSWER_S: Final = 3.0
TOKEN_LIFE_S: Final = 15 * 60.0

FILE_BYTES: Final = 10 * 2**20  # DOCS/reference#uploading-files
REQUEST_BYTES: Final = 25 * 2**20
CDN_LINK_S: Final = 24 * 3600.0  # DOCS/reference#signed-attachment-cdn-urls
PINS: Final = 250  # code 30003
OLD_MESSAGE_S: Final = 3600.0  # code 30046

# DOCS/events/gateway#sending-events and #rate-limiting
GATEWAY_PAYLOAD_BYTES: Final = 4096
GATEWAY_EVENTS: Final = 120
GATEWAY_WINDOW_S: Final = 60.0


@dataclass(frozen=True)
class Window:
    """So many requests in so many seconds."""

    count: int
    per_s: float


# The platform tells the limits of routes only in its headers ('should not be hard coded'). These are what bots
# see there; routes that are not named have none.
OBSERVED: Final[dict[str, Window]] = {
    "POST /channels/{channel_id}/messages": Window(5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": Window(5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": Window(5, 1.0),
    "PUT /channels/{channel_id}/messages/pins/{message_id}": Window(5, 4.0),
    "POST /webhooks/{webhook_id}/{webhook_token}": Window(5, 2.0),
    "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{which}": Window(5, 2.0),
    "PUT /applications/{application_id}/guilds/{guild_id}/commands": Window(5, 20.0),
    "POST /users/@me/channels": Window(10, 10.0),
}


@dataclass(frozen=True)
class Rates:
    """How often the bot may ask.

    Args:
        routes: Per route and top-level resource.
        total: Over all routes but those of interactions: DOCS/topics/rate-limits#global-rate-limit.
        invalid: 401, 403 and 429 answers until the address is banned: DOCS/topics/rate-limits (Invalid Request Limit).
        old_edits: Edits of messages older than an hour, per channel; code 30046. The number is not published and
            reports differ (from 3 in 20 s to a few an hour): taken so that a board edited for hours meets it.
    """

    routes: dict[str, Window] = field(default_factory=lambda: OBSERVED)
    total: Window = Window(50, 1.0)
    invalid: Window = Window(10_000, 600.0)
    old_edits: Window = Window(30, 3600.0)

    def quicker(self, factor: float) -> Rates:
        """Return the same counts in windows `factor` times shorter, for tests that don't measure pace."""
        shorter = {route: Window(limit.count, limit.per_s / factor) for route, limit in self.routes.items()}
        return replace(self, routes=shorter)


OBSERVED_RATES: Final = Rates()
QUICK_RATES: Final = Rates().quicker(50)
