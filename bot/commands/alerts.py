"""/alerts: whether and how this chat is told of trouble, and when its daily report comes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.access import CONSOLE
from bot.errors import NotAllowed
from bot.homes import note_place
from bot.present.alert_chats import alert_chat
from bot.spec import CommandSpec, Kind, Param
from bot.when import parse_duration, parse_time, parse_time_range
from bot.zones import parse_zone
from core.people import Role
from core.push import AlertChat, Level

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import time

    from bot.context import Context
    from bot.reply import Reply

OFF: Final = "off"
SWITCH: Final = Param("switch", Kind.CHOICE, choices=("on", OFF))
MUTE: Final = Param("mute", Kind.DURATION, positional=False, choices=(OFF,))
QUIET: Final = Param("quiet", Kind.TEXT, positional=False)
REPORT: Final = Param("report", Kind.TEXT, positional=False, choices=(OFF,))
ZONE: Final = Param("tz", Kind.ZONE, positional=False)
LEVEL: Final = Param("level", Kind.CHOICE, positional=False, choices=tuple(Level))


async def alerts(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show what this chat said of alerts, or change it."""
    chats, chat = ctx.engine.store.chats, ctx.caller.chat
    unsaid = AlertChat(chat, ctx.space, ctx.caller.reader, wanted=True if chat.platform == CONSOLE else None)
    said = await chats.find(chat) or unsaid
    if not args:
        return alert_chat(said, ctx.t, ctx.now, asked=True)
    if not ctx.caller.private_chat and not ctx.caller.may(Role.ADMIN):
        raise NotAllowed(ctx.spec.name, str(Role.ADMIN), str(ctx.caller.role or ""))
    said = _ask_report(ctx, said, _change(ctx, said, args), args)
    await note_place(chats, ctx.invocation)
    await chats.put(said)
    ctx.services.look_again(chat)
    return alert_chat(said, ctx.t, ctx.now)


def _change(ctx: Context, said: AlertChat, args: Mapping[str, str]) -> AlertChat:
    """Return what it says from now on.

    Raises:
        InvalidValue: no length of time, or no part of the day.
    """
    own = replace(ctx.caller.reader, zone=said.reader.zone)
    said = replace(said, space=ctx.space)
    if SWITCH.name in args:
        wanted = args[SWITCH.name] != OFF
        said = replace(said, wanted=wanted, muted_until=None, reader=own)
    if MUTE.name in args:
        until = None if args[MUTE.name] == OFF else ctx.now + parse_duration(MUTE.name, args[MUTE.name])
        said = replace(said, muted_until=until)
    if QUIET.name in args:
        begin, end = (None, None) if args[QUIET.name] == OFF else parse_time_range(QUIET.name, args[QUIET.name])
        quiet = None if begin is None or end is None else (_minute(begin), _minute(end))
        said = replace(said, quiet=quiet, reader=own)
    return replace(said, level=Level(args[LEVEL.name])) if LEVEL.name in args else said


def _ask_report(ctx: Context, before: AlertChat, said: AlertChat, args: Mapping[str, str]) -> AlertChat:
    """Return what it says from now on of the daily report, which alerts that are switched off take along.

    Raises:
        InvalidValue: no time of day, or no zone. NotFound: kind zone.
    """
    if args.get(SWITCH.name) == OFF:
        said = replace(said, reports=None, report_at=None)
    if args.get(REPORT.name) == OFF:
        said = replace(said, reports=False, report_at=None)
    elif REPORT.name in args:
        at, zone = _minute(parse_time(REPORT.name, args[REPORT.name])), said.reader.zone or str(ctx.caller.zone)
        said = replace(said, reports=True, report_at=at, reader=replace(ctx.caller.reader, zone=zone))
    if ZONE.name in args:
        said = replace(said, reader=replace(said.reader, zone=str(parse_zone(ZONE.name, args[ZONE.name]))))
    same = _hour(said) == _hour(before)
    return said if same else replace(said, reports_from=ctx.now)


def _hour(said: AlertChat) -> tuple[bool, int | None, str | None]:
    return said.wants_report, said.report_at, said.reader.zone


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


COMMANDS: Final = (
    CommandSpec(
        "alerts", alerts, (SWITCH, MUTE, QUIET, LEVEL, REPORT, ZONE), role=Role.OPERATOR, changes=True, group="service"
    ),
)
