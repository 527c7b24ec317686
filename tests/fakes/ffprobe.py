"""Reads media files with ffprobe, so that a test can say what is in them; it changes nothing."""

import json
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ffprobe:
    """An ffprobe program."""

    program: Path

    def streams(self, media: Path) -> dict[str, dict[str, Any]]:
        """Return the first stream of each type, as ffprobe describes it: `{"video": {...}, "audio": {...}}`.

        Raises:
            subprocess.CalledProcessError: ffprobe can't read the file.
        """
        found: dict[str, dict[str, Any]] = {}
        for stream in self._ask(media, "-show_streams")["streams"]:
            found.setdefault(stream["codec_type"], stream)
        return found

    def duration_s(self, media: Path) -> float:
        """Return how long the file says it is."""
        return float(self._ask(media, "-show_format")["format"]["duration"])

    def packets(self, media: Path, kind: str = "v") -> list[dict[str, Any]]:
        """Return the packets of one stream in file order, with `pts_time`, `dts_time` and `flags` (`K`: keyframe).

        Args:
            media: May still be written to.
            kind: `v` or `a`.
        """
        packets = self._ask(media, "-select_streams", f"{kind}:0", "-show_packets")["packets"]
        return [packet for packet in packets if "dts_time" in packet]

    def keyframes_s(self, media: Path) -> list[float]:
        """Return when each keyframe of the video is shown."""
        return [float(packet["pts_time"]) for packet in self.packets(media) if packet["flags"].startswith("K")]

    def backward_steps(self, media: Path, kind: str = "v") -> list[tuple[float, float]]:
        """Return each place where decoding time stood still or ran backwards, as (before, after) in seconds."""
        times = [float(packet["dts_time"]) for packet in self.packets(media, kind)]
        return [(before, after) for before, after in pairwise(times) if after <= before]

    def longest_gap_s(self, media: Path, kind: str = "v") -> float:
        """Return the longest time between two packets of one stream."""
        times = [float(packet["dts_time"]) for packet in self.packets(media, kind)]
        return max(after - before for before, after in pairwise(times))

    def _ask(self, media: Path, *what: str) -> dict[str, Any]:
        command = [str(self.program), "-v", "error", *what, "-of", "json", f"file:{media}"]
        done = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
