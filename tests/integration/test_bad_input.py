"""What people type and upload that can't work: one clear sentence each, and nothing is changed by it."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.clips import Clips
from tests.fakes.ingest import Ingest
from tests.fakes.wait import wait_for
from tests.integration.conftest import add_destination, go_live
from tests.integration.service import Service, places_of

pytestmark = [pytest.mark.real, pytest.mark.ffmpeg]

Refusal = tuple[str, str]
KEY = "key-5678-hush"
URL = "rtmp://127.0.0.1/live"

# What is typed -> the refusal's code, and what its words must tell.
TYPED = {
    "startstream": ("missing_word", "source"),
    "startstream nothing D": ("not_found", "No source called 'nothing'"),
    "startstream clip nowhere": ("not_found", "No destination called 'nowhere'"),
    "startstream ../clip D": ("not_found", "../clip"),
    "startstream /etc/passwd D": ("not_found", "/etc/passwd"),
    "startstream concat:clip.mp4 D": ("not_found", "concat:clip.mp4"),
    "startstream -i D": ("not_found", "'-i'"),
    "startstream clip D name=../x": ("invalid_name", "leave out /"),
    f"startstream clip D name={'x' * 300}": ("invalid_name", "too long"),
    "startstream clip D colour=red": ("unknown_param", "colour"),
    "startstream clip D for=soonish": ("invalid_value", "'soonish'"),
    "startstream clip D D D": ("too_many_words", "one word too many"),
    "stop": ("missing_word", "stream"),
    "stop nothing": ("not_found", "No stream called 'nothing'"),
    "restart nothing": ("not_found", "No stream called 'nothing'"),
    "playlist create list clip, nothing": ("not_found", "No file called 'nothing'"),
    "dance": ("unknown_command", "no command 'dance'"),
    "/": ("not_understood", "/help"),
    "startstream " + "x" * 10_000: ("too_long", "too long"),
    f"adddestination D {URL} {KEY}": ("name_in_use", "already"),
    f"adddestination new rtmp:///live {KEY}": ("invalid_address", "names no server"),
    f"adddestination new http://127.0.0.1/live {KEY}": ("invalid_address", "rtmp://"),
    f"adddestination new file:///etc/passwd {KEY}": ("invalid_address", "rtmp://"),
    f"adddestination new 'rtmp://127.0.0.1/li ve' {KEY}": ("invalid_address", "space"),
    f"adddestination new rtmp://127.0.0.1:99999/live {KEY}": ("invalid_address", "port"),
    f"adddestination new rtmp://me:{KEY}@127.0.0.1/live {KEY}": ("invalid_address", "password"),
    f"adddestination new {URL} '{KEY} {KEY}'": ("invalid_key", "no spaces"),
    f"adddestination new {URL} {KEY}|[f=mpegts]/tmp/x": ("invalid_key", "no such characters"),
    f"setkey nowhere {KEY}": ("not_found", "destination"),
}

# What lies in the media folder -> the refusal's code, and what its words must tell.
FILES = {
    "text": ("source_unreadable", "no media file"),
    "empty": ("source_unreadable", "is empty"),
    "directory": ("source_unreadable", "is a folder"),
    "ffconcat": ("source_unreadable", "no media file"),
    "no_index": ("source_unreadable", "no media file"),
    "cut_short": ("source_unreadable", "missing"),
    "no_video": ("source_unreadable", "no picture"),
    "hevc": ("not_copyable", "mode=encode"),
    "opus_audio": ("not_copyable", "mode=encode"),
    "ten_bit": ("not_copyable", "mode=encode"),
}

# Names that are unusual and yet good.
ODD_NAMES = ("two words", 'it\'s "quoted"', "concat:odd", "🎬", "100% #1?", "y" * 200)


@pytest.fixture
def uploaded(service: Service) -> Iterator[Path]:
    """The media folder; what a test puts there is gone after it."""
    before = set(service.media.iterdir())
    yield service.media
    for path in set(service.media.iterdir()) - before:
        path.rmdir() if path.is_dir() else path.unlink()


def state_of(service: Service) -> list[dict[str, Any]]:
    """Everything that an order could have changed."""
    return [reply["data"] for reply in service.orders("streams", "destinations", "playlist", "media", "users")]


def surprises(told: Mapping[str, Refusal], expected: Mapping[str, Refusal]) -> dict[str, Refusal]:
    """The refusals that have another code, or don't tell what they should."""
    return {
        name: told[name]
        for name, (code, words) in expected.items()
        if told[name][0] != code or words not in told[name][1]
    }


def test_what_can_not_be_meant_is_refused(service: Service, key: str) -> None:
    """Each order that can't be carried out is answered with what was wrong, and changes nothing."""
    before = state_of(service)
    told = {typed: service.refusal(typed.replace("D", f"d{key[4:8]}")) for typed in TYPED}

    assert surprises(told, TYPED) == {}
    assert [text for _, text in told.values() if "Traceback" in text or "incident" in text] == []
    assert state_of(service) == before
    assert service.pids() == []
    assert places_of(KEY, service) == []


def test_a_file_that_can_not_be_streamed_is_refused(service: Service, key: str, uploaded: Path, clips: Clips) -> None:
    """A file that would be refused or silently wrong at the ingest never starts, and the reply says what is wrong."""
    # P4
    for name in FILES:
        clips.put(name, uploaded / f"{name}.mp4")
    told = {name: service.refusal(f"startstream {name} d{key[4:8]}") for name in FILES}

    assert surprises(told, FILES) == {}
    assert service.pids() == []


def test_a_link_out_of_the_folder_is_refused(service: Service, key: str, uploaded: Path, clips: Clips) -> None:
    """Whoever may put links into the media folder can't make the service stream a file from elsewhere."""
    outside = clips.put("short", service.folder / "outside.mp4")
    (uploaded / "link.mp4").symlink_to(outside)

    code, words = service.refusal(f"startstream link d{key[4:8]}")
    assert (code, "outside of the media folder" in words) == ("source_unreadable", True)


def test_odd_names_are_streamed(service: Service, shared_ingest: Ingest, uploaded: Path, clips: Clips) -> None:
    """Spaces, quotes, emoji and words that mean something to FFmpeg are just names: such files go on air."""
    for name in ODD_NAMES:
        key = add_destination(service, shared_ingest)
        clips.put("short", uploaded / f"{name}.mp4")
        service.done(f"startstream “{name}” d{key[4:8]} name=odd")
        wait_for(partial(shared_ingest.stream, key), f"{name} at the ingest")
        service.done("stop odd")
        service.done("forget odd")


def test_limits_and_states_are_told(service: Service, shared_ingest: Ingest, key: str) -> None:
    """Starting what runs, or stopping what doesn't, is answered with how it is."""
    go_live(service, key)
    other = add_destination(service, shared_ingest)
    code, words = service.refusal(f"startstream second d{key[4:8]}")
    assert (code, "in use by 'clip'" in words) == ("key_in_use", True)
    assert service.refusal(f"adddestination same {shared_ingest.rtmp_url} {key}")[0] == "key_exists"
    assert service.refusal(f"removedestination d{key[4:8]}")[0] == "in_use"
    service.done("stop clip")
    assert service.refusal("stop clip")[0] == "not_running"
    assert service.refusal("snapshot clip")[0] == "not_running"
    service.done(f"removedestination d{other[4:8]}")
