"""Secrets are cut out of every text."""

import html
import io
import json
import logging
import string
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.redact import Redactor

KEY = "ab/cd?e=f&g%2B-h+i"
TELEGRAM = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw2"
DISCORD = "MTE4NzM2MTU4NDk0ODc1MjM4.GxYzAb.0123456789abcdefghijklmnopqrstuvwxyzAB"
# What may stand in a stream key (`facts.md`), so what a redactor will meet.
KEYS = st.text(string.ascii_letters + string.digits + "._~:/?=&%+-", min_size=4, max_size=60)


@pytest.mark.parametrize("write", [str, quote, lambda k: quote(k, safe=""), quote_plus, html.escape, json.dumps, repr])
def test_a_known_key_is_cut_out_however_it_is_written(write: object) -> None:
    """A stream key is not shown, also not in a URL, in JSON, in HTML or in a traceback."""
    # N8
    text = f"sent to <{write(KEY)}> today"  # type: ignore[operator]  # each is a function of text

    assert "***" in Redactor([KEY]).redact(text)
    assert "cd" not in Redactor([KEY]).redact(text)
    assert Redactor([KEY]).redact(text).startswith("sent to <")


@given(KEYS, st.text(max_size=50), st.text(max_size=50))
def test_no_key_stays_whatever_stands_around_it(key: str, before: str, after: str) -> None:
    """Whatever a key is made of and wherever it stands, the text without its neighbours doesn't show it."""
    # N8
    redacted = Redactor([key]).redact(f"{before}\n{key}\n{after}")

    assert key not in redacted.replace(before, "").replace(after, "").replace("***", "")


def test_of_two_keys_that_begin_alike_none_stays() -> None:
    """Where one key is the beginning of another, the rest of the longer one does not stay either."""
    assert Redactor(["abcd", "abcd-efgh"]).redact("abcd-efgh abcd") == "*** ***"


def test_a_key_in_use_twice_stays_covered() -> None:
    """When one of two streams that bear a key ends, the key is still not shown; after the second it is forgotten."""
    # R13
    redactor = Redactor([KEY, KEY])

    redactor.remove(KEY)
    assert redactor.redact(f"is {KEY}") == "is ***"
    redactor.remove(KEY)
    redactor.remove(KEY)
    redactor.remove("never added")
    assert redactor.redact("cd?e") == "cd?e"
    assert redactor.redact(f"is {KEY}") == f"is {KEY}"
    redactor.add(KEY)
    assert redactor.redact(f"is {KEY}") == "is ***"


def test_too_short_ones_are_left_alone() -> None:
    """A secret of three letters would cut holes into every text, so it is not looked for."""
    assert Redactor(["the"]).redact("the end") == "the end"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("rtmp://a.rtmp.test/live2/abcd-efgh", "rtmp://a.rtmp.test/live2/***"),
        ("RTMPS://a.test:443/rtmp/FB-1-x?s_bl=1&a=b.", "RTMPS://a.test:443/rtmp/***."),
        (
            "Error opening output rtmp://h/app/k: Connection refused",
            "Error opening output rtmp://h/app/***: Connection refused",
        ),
        ("'rtmp://h/app/key' and \"rtmps://h/app/key\"", "'rtmp://h/app/***' and \"rtmps://h/app/***\""),
        ("rtmp://h/app?token=secret", "rtmp://h/app?***"),
        ("rtmp://user:pass@h/app", "rtmp://***@h/app"),
        ("rtmp://h/app", "rtmp://h/app"),
        ("rtmp://h/app/", "rtmp://h/app/"),
        ("rtmp://[::1]:1935/live", "rtmp://[::1]:1935/live"),
        ("['-rtmp_playpath', 'abcd-efgh', '-f']", "['-rtmp_playpath', '***', '-f']"),
        ("-rtmp_playpath abcd-efgh -f flv", "-rtmp_playpath *** -f flv"),
        (f"POST https://api.test/bot{TELEGRAM}/getMe", "POST https://api.test/bot***/getMe"),
        (f"POST https://api.test/bot{quote(TELEGRAM)}/getMe", "POST https://api.test/bot***/getMe"),
        (f"Bot {DISCORD}", "Bot ***"),
        (
            "/api/v10/interactions/118736158494875238/aW50ZXJhY3Rpb24/callback",
            "/api/v10/interactions/118736158494875238/***/callback",
        ),
        ("/webhooks/1187/aW50-ZXJhY3Rpb24?wait=true", "/webhooks/1187/***?wait=true"),
    ],
)
def test_what_looks_like_a_secret_is_cut_out(text: str, redacted: str) -> None:
    """A key or token that nobody announced is not shown either, and what helps to understand the line stays."""
    # N8
    assert Redactor().redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "frame=  250 fps= 25 q=-1.0 size=    1024KiB time=00:00:10.00 bitrate= 838.9kbits/s speed=1.0x",
        "at 2026-12-01T18:00:00.123456+00:00 core.store.migrations.versions",
        "https://example.test/a/b/c?d=e",
        "user 123456789: hello there",
        "sqlalchemy.dialects.sqlite.pysqlite and asyncio.unix_events._UnixSelectorEventLoop",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    """Redaction cuts no hole into a line that holds no secret."""
    assert Redactor().redact(text) == text


def log_to(redactor: Redactor, formatter: logging.Formatter | None = None) -> tuple[logging.Logger, io.StringIO]:
    """Return a logger of its own with a redacted handler, and what that writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logger = logging.getLogger("tests.redact")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.DEBUG)
    redactor.install(logger)
    return logger, stream


def fail(key: str) -> None:
    """Raise an error that tells a key in every way an error can."""
    cause = ValueError(key)
    cause.add_note(key)
    raise RuntimeError(f"key is {key}") from cause


def test_nothing_secret_reaches_a_log() -> None:
    """Message, arguments, exception, its cause, its notes and the stack of a log record are all redacted."""
    # N8
    logger, stream = log_to(Redactor([KEY]), logging.Formatter("%(levelname)s %(message)s %(why)s"))
    extra = {"why": KEY}

    logger.info("plain %s and %r and %s", KEY, {KEY: [KEY]}, quote(KEY), extra=extra, stack_info=True)
    try:
        fail(KEY)
    except RuntimeError:
        logger.exception("failed", extra=extra)

    text = stream.getvalue()
    assert "cd?e" not in text
    assert "INFO plain *** and" in text
    assert "RuntimeError: key is ***" in text
    assert "ValueError: ***" in text
    assert "Stack (most recent call last)" in text


def test_installing_twice_changes_nothing() -> None:
    """Set up again, as after reading the configuration anew, a handler still writes each line once and redacted."""
    redactor = Redactor([KEY])
    logger, stream = log_to(redactor)
    redactor.install(logger)

    logger.warning("it is %s", KEY)

    assert stream.getvalue() == "it is ***\n"


def test_a_redactor_does_not_show_what_it_knows() -> None:
    """A redactor that lands in a log itself shows no secret."""
    # N8
    assert "cd" not in repr(Redactor([KEY]))
