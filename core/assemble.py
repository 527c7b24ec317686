"""Puts an engine together from its parts, real ones unless others are given; it starts no stream."""

from __future__ import annotations

from contextlib import asynccontextmanager
from random import Random
from typing import TYPE_CHECKING

from core.clock import SystemClock
from core.destinations import Destinations
from core.engine import Engine
from core.events import Bus
from core.ffmpeg.binary import load_binary
from core.ffmpeg.runner import LocalRunner
from core.media.imports import Imports
from core.media.late_fetch import LateFetcher
from core.media.library import Library
from core.media.playlists import Playlists
from core.media.probe import Prober
from core.monitor.sampler import Monitor
from core.planning import Planner
from core.schedule.timers import SchedulerTimers
from core.secrets import open_key_file
from core.store.store import Store
from core.streams.backoff import Brake
from core.streams.deck import Deck
from core.streams.epochs import Epochs
from core.streams.order import Surroundings
from core.streams.places import Places
from core.upkeep import Upkeep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from core.clock import Clock
    from core.config import CoreConfig
    from core.data_folder import DataFolder
    from core.ffmpeg.contract import Runner
    from core.redact import Redactor
    from core.schedule.timers import Timers


@asynccontextmanager
async def assemble_engine(
    folder: DataFolder,
    key_file: Path,
    config: CoreConfig,
    redactor: Redactor,
    *,
    version: str,
    clock: Clock | None = None,
    runner: Runner | None = None,
    timers: Timers | None = None,
) -> AsyncIterator[Engine]:
    """Give an engine on a data folder that the caller has taken; its store is closed at the end.

    Raises:
        CoreError: the database, the key file or FFmpeg can't be used.
    """
    clock = clock or SystemClock()
    binary = await load_binary(config.ffmpeg)
    store = await Store.open(folder.database, past_runs=config.logs.past_runs)
    try:
        sealed_keys = await store.destinations.sealed_keys()
        ring = open_key_file(key_file, sealed_keys)
        prober = Prober()
        library = Library(folder.media, store, prober)
        imports = Imports(folder.media, library, store, prober, LateFetcher(clock), config, clock)
        destinations = Destinations(store.destinations, ring, redactor)
        destinations.cut_out(sealed_keys)
        await destinations.relock()
        bus, places = Bus(), Places(config.limits)
        upkeep = Upkeep(clock, bus.publish, lambda: [place.space for place in places])
        around = Surroundings(
            runner or _local_runner(folder, clock, config, upkeep),
            clock,
            config,
            Random(),  # noqa: S311  # jitter keeps no secret
            Brake(),
            Epochs(),
        )
        deck = Deck(
            store=store,
            planner=Planner(store, library, destinations, config.ffmpeg, binary),
            places=places,
            around=around,
            timers=timers or SchedulerTimers(),
            bus=bus,
        )
        yield Engine(
            deck,
            library=library,
            playlists=Playlists(store.playlists, library),
            destinations=destinations,
            imports=imports,
            ffmpeg=binary,
            data_dir=folder.path,
            version=version,
            upkeep=upkeep,
            monitor=Monitor(deck, folder.path),
        )
    finally:
        await store.close()


def _local_runner(folder: DataFolder, clock: Clock, config: CoreConfig, upkeep: Upkeep) -> LocalRunner:
    interval_s, lines = config.monitor.interval_s, config.logs.lines
    return LocalRunner(folder.run, clock, monitor_interval_s=interval_s, log_lines=lines, upkeep=upkeep)
