"""`make takeover TAKE_OVERS=20`: the service is killed -9 and started again, and what the ingest recorded has no gap.

One stream for each FFmpeg given; its one recording goes through all rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import sleep
from typing import TYPE_CHECKING, Final

from core.config import FfmpegConfig
from core.ffmpeg.binary import find_ffmpeg
from tests.fakes.clips import Clips
from tests.fakes.ffprobe import Ffprobe
from tests.fakes.ingest import Ingest
from tests.fakes.nginx import find_nginx
from tests.fakes.wait import wait_for
from tests.integration.service import Service
from tools.debian import CACHE

if TYPE_CHECKING:
    from tests.fakes.nginx import Nginx

KEY: Final = "take-over-secret"
GAP_S: Final = 0.1
"""Three frames of the clip, or four packets of its sound: what a seam of the loop may come to."""

AWAY_S: Final = (0.0, 3.0)
"""For so long no service runs in a round: from at once to longer than FFmpeg's steps of progress."""


@dataclass(frozen=True)
class Proof:
    """What became of one stream over all rounds; times in seconds, of the worst of picture and sound."""

    rounds: int
    taken_over: int
    publications: int
    longest_gap_s: float
    steps_back: int

    @property
    def holds(self) -> bool:
        """Whether nobody who watched could have noticed."""
        unbroken = self.longest_gap_s < GAP_S and self.steps_back == 0
        return unbroken and self.taken_over == self.rounds and self.publications == 1


def prove(service: Service, ingest: Ingest, ffprobe: Ffprobe, rounds: int, rng: Random) -> Proof:
    """Start one stream, kill and start the service so often, stop the stream and look at its recording."""
    service.done(f"adddestination proof {ingest.rtmp_url} {KEY}")
    service.done("startstream clip proof")
    service.until("clip", "live")
    pid, taken_over = service.pid(), 0
    for _ in range(rounds):
        service.kill()
        sleep(rng.uniform(*AWAY_S))
        service.start()
        back = service.until("clip", "live")
        taken_over += (service.pids(), back["restarts"]) == ([pid], 0)
    service.done("stop clip")
    wait_for(lambda: ingest.stream(KEY) is None, "the end of the publication")
    [recording] = ingest.recordings(KEY)
    return Proof(
        rounds=rounds,
        taken_over=taken_over,
        publications=ingest.attempts(KEY),
        longest_gap_s=max(ffprobe.longest_gap_s(recording, kind) for kind in "va"),
        steps_back=sum(len(ffprobe.backward_steps(recording, kind)) for kind in "va"),
    )


def prove_with(ffmpeg: Path, nginx: Nginx, ffprobe: Ffprobe, rounds: int) -> Proof:
    """Do it with a service, an ingest and a folder made for it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="streambro-take-over-")))
        ingest = stack.enter_context(Ingest(nginx, folder / "ingest"))
        service = Service(folder / "service", ffmpeg)
        Clips(ffmpeg, CACHE / "clips").put("short", service.media / "clip.mp4")
        with service:
            return prove(service, ingest, ffprobe, rounds, Random(7))


def find_both() -> list[str]:
    """Return the FFmpeg on PATH and pip's, those of them that are there."""
    import imageio_ffmpeg  # noqa: PLC0415 - 165 MB that are installed only where they are needed

    return list(dict.fromkeys([str(find_ffmpeg(FfmpegConfig())), imageio_ffmpeg.get_ffmpeg_exe()]))


def main() -> int:
    """Prove it with each FFmpeg and return 0 when it holds with all."""
    parser = argparse.ArgumentParser(prog="make takeover", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--ffmpeg", nargs="+", default=None, help="default: the one on PATH and pip's")
    parser.add_argument("--ffprobe", default="ffprobe")
    arguments = parser.parse_args()
    holds = True
    for ffmpeg in arguments.ffmpeg or find_both():
        proof = prove_with(Path(ffmpeg), find_nginx(), Ffprobe(Path(arguments.ffprobe)), arguments.rounds)
        holds = holds and proof.holds
        sys.stdout.write(f"{Path(ffmpeg).name}: {proof} {'holds' if proof.holds else 'BROKEN'}\n")
        sys.stdout.flush()
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
