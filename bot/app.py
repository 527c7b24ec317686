"""The composition root: the service put together from its parts, started in order and stopped in reverse."""

from __future__ import annotations

import asyncio
import importlib
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from bot.answering import Answers
from bot.auth import Access, Auth
from bot.codes import Guesses
from bot.commands import COMMANDS
from bot.context import Services
from bot.dispatcher import Dispatcher
from bot.files_in import FilesIn
from bot.keeping import Keeper
from bot.lifecycle import keep_watchdog_quiet, notify_systemd
from bot.metrics_server import MetricsServer
from bot.pending import Pending
from bot.push import Push
from bot.strangers import Strangers
from core.assemble import assemble_engine
from core.clock import SystemClock
from core.model import MAIN_SPACE, SpaceName

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.channel import Answering, Channel
    from bot.config import Config
    from bot.paths import Paths
    from core.clock import Clock
    from core.engine import Engine
    from core.redact import Redactor

log = logging.getLogger(__name__)

VERSION: Final = version("streambro")


class Service:
    """Everything that runs: the engine, the dispatcher and the channels."""

    def __init__(self, engine: Engine, dispatcher: Dispatcher, channels: list[Channel]) -> None:
        self.engine = engine
        self.dispatcher = dispatcher
        self.channels = channels


async def serve(config: Config, paths: Paths, redactor: Redactor, asked_to_stop: asyncio.Event) -> bool:
    """Run the service until it is asked to stop, then settle everything within `shutdown.timeout_s`.

    Returns whether it was asked: else a part of it fell over again and again, and only a new process may help.

    Raises:
        CoreError: it can't start: data folder, database, key file or FFmpeg.
    """
    async with open_service(config, paths, redactor) as service:
        say_what_runs(config, service)
        watchdog = asyncio.create_task(keep_watchdog_quiet(service.engine.is_alive), name="watchdog")
        notify_systemd("READY=1")
        try:
            await _first_of(asked_to_stop, service.engine.upkeep.given_up)
        finally:
            watchdog.cancel()
        notify_systemd("STOPPING=1")
    return asked_to_stop.is_set()


async def _first_of(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end_tasks(waits)


@asynccontextmanager
async def open_service(
    config: Config, paths: Paths, redactor: Redactor, clock: Clock | None = None
) -> AsyncIterator[Service]:
    """Give a running service."""
    clock = clock or SystemClock()
    _keep_secret(config, redactor)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(paths.folder())
        engine = await stack.enter_async_context(
            assemble_engine(folder, paths.key_file, config, redactor, version=VERSION, clock=clock)
        )
        auth = Auth(engine.store.people, _build_access(config))
        push = Push(engine, auth.access, clock, config.report.at)
        dispatcher = _build_dispatcher(config, engine, auth, clock, push, redactor.holds)
        files = FilesIn(engine, auth, clock, push.channels)
        answers = Answers(dispatcher, auth, push.acting, push.cards, files, clock, engine.store.chats)
        channels = _build_channels(config, paths, answers)
        push.channels |= {channel.platform: channel for channel in channels}
        stack.push_async_callback(push.finish)
        stack.push_async_callback(_close_engine, engine, config)
        await push.place()
        await engine.open()
        await files.open()
        stack.push_async_callback(_end_tasks, _keep(channels, engine, config, clock))
        if config.metrics.listen:
            metrics = MetricsServer(config.metrics.listen, engine, _spaces(config))
            stack.push_async_callback(_end_tasks, [asyncio.create_task(metrics.run(), name="metrics")])
        push.start()
        files.start()
        stack.push_async_callback(files.close)
        stack.push_async_callback(push.stop)
        yield Service(engine, dispatcher, channels)


def say_what_runs(config: Config, service: Service) -> None:
    """Log, in a line each, what somebody who has just started it wants to know."""
    names = ", ".join(channel.platform for channel in service.channels)
    log.info("StreamBro %s is ready: %s", VERSION, names)
    if names == "console":
        log.info("no chat platform is configured: only `streambro chat` reaches it")
    if not config.discord.guilds and config.discord.token.get_secret_value():
        log.warning("discord.guilds is empty: no server is served")


def _keep_secret(config: Config, redactor: Redactor) -> None:
    for token in (config.telegram.token, config.discord.token):
        if token.get_secret_value():
            redactor.add(token.get_secret_value())


def _build_dispatcher(
    config: Config,
    engine: Engine,
    auth: Auth,
    clock: Clock,
    push: Push,
    is_secret: Callable[[str], bool],
) -> Dispatcher:
    services = Services(
        commands=COMMANDS,
        pending=Pending(clock),
        guesses=Guesses(clock),
        strangers=Strangers(clock, push.notifier.on_stranger),
        admins=_admins(config),
        channels=push.channels,
        places=auth.access.places,
        look_again=push.outbox.wake,
        is_secret=is_secret,
    )
    return Dispatcher(engine, auth, services, clock)


def _build_access(config: Config) -> Access:
    places: dict[tuple[str, str], SpaceName] = {}
    for name, space in config.spaces.items():
        places |= {("discord", str(guild)): SpaceName(name) for guild in space.discord_guilds}
        places |= {("telegram", str(chat)): SpaceName(name) for chat in space.telegram_chats}
    return Access(places=places, admins=_admins(config), language=config.language, zone=config.timezone)


def _admins(config: Config) -> dict[str, frozenset[str]]:
    return {
        "telegram": frozenset(map(str, config.telegram.admins)),
        "discord": frozenset(map(str, config.discord.admins)),
    }


def _build_channels(config: Config, paths: Paths, bot: Answering) -> list[Channel]:
    """Return the console and the configured platforms; what is not configured is not imported."""
    builders: list[tuple[bool, str, Callable[[], tuple[object, ...]]]] = [
        (True, "adapters.console", lambda: (paths.folder().console_socket, bot)),
        (
            bool(config.telegram.token.get_secret_value()),
            "adapters.telegram",
            lambda: (config.telegram, bot, config.language),
        ),
        (
            bool(config.discord.token.get_secret_value()),
            "adapters.discord",
            lambda: (config.discord, bot, config.language),
        ),
    ]
    return [importlib.import_module(name).build(*arguments()) for wanted, name, arguments in builders if wanted]


def _keep(channels: list[Channel], engine: Engine, config: Config, clock: Clock) -> list[asyncio.Task[None]]:
    """Run each channel; one that can't go on harms no other and no stream."""
    keepers = {channel.platform: Keeper(channel, clock, _spaces(config), engine.bus.publish) for channel in channels}
    return [asyncio.create_task(keeper.run(), name=name) for name, keeper in keepers.items()]


def _spaces(config: Config) -> set[SpaceName]:
    return {MAIN_SPACE, *map(SpaceName, config.spaces)}


async def _close_engine(engine: Engine, config: Config) -> None:
    try:
        async with asyncio.timeout(config.shutdown.timeout_s):
            await engine.close(config.shutdown.streams)
    except TimeoutError:
        log.warning("the streams could not be settled within %s s", config.shutdown.timeout_s)


async def _end_tasks(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
