"""All commands, as one list from which every platform makes its own."""

from typing import TYPE_CHECKING, Final

from bot.commands import (
    alerts,
    chart,
    destinations,
    host,
    imports,
    library,
    looking,
    playlists,
    report,
    roles,
    schedules,
    streams,
    talk,
)

if TYPE_CHECKING:
    from bot.spec import CommandSpec

COMMANDS: "Final[tuple[CommandSpec, ...]]" = (
    *talk.COMMANDS,
    *streams.COMMANDS,
    *looking.COMMANDS,
    *chart.COMMANDS,
    *report.COMMANDS,
    *schedules.COMMANDS,
    *library.COMMANDS,
    *imports.COMMANDS,
    *playlists.COMMANDS,
    *destinations.COMMANDS,
    *alerts.COMMANDS,
    *roles.COMMANDS,
    *host.COMMANDS,
)
