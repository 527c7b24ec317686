"""What a parameter could take now, from live data: for pickers and autocompletion alike, within the asker's space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import available_timezones

from bot.people import name_platform_role
from bot.present.buttons import find_run
from bot.spec import Kind
from bot.values import NONE
from core.errors import CoreError
from core.names import fold

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.context import Context
    from bot.spec import Param
    from core.model import RunId, StreamView

MAX_COMPLETIONS: Final = 25
"""Discord's limit of autocomplete choices."""

MAX_TEXT: Final = 100
"""Discord's limit for a choice's name and value alike."""

DURATIONS: Final = ("1h", "6h", "12h", "24h")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: how it is shown, what stands for it in an order, what a person types (empty: the label).

    `run`: it is meant only as long as this run goes on.
    """

    label: str
    value: str
    name: str = ""
    run: RunId | None = None


async def list_choices(ctx: Context, param: Param) -> list[Choice]:
    """Return all that `param` could take, the likeliest first; empty where it can be anything."""
    fixed = [Choice(ctx.t("ask.all") if choice == "all" else choice, choice) for choice in param.choices]
    lister = _LISTERS.get(param.kind)
    return [*(await lister(ctx) if lister else []), *fixed]


async def complete(ctx: Context, param: Param, typed: str) -> list[tuple[str, str]]:
    """Return at most 25 (label, value) that fit what was typed so far; of several with commas, for the last one.

    Where the order is typed by hand (the invocation has a text) values are names, else ids, which survive a renaming.
    """
    before, comma, last = typed.rpartition(",") if param.kind is Kind.DESTINATIONS else ("", "", typed)
    wanted = fold(last)
    choices = [choice for choice in await list_choices(ctx, param) if wanted in fold(choice.label)]
    choices.sort(key=lambda choice: not fold(choice.label).startswith(wanted))
    by_hand = bool(ctx.invocation.text)
    values = [choice.name or choice.label if by_hand and "#" in choice.value else choice.value for choice in choices]
    found = ((f"{before}{comma}{c.label}", f"{before}{comma}{v}") for c, v in zip(choices, values, strict=True))
    return [(label[:MAX_TEXT], value) for label, value in found if len(value) <= MAX_TEXT][:MAX_COMPLETIONS]


async def _sources(ctx: Context) -> list[Choice]:
    items = [item for item in await ctx.engine.library.all(ctx.space) if item.probe is not None]
    lists = [playlist for playlist in await ctx.engine.playlists.all(ctx.space) if playlist.items]
    stems = [item.name.rpartition(".")[0] or item.name for item in items]
    files = [
        Choice(stem if stems.count(stem) == 1 else item.name, f"#{item.id}")
        for stem, item in zip(stems, items, strict=True)
    ]
    return files + [
        Choice(ctx.t("choice.playlist", name=playlist.name, n=len(playlist.items)), f"#p{playlist.id}", playlist.name)
        for playlist in lists
    ]


async def _media(ctx: Context) -> list[Choice]:
    return [Choice(item.name, f"#{item.id}") for item in await ctx.engine.library.all(ctx.space) if item.id]


async def _playlists(ctx: Context) -> list[Choice]:
    return [Choice(playlist.name, f"#{playlist.id}") for playlist in await ctx.engine.playlists.all(ctx.space)]


async def _destinations(ctx: Context) -> list[Choice]:
    return [Choice(found.name, f"#{found.id}") for found in await ctx.engine.destinations.all(ctx.space)]


async def _streams(ctx: Context) -> list[Choice]:
    fits = STREAMS_FOR.get(ctx.spec.name, _any)
    return [
        Choice(
            ctx.t("choice.stream", name=view.name, state=ctx.t(f"word.state.{view.state}")),
            f"#{view.id}",
            view.name,
            find_run(ctx.spec.name, view),
        )
        for view in await ctx.engine.views(ctx.space)
        if fits(view)
    ]


async def _schedules(ctx: Context) -> list[Choice]:
    return [Choice(view.record.plan.name, f"#{view.record.id}") for view in await ctx.engine.schedules.all(ctx.space)]


async def _users(ctx: Context) -> list[Choice]:
    people, own = ctx.engine.store.people, ctx.caller.platform
    members = await people.members(ctx.space)
    found = [Choice(member.person.name, f"{member.person.platform}:{member.person.platform_id}") for member in members]
    roles = await people.platform_roles(ctx.space, own) if ctx.spec.name in FOR_ROLES else ()
    return found + [Choice(name_platform_role(ctx, own, role), f"role:{role}") for role in roles]


async def _commands(ctx: Context) -> list[Choice]:
    names = [spec.name for spec in ctx.services.commands if spec.in_menu and ctx.caller.may(spec.role)]
    return [Choice(name, name) for name in names]


async def _runs(ctx: Context) -> list[Choice]:
    """The runs of the stream that the order has so far; of all where it has none yet."""
    typed = ctx.invocation.args.get("stream")
    try:
        stream = (await ctx.engine.find_stream(ctx.space, typed)).id if typed else None
    except CoreError:
        return []
    runs = await ctx.engine.history(ctx.space, stream, MAX_COMPLETIONS)
    return [Choice(f"#{run.id} {run.stream_name} {ctx.t.moment(run.started_at, ctx.now)}", str(run.id)) for run in runs]


async def _durations(ctx: Context) -> list[Choice]:
    lengths = [Choice(length, length) for length in DURATIONS]
    return [*lengths, Choice(ctx.t("button.no_end"), NONE)]


async def _zones(_: Context) -> list[Choice]:
    near = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC")
    rest = sorted(zone for zone in available_timezones() if "/" in zone and zone not in near)
    return [Choice(zone, zone) for zone in (*near, *rest)]


def _any(_: StreamView) -> bool:
    return True


def _runs_now(view: StreamView) -> bool:
    return view.running


def _has_ended(view: StreamView) -> bool:
    return not view.running


def _is_held(view: StreamView) -> bool:
    return view.held


FOR_ROLES: Final = frozenset({"grant", "revoke"})
"""Commands that take a platform's role where they take a person."""

STREAMS_FOR: Final[Mapping[str, Callable[[StreamView], bool]]] = {
    "stop": _runs_now,
    "restart": _runs_now,
    "snapshot": _runs_now,
    "forget": _has_ended,
    "resume": _is_held,
}
"""Which streams a command is about; the others take any."""

_LISTERS: Final[Mapping[Kind, Callable[[Context], Awaitable[list[Choice]]]]] = {
    Kind.SOURCE: _sources,
    Kind.MEDIA: _media,
    Kind.PLAYLIST: _playlists,
    Kind.DESTINATION: _destinations,
    Kind.DESTINATIONS: _destinations,
    Kind.STREAM: _streams,
    Kind.SCHEDULE: _schedules,
    Kind.USER: _users,
    Kind.COMMAND: _commands,
    Kind.RUN: _runs,
    Kind.DURATION: _durations,
    Kind.ZONE: _zones,
}
