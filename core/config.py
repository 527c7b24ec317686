"""The engine's own settings with their bounds; it reads no file and knows no chat."""

from __future__ import annotations

import difflib
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.ffmpeg.encoders import ENCODERS

AUTO: Final = "auto"


class Settings(BaseModel):
    """Base of every block: frozen, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FfmpegConfig(Settings):
    """Which FFmpeg, and how it encodes. `path` auto: one on PATH, else the one from imageio-ffmpeg."""

    path: str = AUTO
    encoder: str = AUTO
    preset: str = "veryfast"

    @field_validator("encoder")
    @classmethod
    def _known_encoder(cls, value: str) -> str:
        known = (AUTO, *ENCODERS)
        if value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            raise ValueError(f"did you mean {near[0]}?" if near else f"it should be {' or '.join(known)}")
        return value


class LimitsConfig(Settings):
    """Streams at once, for one person and in all. `refuse_overload`: none that the host has no room for is started."""

    per_user: int = Field(5, ge=0, le=10_000)
    total: int = Field(20, ge=0, le=10_000)
    refuse_overload: bool = False


class StopConfig(Settings):
    """From the first TERM to the KILL of the whole process group, in seconds."""

    grace_s: float = Field(5, gt=0, le=60)


class RetryConfig(Settings):
    """How long to wait between attempts; numbers of facts.md, 'Retry numbers'.

    Walks `steps_s`, staying on the last, ± `jitter`. Failures count from 0 again after `stable_s` of moving output.
    After `refused_after` refusals in a row the wait is `refused_s`; of a key that was live in the same run only once it
    has been refused for ten minutes (`core.streams.outage.TRUSTED_S`), since then it is the ingest that flaps.
    """

    steps_s: tuple[float, ...] = Field((1, 2, 5, 10, 20, 40, 60), min_length=1)
    jitter: float = Field(0.2, ge=0, le=0.9)
    stable_s: float = Field(300, gt=0)
    refused_after: int = Field(3, ge=1)
    refused_s: float = Field(300, gt=0)
    permanent_after: int = Field(3, ge=1)


class StallConfig(Settings):
    """When an attempt that runs counts as dead or slow; rules of facts.md, 'Failure detection'."""

    start_s: float = Field(30, gt=0)
    frozen_s: float = Field(15, gt=0)
    slow_ratio: float = Field(0.9, gt=0, lt=1)
    slow_warn_s: float = Field(60, gt=0)
    slow_replace_s: float = Field(180, gt=0)


class MonitorConfig(Settings):
    """How often costs are measured, and what is too much for how long."""

    interval_s: float = Field(30, gt=0)
    cpu_percent: float = Field(80, gt=0)
    memory_mib: float = Field(500, gt=0)
    hold_s: float = Field(60, ge=0)
    disk_free_mib: float = Field(1024, ge=0)
    uplink_mbps: float | None = Field(None, gt=0)


class LogsConfig(Settings):
    """Lines kept per stream while it runs and with its record, and how many past runs keep theirs."""

    lines: int = Field(100, ge=1, le=10_000)
    past_runs: int = Field(3, ge=0, le=1000)


class MediaConfig(Settings):
    """What may come into the library."""

    max_upload_mib: int = Field(2048, ge=1)
    quota_per_user_mib: int = Field(10240, ge=1)


class CoreConfig(Settings):
    """All that the engine reads."""

    ffmpeg: FfmpegConfig = FfmpegConfig()
    limits: LimitsConfig = LimitsConfig()
    stop: StopConfig = StopConfig()
    retry: RetryConfig = RetryConfig()
    stall: StallConfig = StallConfig()
    monitor: MonitorConfig = MonitorConfig()
    logs: LogsConfig = LogsConfig()
    media: MediaConfig = MediaConfig()
