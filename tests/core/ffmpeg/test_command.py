"""The command line that FFmpeg gets: copied unless asked, local files only, the key nowhere that FFmpeg prints."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ffmpeg.command import (
    CONTAINERS,
    OutputPlan,
    build_argv,
    build_playlist,
    build_source_url,
    find_report_s,
)
from core.ffmpeg.contract import PLAYLIST_PLACEHOLDER
from core.ffmpeg.encoders import QUALITIES, EncodeSettings, choose_quality

KEY = "abcd-efgh?x=1&y=%20"
PLAN = OutputPlan(
    ffmpeg=Path("/usr/bin/ffmpeg"), inputs=(Path("/media/lofi.mp4"),), url="rtmp://a.example/live2", key=KEY
)


def argv(plan: OutputPlan) -> list[str]:
    """The plan's command as a list."""
    return list(build_argv(plan).argv)


def value(words: list[str], option: str) -> str:
    """What stands behind an option."""
    return words[words.index(option) + 1]


def test_one_file_is_copied_and_looped() -> None:
    """A file with no wishes is passed on as it is, over and over, with exactly the arguments that were measured."""
    # R1
    assert argv(PLAN) == [
        *["/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"],
        *["-progress", "pipe:1", "-stats_period", "2"],
        *["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS],
        *["-re", "-stream_loop", "-1", "-i", "file:/media/lofi.mp4"],
        *["-map", "0:v:0", "-map", "0:a:0", "-c", "copy"],
        *["-rw_timeout", "10000000", "-flvflags", "no_duration_filesize", "-f", "flv"],
        *["-rtmp_app", "live2", "-rtmp_playpath", KEY, "rtmp://a.example/live2"],
    ]


def test_playlist_is_copied_and_looped() -> None:
    """A playlist is copied like a file, from a list that only this runner writes."""
    # R1
    spec = build_argv(replace(PLAN, inputs=(Path("/media/a.mp4"), Path("/media/b.mp4"))))
    words = list(spec.argv)

    assert words[words.index("-re") : words.index("-map")] == [
        *["-re", "-stream_loop", "-1", "-f", "concat", "-safe", "0", "-i", f"file:{PLAYLIST_PLACEHOLDER}"]
    ]
    assert value(words, "-c") == "copy"
    assert spec.playlist is not None
    assert spec.playlist.startswith("ffconcat version 1.0\nfile 'file:/media/a.mp4'\n")


@pytest.mark.parametrize(
    ("version", "report_s"), [((4, 4), 2), ((5, 1, 9), 2), ((6, 1), 2), ((7, 0), 0.5), ((9, 0, 2), 0.5), ((), 0.5)]
)
def test_a_newer_ffmpeg_hears_a_stop_in_time(version: tuple[int, ...], report_s: float) -> None:
    """An FFmpeg that looks for a stop only when it reports has to report often; an older one need not."""
    assert find_report_s(version) == report_s
    assert "-stats_period 0.5 " in " ".join(argv(replace(PLAN, report_s=0.5)))


def test_played_once() -> None:
    """A source that shall be played once is not looped."""
    assert "-stream_loop" not in argv(replace(PLAN, loop=False))


@pytest.mark.parametrize("loop", [True, False])
def test_silence_is_added_where_there_is_no_sound(*, loop: bool) -> None:
    """A silent clip gets a sound track, which platforms demand, and still ends when it is played once."""
    words = argv(replace(PLAN, has_audio=False, loop=loop))

    assert value(words, "-c:v") == "copy"
    assert value(words, "-c:a") == "aac"
    assert "anullsrc=r=44100:cl=stereo" in words
    assert words[words.index("-map") : words.index("-c:v")] == ["-map", "0:v:0", "-map", "1:a:0"]
    assert ("-shortest" in words) is not loop


def test_unfit_sound_alone_is_encoded() -> None:
    """Sound that a platform would refuse is encoded while the picture is copied."""
    words = argv(replace(PLAN, audio_fit=False))

    assert value(words, "-c:v") == "copy"
    assert words[words.index("-c:a") :][:8] == ["-c:a", "aac", "-b:a", "128k", "-ar", "44100", "-ac", "2"]


def test_encoding_has_steady_keyframes_and_bitrate() -> None:
    """Encode mode gives every platform what it advises: a keyframe every 2 s and a constant bitrate."""
    words = argv(replace(PLAN, encode=EncodeSettings(QUALITIES["720p30"], preset="fast")))

    assert value(words, "-c:v") == "libx264"
    assert value(words, "-preset") == "fast"
    assert value(words, "-vf") == (
        "scale=1280:720:force_original_aspect_ratio=decrease,pad=1280:720:-1:-1,setsar=1,fps=30,format=yuv420p"
    )
    assert [value(words, option) for option in ("-b:v", "-maxrate", "-bufsize", "-g")] == [
        *["2500k", "2500k", "5000k", "60"]
    ]
    assert value(words, "-af") == "aresample=async=1:first_pts=0"


@pytest.mark.parametrize(
    ("height", "fps", "name"),
    [
        (1080, 60, "1080p60"),
        (1080, 29.97, "1080p30"),
        (2160, 59.94, "1080p60"),
        (719, 50, "480p30"),
        (90, 25, "360p30"),
    ],
)
def test_quality_follows_the_source(height: int, fps: float, name: str) -> None:
    """Unless a quality is asked for, encoding invents neither lines nor frames that the source does not have."""
    assert choose_quality(height, fps).name == name


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("rtmp://a.example/live2", "live2"),
        ("rtmp://a.example:1936/live2/", "live2"),
        ("rtmps://a.example:443/app/instance", "app/instance"),
        ("rtmp://b.example/live2?backup=1", "live2?backup=1"),
        ("rtmp://a.example", None),
    ],
)
def test_application_is_the_whole_path(url: str, app: str | None) -> None:
    """An ingest whose address has several parts is spoken to under all of them, as other encoders do."""
    words = argv(replace(PLAN, url=url))

    assert words[-1] == url
    assert ("-rtmp_app" in words) is (app is not None)
    assert app is None or value(words, "-rtmp_app") == app


def test_key_is_only_the_playpath() -> None:
    """The key stands in one argument of its own and not in the address that FFmpeg prints, nor in anybody's repr."""
    # N8
    spec = build_argv(PLAN)

    assert [word for word in spec.argv if KEY in word] == [KEY]
    assert KEY not in repr(spec)
    assert KEY not in repr(PLAN)
    assert spec.secrets == (KEY,)


def test_nothing_that_is_known_to_do_harm() -> None:
    """Options that broke streams elsewhere are never given: a bitstream filter with a loop, `-timeout` with RTMP."""
    for plan in (PLAN, replace(PLAN, has_audio=False), replace(PLAN, encode=EncodeSettings(QUALITIES["480p30"]))):
        assert not {"-bsf", "-bsf:v", "-bsf:a", "-timeout", "-fflags", "-hwaccel"} & set(argv(plan))


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("key", "x|[f=mpegts]/tmp/file"),
        ("key", "two words"),
        ("key", ""),
        ("url", "rtmp://a.example/live|[f=flv]/tmp/x"),
        ("url", "file:/etc/passwd"),
        ("url", "rtmp:///live"),
        ("url", "rtmp://a.example/live\n"),
        ("url", "http://a.example/live"),
        ("inputs", ()),
        ("inputs", (Path("relative.mp4"),)),
        ("inputs", (Path("/a.mp4"), Path("/b\n.mp4"))),
        ("inputs", (Path("/a.mp4"), Path("/b\r.mp4"))),
    ],
)
def test_hostile_values_are_refused(change: str, value: object) -> None:
    """No address, key or file name can make FFmpeg do anything else, and no refusal shows the key."""
    with pytest.raises(ValueError, match=r".+") as refused:
        build_argv(replace(PLAN, **{change: value}))  # type: ignore[arg-type]  # wrong values are the point

    assert not isinstance(value, str) or not value or value not in str(refused.value)


@given(st.text(st.characters(exclude_characters="\n\r\0", exclude_categories=["Cs"]), min_size=1))
def test_any_name_is_one_literal_word(name: str) -> None:
    """Whatever a file is called, the list names that file: quoting can't be left."""
    path = Path("/media") / name.replace("/", "_")
    first, *options = build_playlist([path]).split("\n")[1:]

    assert first.startswith("file ")
    assert unquote(first.removeprefix("file ")) == build_source_url(path)
    assert [line.split()[0] for line in options if line] == ["option", "option"]


def unquote(word: str) -> str:
    """Read a word as FFmpeg's av_get_token does: quotes hold everything, a backslash outside them one character."""
    read, quoted, letters = "", False, iter(word)
    for letter in letters:
        if letter == "'":
            quoted = not quoted
        elif letter == "\\" and not quoted:
            read += next(letters)
        else:
            assert quoted, "outside of quotes a space would end the word"
            read += letter
    return read
