"""Small real clips, good and bad, made by a real FFmpeg once and kept; it judges none of them."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCE: Final = "testsrc2=size={size}:rate=30:duration={seconds}"
TONE: Final = "sine=frequency={hz}:sample_rate={rate}:duration={seconds}"
AAC: Final = "-c:a aac -b:a 128k -ac 2"


@dataclass(frozen=True)
class Recipe:
    """How one clip is made.

    Attributes:
        file: Its name; the ending chooses the container.
        video: Options of the video encoder; empty: no video.
        audio: Options of the audio encoder; empty: no audio.
        seconds: Its length.
        picture_s: How long its picture is, where that ends before its sound.
        size: Of the picture, in pixels.
        gop: Frames from keyframe to keyframe, at 30 frames a second.
        rate: The audio's sample rate in Hz.
        hz: Of the tone, so that an ear can tell parts of a playlist apart.
        container: Options of the container.
    """

    file: str
    video: str = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
    audio: str = AAC
    seconds: int = 4
    picture_s: int | None = None
    size: str = "320x180"
    gop: int = 60
    rate: int = 44_100
    hz: int = 440
    container: str = ""

    def arguments(self) -> list[str]:
        """Return what FFmpeg is given before the name of the file."""
        values = {"size": self.size, "seconds": self.seconds, "rate": self.rate, "hz": self.hz}
        picture = SOURCE.format(**{**values, "seconds": self.picture_s or self.seconds})
        words = ["-f", "lavfi", "-i", picture] if self.video else []
        words += ["-f", "lavfi", "-i", TONE.format(**values)] if self.audio else []
        if self.video:
            words += [*self.video.split(), "-g", str(self.gop), "-keyint_min", str(self.gop), "-sc_threshold", "0"]
        return [*words, *self.audio.split(), *self.container.split()]

    def encoders(self) -> list[str]:
        """Return the names of the encoders that it needs."""
        words = [*self.video.split(), *self.audio.split()]
        return [words[at + 1] for at, word in enumerate(words) if word in {"-c:v", "-c:a"}]


_X264: Final = "-c:v libx264 -preset ultrafast"
_VP9: Final = "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -row-mt 1"
# Comes to 3.1 Mbit/s with its audio: so short a clip overshoots the rate by a few percent.
_CBR: Final = f"{_X264} -pix_fmt yuv420p -x264-params nal-hrd=cbr -b:v 2810k -minrate 2810k -maxrate 2810k -bufsize 3M"
_THIN: Final = f"{_X264} -pix_fmt yuv420p -x264-params nal-hrd=cbr -b:v 225k -minrate 225k -maxrate 225k -bufsize 225k"

RECIPES: Final[Mapping[str, Recipe]] = {
    # Fit to be copied.
    "standard": Recipe("standard.mp4"),
    "short": Recipe("short.mp4", seconds=2),
    "second": Recipe("second.mp4", hz=880),
    "three_mbit": Recipe("three_mbit.mp4", video=_CBR, size="1280x720", seconds=8),
    "thin": Recipe("thin.mp4", video=_THIN, audio="-c:a aac -b:a 64k -ac 2", seconds=8),  # 300 kbit/s with its audio
    "mkv": Recipe("matroska.mkv"),
    "mov": Recipe("quicktime.mov"),
    "flv": Recipe("flash.flv"),
    "mpegts": Recipe("transport.ts"),
    "no_audio": Recipe("no_audio.mp4", audio=""),
    "picture_ends": Recipe("picture_ends.mp4", seconds=120, picture_s=6),
    # Fit alone, but not beside `standard` in one playlist.
    "other_size": Recipe("other_size.mp4", size="480x270"),
    "other_rate": Recipe("other_rate.mp4", rate=48_000),
    "mono": Recipe("mono.mp4", audio="-c:a aac -b:a 64k -ac 1"),
    # Not fit to be copied as they are.
    "long_keyframes": Recipe("long_keyframes.mp4", gop=300, seconds=21),
    "hevc": Recipe("hevc.mp4", video="-c:v libx265 -preset ultrafast -x265-params log-level=error -tag:v hvc1"),
    "vp9_webm": Recipe("vp9.webm", video=_VP9, audio="-c:a libopus", rate=48_000, seconds=2),
    "vp9_mp4": Recipe("vp9.mp4", video=_VP9, audio="-c:a libopus", rate=48_000, seconds=2),
    "opus_audio": Recipe("opus_audio.mp4", audio="-c:a libopus", rate=48_000),
    "mp3_audio": Recipe("mp3_audio.mp4", audio="-c:a libmp3lame -b:a 128k -ac 2"),
    "ten_bit": Recipe("ten_bit.mp4", video=f"{_X264} -pix_fmt yuv420p10le"),
    "full_chroma": Recipe("full_chroma.mp4", video=f"{_X264} -pix_fmt yuv444p"),
    "no_video": Recipe("no_video.mp4", video=""),
    "index_first": Recipe("index_first.mp4", container="-movflags +faststart"),
}


def _write_text(_: "Clips", at: Path) -> None:
    at.write_text("This is a letter, not a film.\n" * 20)


def _write_ffconcat(clips: "Clips", at: Path) -> None:
    shutil.copy(clips["standard"], at.with_name("neighbour.mp4"))
    at.write_text("ffconcat version 1.0\nfile neighbour.mp4\n")


def _cut(whole: str, share: float) -> "Callable[[Clips, Path], None]":
    def write(clips: "Clips", at: Path) -> None:
        content = clips[whole].read_bytes()
        at.write_bytes(content[: int(len(content) * share)])

    return write


# What people put into a media folder that is no clip at all, or no longer one: its file and how it is made.
BROKEN: Final[Mapping[str, tuple[str, "Callable[[Clips, Path], None]"]]] = {
    "text": ("text.mp4", _write_text),
    "ffconcat": ("ffconcat.mp4", _write_ffconcat),  # a list for FFmpeg that names its neighbour
    "empty": ("empty.mp4", lambda _, at: at.touch()),
    "directory": ("directory.mp4", lambda _, at: at.mkdir()),
    "no_index": ("no_index.mp4", _cut("standard", 0.6)),  # an upload that broke off: nothing can be read
    "cut_short": ("cut_short.mp4", _cut("index_first", 0.6)),  # it begins well, then the data are missing
}


class MissingEncoderError(Exception):
    """This FFmpeg can't make that clip."""


class Clips:
    """The clips by name (`RECIPES`, `BROKEN`), each made when it is first asked for.

    Nobody may change them: `put` gives a copy.

    Args:
        ffmpeg: The program that makes them.
        cache: Where they stay for later runs, in a folder for this FFmpeg and these recipes.
    """

    def __init__(self, ffmpeg: Path, cache: Path) -> None:
        self._ffmpeg = ffmpeg
        self._cache = cache / _hash(ffmpeg)
        self._encoders: str | None = None

    def __getitem__(self, name: str) -> Path:
        """Return the clip's path.

        Raises:
            KeyError: No such clip.
            MissingEncoderError: This FFmpeg lacks what it takes.
        """
        if name in BROKEN:
            file, write = BROKEN[name]
            return self._kept(name, file, lambda at: write(self, at))
        recipe = RECIPES[name]
        return self._kept(name, recipe.file, lambda at: self._make(recipe, at))

    def put(self, name: str, at: Path) -> Path:
        """Copy a clip (or a broken one, a directory too) to `at` and return that.

        Args:
            name: As in `clips[name]`.
            at: The new file, or a folder to put it into under its own name.
        """
        source = self[name]
        at = at / source.name if at.is_dir() else at
        return Path(shutil.copytree(source, at) if source.is_dir() else shutil.copy(source, at))

    def _kept(self, name: str, file: str, make: Callable[[Path], None]) -> Path:
        folder = self._cache / name
        if not (folder / file).exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._cache) as scratch:
                made = Path(scratch, "clip")
                made.mkdir()
                make(made / file)
                _move(made, folder)
        return folder / file

    def _make(self, recipe: Recipe, at: Path) -> None:
        missing = [name for name in recipe.encoders() if f" {name} " not in self._known_encoders()]
        if missing:
            raise MissingEncoderError(f"{self._ffmpeg} has no {', '.join(missing)}")
        command = [str(self._ffmpeg), "-nostdin", "-v", "error", *recipe.arguments(), str(at)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)

    def _known_encoders(self) -> str:
        if self._encoders is None:
            command = [str(self._ffmpeg), "-hide_banner", "-v", "error", "-encoders"]
            self._encoders = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return self._encoders


def _move(made: Path, to: Path) -> None:
    try:
        made.rename(to)
    except OSError:
        # Another test run made the same clip meanwhile.
        if not to.exists():
            raise


def _hash(ffmpeg: Path) -> str:
    """Name what decides how clips look: the program, and the recipes in this file."""
    how = f"{ffmpeg.resolve()} {ffmpeg.stat().st_size} {Path(__file__).read_text()}"
    return hashlib.sha256(how.encode()).hexdigest()[:12]
