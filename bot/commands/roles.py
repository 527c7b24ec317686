"""People: invitations, roles, limits, and the record of what they did."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot.channel import Inviting, Offering
from bot.codes import digest_code, make_code
from bot.commands.params import ROLE, SPACE, USER
from bot.errors import LastAdmin, WrongCode
from bot.people import find_person, find_platform_role, name_platform_role, read_platform_id
from bot.present import people as present
from bot.reply import Block, Code, Reply, Text, say
from bot.spec import CommandSpec, Kind, Param
from core.errors import NotFound
from core.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.context import Context
    from core.people import Person

INVITE_DAYS: Final = 3
AUDIT_ENTRIES: Final = 30
DEFAULT: Final = "default"


async def invite(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Make a one-time invitation."""
    code, until = make_code(), ctx.now + timedelta(days=INVITE_DAYS)
    role = Role(args[ROLE.name])
    await ctx.engine.store.people.create_invite(ctx.space, role, digest_code(code), ctx.actor.user, until)
    title = ctx.t("invite.made", role=ctx.t(f"role.{role}"), at=ctx.t.moment(until, ctx.now))
    inviting = [channel for channel in ctx.services.channels.values() if isinstance(channel, Inviting)]
    links = [link for channel in inviting if (link := channel.invitation_link(code))]
    shown: list[Block] = [Text(title, strong=True), *map(Text, links), Code(f"/claim {code}", "invitation.txt")]
    return Reply(tuple(shown), private=True, data={"code": code, "links": links, "role": role.value})


async def claim(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Use a code. A wrong one is counted before it is tried, so that many at once don't get past the brake."""
    caller, guesses = ctx.caller, ctx.services.guesses
    guesses.check(caller.platform, caller.platform_id)
    guesses.note_wrong(caller.platform, caller.platform_id)
    person = await ctx.person()
    try:
        space, role = await ctx.engine.store.people.redeem_invite(digest_code(args["code"]), person.id, ctx.now)
    except NotFound:
        raise WrongCode from None
    guesses.forgive(caller.platform, caller.platform_id)
    welcome = ctx.t("claim.welcome", name=caller.name, role=ctx.t(f"role.{role}"))
    hint = ctx.t(f"start.hint.{role}")
    return say(f"👋 {welcome}", hint, private=True, data={"role": role.value, "space": space})


async def grant(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Give a person, or all with a role of the platform, a role here."""
    role = Role(args[ROLE.name])
    told_role = ctx.t(f"role.{role}")
    if (bearer := find_platform_role(ctx.caller.platform, args[USER.name])) is not None:
        platform, role_id = bearer
        await ctx.engine.store.people.grant_platform_role(ctx.space, platform, role_id, role)
        name = name_platform_role(ctx, platform, role_id)
        return say(ctx.t("grant.platform_role", name=name, role=told_role), data={"name": name})
    person = await find_person(ctx, args[USER.name], make=True)
    if role is not Role.ADMIN:
        await _keep_an_admin(ctx, person)
    await ctx.engine.store.people.grant(person.id, ctx.space, role)
    _offer_anew(ctx, person)
    return say(ctx.t("grant.done", name=person.name, role=told_role), data={"name": person.name, "role": role.value})


async def revoke(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Take a person's role, or that of all with a role of the platform."""
    if (bearer := find_platform_role(ctx.caller.platform, args[USER.name])) is not None:
        platform, role_id = bearer
        await ctx.engine.store.people.grant_platform_role(ctx.space, platform, role_id, None)
        name = name_platform_role(ctx, platform, role_id)
        return say(ctx.t("revoke.platform_role", name=name), data={"name": name})
    person = await find_person(ctx, args[USER.name])
    await _keep_an_admin(ctx, person)
    had = await ctx.engine.store.people.revoke(person.id, ctx.space)
    await ctx.engine.store.chats.forget_private(person.id, ctx.space)
    _offer_anew(ctx, person)
    return say(ctx.t("revoke.done" if had else "revoke.none", name=person.name), data={"name": person.name})


def _offer_anew(ctx: Context, person: Person) -> None:
    channel = ctx.services.channels.get(person.platform)
    if channel is not None and isinstance(channel, Offering):
        channel.offer_anew(person.platform_id, person.name)


async def _keep_an_admin(ctx: Context, person: Person) -> None:
    """Refuse to take the last admin's role, unless the configuration names admins who stay."""
    members = await ctx.engine.store.people.members(ctx.space)
    admins = [member.person.id for member in members if member.role is Role.ADMIN]
    if admins == [person.id] and not any(ctx.services.admins.values()):
        raise LastAdmin(person.name)


async def ignore(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Tell the admins no more of a stranger."""
    platform, platform_id = read_platform_id(ctx, args[USER.name])
    await ctx.engine.store.people.ignore(ctx.space, platform, platform_id)
    return say(ctx.t("stranger.ignored", name=args[USER.name]), private=True, data={"name": args[USER.name]})


async def users(ctx: Context, _: Mapping[str, str]) -> Reply:
    """Show who may do what."""
    people = ctx.engine.store.people
    members = await people.members(ctx.space)
    platforms = {ctx.caller.platform, *ctx.services.admins}
    roles = {
        f"{platform} {name_platform_role(ctx, platform, role_id)}": role
        for platform in sorted(platforms)
        for role_id, role in (await people.platform_roles(ctx.space, platform)).items()
    }
    configured = [f"{platform}:{user}" for platform, ids in ctx.services.admins.items() for user in sorted(ids)]
    return present.users(members, roles, configured, ctx.t)


async def limit(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Set how many streams at once a person may run."""
    person = await find_person(ctx, args[USER.name])
    number = None if args["n"] == DEFAULT else int(args["n"])
    await ctx.engine.store.people.set_limit(person.id, number)
    if number is None:
        told = ctx.t("limit.default", name=person.name, n=ctx.engine.config.limits.per_user)
    else:
        told = ctx.t("limit.set", name=person.name, n=number)
    return say(told, data={"name": person.name, "limit": number})


async def audit(ctx: Context, args: Mapping[str, str]) -> Reply:
    """Show who changed what."""
    person = await find_person(ctx, args[USER.name]) if USER.name in args else None
    stream = args.get("stream")
    with suppress(NotFound):  # a stream that was forgotten still stands in the record, under its whole name
        stream = (await ctx.engine.find_stream(ctx.space, stream)).name if stream else None
    entries = await ctx.engine.store.audit.recent(ctx.space, person.id if person else None, stream, AUDIT_ENTRIES)
    return present.audit(entries, ctx.t, ctx.now)


COMMANDS: Final = (
    CommandSpec("invite", invite, (ROLE,), role=Role.ADMIN, changes=True, private=True, group="people"),
    CommandSpec(
        "claim",
        claim,
        (Param("code", Kind.TEXT, required=True, audited=False),),
        changes=True,
        private=True,
        group="start",
    ),
    CommandSpec("grant", grant, (USER, ROLE, SPACE), role=Role.ADMIN, changes=True, private=True, group="people"),
    CommandSpec("revoke", revoke, (USER,), role=Role.ADMIN, changes=True, private=True, group="people"),
    CommandSpec(
        "ignore",
        ignore,
        (Param("user", Kind.TEXT, required=True), SPACE),
        role=Role.ADMIN,
        changes=True,
        in_menu=False,
        group="people",
    ),
    CommandSpec("users", users, role=Role.ADMIN, private=True, group="people"),
    CommandSpec(
        "limit",
        limit,
        (USER, Param("n", Kind.NUMBER, required=True, choices=(DEFAULT,), low=0, high=10_000)),
        role=Role.ADMIN,
        changes=True,
        private=True,
        group="people",
    ),
    CommandSpec(
        "audit",
        audit,
        (Param("user", Kind.USER), Param("stream", Kind.STREAM, positional=False)),
        role=Role.ADMIN,
        private=True,
        group="people",
    ),
)
