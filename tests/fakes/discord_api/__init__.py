"""A Discord on the loopback that the real discord.py talks to over HTTP and WebSocket, and that keeps Discord's limits.

Why our own: PyPI's simcord replaces discord.py's HTTP client and gateway inside the process, so nothing of it goes over
a wire. There are no 429s to wait out, no broken connections, no sessions to resume, no time-outs, no lost answers, no
second process: just what must be proved here. Its limits are a few, its clock patches the event loop's timers.

What is modelled: REST v10 for what a bot with slash commands does (commands, interactions, messages, pins, direct
messages, files, guilds, roles, members), the gateway with sessions, resumption, intents and transport compression, and
the CDN with expiring addresses. Everything that a published limit forbids is refused with the platform's own status,
code and tree of errors, and kept in `FakeDiscord.refused`. What is not modelled is refused as well: components v2,
polls, voice, reactions, webhooks of channels, context menus.
"""

from .errors import Refused, Why
from .faults import Fault
from .interactions import Choice, Interaction, Modal, NotAnswered, Response
from .limits import OBSERVED_RATES, QUICK_RATES, Rates, Window
from .model import Button, Channel, File, Guild, Member, Message, Pinged, Role, User
from .options import CannotDoThat
from .platform import RefusedRequest, Request
from .server import FakeDiscord

__all__ = [
    "OBSERVED_RATES",
    "QUICK_RATES",
    "Button",
    "CannotDoThat",
    "Channel",
    "Choice",
    "FakeDiscord",
    "Fault",
    "File",
    "Guild",
    "Interaction",
    "Member",
    "Message",
    "Modal",
    "NotAnswered",
    "Pinged",
    "Rates",
    "Refused",
    "RefusedRequest",
    "Request",
    "Response",
    "Role",
    "User",
    "Why",
    "Window",
]
