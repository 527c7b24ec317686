"""Addresses and keys: what is taken, what is refused and why, and when two of them are the same."""

import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError, InvalidAddress, InvalidKey
from core.ingest import Target, build_lock_text, check_key, parse_address, parse_ingest, parse_target
from core.model import Platform

YOUTUBE = "rtmps://a.rtmps.youtube.com/live2"


@pytest.mark.parametrize("name", ["youtube", "YouTube", " twitch ", "facebook", "kick"])
def test_a_platform_is_named_by_its_name(name: str) -> None:
    """Nobody has to know a platform's address, and the key goes there encrypted."""
    target = parse_target(name)
    assert target.platform.value == name.strip().lower()
    assert target.url.startswith("rtmps://")
    assert parse_target(target.url) == target


@pytest.mark.parametrize(
    ("url", "platform"),
    [
        ("rtmp://a.rtmp.youtube.com/live2", Platform.YOUTUBE),
        ("rtmps://b.rtmps.youtube.com:443/live2?backup=1", Platform.YOUTUBE),
        ("rtmp://live.twitch.tv/app", Platform.TWITCH),
        ("rtmp://sfo.contribute.live-video.net/app", Platform.TWITCH),
        ("rtmps://rtmp-api.facebook.com:443/rtmp/", Platform.FACEBOOK),
        ("rtmps://fa723fc1b171.global-contribute.live-video.net/app", Platform.KICK),
        ("rtmps://abc123.global-contribute.live-video.net/app", Platform.CUSTOM),
        ("rtmp://127.0.0.1:1935/live", Platform.CUSTOM),
        ("rtmp://youtube.com.evil.example/live2", Platform.CUSTOM),
        ("rtmp://notyoutube.com/live2", Platform.CUSTOM),
    ],
)
def test_a_platform_is_known_by_its_host(url: str, platform: Platform) -> None:
    """A platform's own address brings its rules with it, and another's similar one does not."""
    assert parse_target(url).platform is platform


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("RTMP://Example.COM/Live/", "rtmp://example.com/Live"),
        ("rtmp://example.com:1935/live", "rtmp://example.com/live"),
        ("rtmps://example.com:443/live", "rtmps://example.com/live"),
        ("rtmp://example.com.:1936/live/instance", "rtmp://example.com:1936/live/instance"),
        ("  rtmp://my_server/live?token=a ", "rtmp://my_server/live?token=a"),
    ],
)
def test_an_address_is_stored_in_one_form(typed: str, stored: str) -> None:
    """However an address is written, the same one is stored the same."""
    assert parse_target(typed).url == stored


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("rtmp://exa mple.com/live", "space"),
        ("rtmp://example.com/live key", "space"),
        ("rtmp:///live", "host"),
        ("rtmp://:1935/live", "host"),
        ("rtmp://-x/live", "host"),
        ("rtmp://a..b/live", "host"),
        ("http://example.com/live", "protocol"),
        ("srt://example.com/live", "protocol"),
        ("file:///etc/passwd", "protocol"),
        ("rtmpt://example.com/live", "protocol"),
        ("rtmp://example.com/a|b", "characters"),
        ("rtmp://example.com/a[f=mpegts]", "characters"),
        ("rtmp://exämple.com/live", "characters"),
        ("rtmp://[::1]/live", "brackets"),
        ("rtmp://[::1]:1935/live", "brackets"),
        ("rtmp://example.com/live#x", "characters"),
        ("rtmp://example.com//live", "characters"),
        ("rtmp://example.com/live/mp4:x/y", "characters"),
        ("rtmp://user:pass@example.com/live", "credentials"),
        ("rtmp://example.com:0/live", "port"),
        ("rtmp://example.com:65536/live", "port"),
        ("rtmp://example.com:abc/live", "port"),
        ("rtmp://example.com:/live", "port"),
        ("rtmp://example.com:1:2/live", "port"),
        ("rtmp://example.com", "app"),
        ("rtmp://example.com/", "app"),
        ("rtmp://example.com?a=b", "app"),
        ("rtmp://example.com/" + "a" * 500, "too_long"),
        ("r" * 10_000, "too_long"),
        ("", "needs_url"),
        ("youtub", "needs_url"),
        ("example.com/live", "needs_url"),
        ("-i", "needs_url"),
    ],
)
def test_a_bad_address_is_refused_with_its_reason(url: str, reason: str) -> None:
    """An address that can't work, or that FFmpeg could misread, is refused saying what is wrong with it."""
    with pytest.raises(InvalidAddress) as refusal:
        parse_target(url)
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "text",
    [
        "rtmp://user:SECRET@example.com/live",
        "rtmp://SECRET@example.com/live",
        "http://example.com/live/SECRET",
        "rtmp://example.com:SECRET/live",
        "SECRET",
        "SECRET SECRET",
        "rtmp://example.com/live/SECRET|x",
        "http://SECRET:x@",
    ],
)
def test_a_refused_address_shows_no_secret(text: str) -> None:
    """What stood in the wrong place may be a key or a password: neither the refusal nor its traceback repeats it."""
    with pytest.raises(InvalidAddress) as refusal:
        parse_target(text)
    assert "SECRET" not in traceback.format_exception(refusal.value)[-1]
    assert refusal.value.__context__ is None
    assert "SECRET" not in str(refusal.value.data())


def test_a_key_behind_a_platforms_address_is_taken_apart() -> None:
    """Whoever pastes address and key in one has the key treated as a key: not stored, not shown with the address."""
    target = parse_target("rtmp://a.rtmp.youtube.com/live2/abcd-efgh?x=1")
    assert target == Target(Platform.YOUTUBE, "rtmp://a.rtmp.youtube.com/live2", "abcd-efgh?x=1")
    assert "abcd" not in repr(target)


@pytest.mark.parametrize(
    "key", ["abcd-efgh-ijkl", "live_123_AbC", "FB-1-0-Ab?s_bl=1&s_l=1&a=Ab%20x", "k" * 300, "stream/one", "-rtmp_app"]
)
def test_keys_of_all_platforms_are_taken(key: str) -> None:
    """Every platform's keys are taken as they are, without the line break that copying brings along."""
    assert check_key(f" {key}\n") == key


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("/", "empty"),
        ("abcd efgh", "space"),
        ("abcd\nefgh", "space"),
        ("x|[f=mpegts]/path", "characters"),
        ("x[0]", "characters"),
        ("schlüssel", "characters"),
        ("a'b", "characters"),
        ("a\x00b", "characters"),
        ("k" * 301, "too_long"),
        ("rtmp://elsewhere.example/live/abcd", "url"),
        ("http://x", "url"),
    ],
)
def test_what_is_no_key_is_refused_without_being_repeated(key: str, reason: str) -> None:
    """What can't be a key is refused with the reason alone."""
    with pytest.raises(InvalidKey) as refusal:
        check_key(key, YOUTUBE)
    assert refusal.value.data() == {"reason": reason}


@pytest.mark.parametrize(
    ("url", "pasted"),
    [
        (YOUTUBE, "rtmps://a.rtmps.youtube.com/live2/abcd"),
        (YOUTUBE, "rtmps://A.RTMPS.youtube.com:443/live2/abcd"),
        (YOUTUBE, "rtmp://a.rtmp.youtube.com/live2/abcd"),
        ("rtmp://example.com/live", "rtmp://example.com/live/abcd"),
        ("rtmp://example.com/live/instance", "rtmp://example.com/live/instance/abcd"),
    ],
)
def test_the_destinations_own_address_before_a_key_is_cut_off(url: str, pasted: str) -> None:
    """Whoever pastes the whole push address where the key is asked for has not made a mistake."""
    assert check_key(pasted, url) == "abcd"


@pytest.mark.parametrize(
    ("pasted", "typed", "url", "key"),
    [
        ("rtmp://h/live/SECRET", "SECRET", "rtmp://h/live", "SECRET"),
        ("rtmp://h/live/SECRET/", "SECRET", "rtmp://h/live", "SECRET"),
        ("rtmp://h/live/a/SECRET", "a/SECRET", "rtmp://h/live", "a/SECRET"),
        ("rtmp://h/live/SECRET?t=1", "SECRET?t=1", "rtmp://h/live", "SECRET?t=1"),
        ("rtmp://h/live/SECRET?t=1", "SECRET", "rtmp://h/live", "SECRET?t=1"),
        ("rtmp://h/live/SECRET", "SECRET?t=1", "rtmp://h/live", "SECRET?t=1"),
        ("rtmp://h/live?t=1", "SECRET", "rtmp://h/live?t=1", "SECRET"),
        ("rtmp://h/live/instance", "SECRET", "rtmp://h/live/instance", "SECRET"),
        ("rtmp://h/live", "live", "rtmp://h/live", "live"),
        (f"{YOUTUBE}/SECRET", "SECRET", YOUTUBE, "SECRET"),
    ],
)
def test_an_address_that_ends_with_the_key_is_stored_without(pasted: str, typed: str, url: str, key: str) -> None:
    """Whoever pastes the whole push address, and then the key, has the key nowhere but where it is encrypted."""
    target, taken = parse_ingest(pasted, typed)
    assert (target.url, taken) == (url, key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("rtmp://a.rtmp.youtube.com/live2", "k"), (YOUTUBE, "k")),
        (("rtmp://live.twitch.tv/app", "k"), ("rtmp://sfo.contribute.live-video.net/app", "k?bandwidthtest=true")),
        (("rtmp://Example.com/live", "k"), ("rtmp://example.com:1935/live/", "k")),
        (("rtmp://example.com/live/a", "k"), ("rtmp://example.com/live", "a/k")),
        (("rtmp://example.com/live", "k?x=1"), ("rtmp://example.com/live?y=2", "k")),
        (("rtmp://localhost:1936/live", "k"), ("rtmp://127.0.0.1:1936/live", "k")),
        (("rtmp://Localhost./live", "k"), ("rtmp://ip6-localhost:1935/live", "k")),
    ],
)
def test_the_same_place_is_the_same_lock(one: tuple[str, str], other: tuple[str, str]) -> None:
    """One key is one key, by whichever host, case, port or spelling it is reached."""  # N4
    assert build_lock_text(*one) == build_lock_text(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((YOUTUBE, "k"), (YOUTUBE, "K")),
        ((YOUTUBE, "k"), ("rtmps://b.rtmps.youtube.com/live2?backup=1", "k")),
        ((YOUTUBE, "k"), ("rtmps://live-api-s.facebook.com/rtmp", "k")),
        (("rtmp://example.com/live", "k"), ("rtmp://example.com:1936/live", "k")),
        (("rtmp://localhost/live", "k"), ("rtmp://127.0.0.1:1936/live", "k")),
        (("rtmp://localhost/live", "k"), ("rtmp://127.0.0.2/live", "k")),
        (("rtmp://example.com/live", "k"), ("rtmp://example.com/other", "k")),
        (("rtmp://example.com/live", "?a=1"), ("rtmp://example.com/live", "?a=2")),
    ],
)
def test_different_places_never_block_each_other(one: tuple[str, str], other: tuple[str, str]) -> None:
    """Two keys, or one key at two ingests that both want it, may run side by side."""  # N4
    assert build_lock_text(*one) != build_lock_text(*other)


@given(st.text(max_size=600) | st.from_regex(r"rtmps?://[^/]*/.*", fullmatch=True))
def test_any_text_is_an_address_or_a_refusal(text: str) -> None:
    """Nothing that somebody types as an address fails in another way than by a refusal."""
    try:
        address = parse_address(text)
    except CoreError:
        return
    assert parse_address(address.url) == address
