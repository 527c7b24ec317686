"""Hello, help, and each person's own settings; open to anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.i18n import LANGUAGES, Words
from bot.parse import find_spec
from bot.present.buttons import in_rows, press, rows
from bot.present.usage import tell_usage
from bot.reply import Fields, Reply, Text, say
from bot.spec import CommandSpec, Kind, Param
from bot.when import parse_zone
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context

GROUPS: Final = ("start", "streams", "schedules", "media", "destinations", "people", "service")
AUTO: Final = "auto"


async def start(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Say hello."""
    role = ctx.caller.role
    lines = [f"👋 {ctx.t('start.hello', name=ctx.caller.name)}"]
    if role is None:
        return say(*lines, ctx.t("stranger.private_unheard", id=ctx.caller.platform_id), private=True)
    lines += [ctx.t("start.role", role=ctx.t(f"role.{role}")), ctx.t(f"start.hint.{role}")]
    streams = press(ctx.t("button.streams"), "streams")
    first = press(ctx.t("button.start_stream"), "startstream") if ctx.caller.may(Role.OPERATOR) else None
    return say(*lines, buttons=rows((streams, first), (press(ctx.t("button.help"), "help"),)), private=True)


async def help_(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show the commands that this person may use, or explain one."""
    if "command" in args:
        name = args["command"].removeprefix("/").split("@", 1)[0].casefold()
        allowed = [spec for spec in ctx.services.commands if ctx.caller.may(spec.role)]
        return _explain(ctx, find_spec(name, allowed, slash=True))
    blocks = [Text(ctx.t("help.title"), strong=True)]
    for group in GROUPS:
        specs = [s for s in ctx.services.commands if s.group == group and s.in_menu and ctx.caller.may(s.role)]
        if specs:
            blocks.append(Text(ctx.t(f"group.{group}"), strong=True))
            blocks += [Text(ctx.t("help.line", name=s.name, what=ctx.t(f"command.{s.name}"))) for s in specs]
    data = {"commands": [spec.name for spec in ctx.services.commands if ctx.caller.may(spec.role)]}
    return Reply((*blocks, Text(ctx.t("help.more"))), private=True, data=data)


def _explain(ctx: Context, spec: CommandSpec) -> Reply:
    t = ctx.t
    fields = [(p.name, t(f"command.{spec.name}.{p.name}")) for p in spec.params if not p.hidden]
    blocks = [Text(tell_usage(spec), strong=True), Text(t(f"command.{spec.name}"))]
    blocks += [Text(t("help.aliases", names=", ".join(f"/{alias}" for alias in spec.aliases)))] if spec.aliases else []
    blocks += [Text(t("help.for", role=t(f"role.{spec.role}")))] if spec.role else []
    shown = Fields(tuple(fields))
    return Reply(
        (*blocks, shown) if fields else tuple(blocks),
        private=True,
        data={"command": spec.name, "usage": tell_usage(spec)},
    )


async def whoami(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Show who the asker is here."""
    t, caller = ctx.t, ctx.caller
    role = t(f"role.{caller.role}") if caller.role else t("whoami.no_role")
    rows_ = [(t("whoami.id"), f"{caller.platform}:{caller.platform_id}"), (t("whoami.role"), role)]
    if caller.role is not None and caller.person is not None:
        use = await ctx.engine.limit_use(caller.person.id)
        rows_.append((t("whoami.space"), caller.space))
        rows_.append((t("whoami.streams"), t("whoami.streams_of", used=use.user_used, allowed=use.user_allowed)))
    rows_.append((t("whoami.language"), t(f"language.{caller.language}")))
    rows_.append((t("whoami.zone"), str(caller.zone)))
    data = {"id": caller.platform_id, "role": str(caller.role or ""), "space": caller.space if caller.role else None}
    return Reply((Text(f"👤 {caller.name}", strong=True), Fields(tuple(rows_))), private=True, data=data)


async def language(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Choose the language that this person is spoken to in."""
    if "language" not in args:
        buttons = in_rows([press(ctx.t(f"language.{code}"), f"language {code}") for code in LANGUAGES])
        told = ctx.t("language.now", language=ctx.t(f"language.{ctx.caller.language}"))
        return say(told, buttons=buttons, private=True)
    chosen = args["language"]
    person = await ctx.person()
    await ctx.engine.store.people.set_language(person.id, None if chosen == AUTO else chosen)
    if chosen == AUTO:
        return say(ctx.t("language.auto"), private=True)
    t = Words(chosen, ctx.caller.zone)
    return say(t("language.set", language=t(f"language.{chosen}")), private=True, data={"language": chosen})


async def timezone(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Choose the zone that this person is shown times in."""
    if "zone" not in args:
        told = ctx.t("zone.now", zone=str(ctx.caller.zone), at=ctx.t.clock(ctx.now))
        return say(told, ctx.t("zone.how"), private=True)
    zone = parse_zone("zone", args["zone"])
    person = await ctx.person()
    await ctx.engine.store.people.set_timezone(person.id, str(zone))
    t = Words(ctx.caller.language, zone)
    return say(t("zone.set", zone=str(zone), at=t.clock(ctx.now)), private=True, data={"timezone": str(zone)})


async def cancel(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Forget what this person was asked."""
    ctx.services.pending.cancel(ctx.caller.platform, ctx.caller.platform_id)
    return say(ctx.t("cancelled"), private=True)


COMMANDS: Final = (
    # With a code behind it, it is an invitation's link.
    CommandSpec("start", start, private=True, in_menu=False, with_words="claim", group="start"),
    CommandSpec("help", help_, (Param("command", Kind.COMMAND),), private=True, group="start"),
    CommandSpec("whoami", whoami, private=True, group="start"),
    CommandSpec(
        "language", language, (Param("language", Kind.CHOICE, choices=(*LANGUAGES, AUTO)),), private=True, group="start"
    ),
    CommandSpec("timezone", timezone, (Param("zone", Kind.ZONE),), private=True, group="start"),
    CommandSpec("cancel", cancel, private=True, in_menu=False, group="start"),
)
