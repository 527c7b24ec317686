"""The key file, and values that never show themselves."""

import copy
import json
import logging
import os
import pickle
import stat
import traceback
from pathlib import Path

import pytest

from core.errors import DataFolderUnusable
from core.model import MAIN_SPACE, Platform
from core.secrets import KeyRing, Secret, open_key_file, rotate
from tests.fakes.nobody import as_nobody, open_folder
from tests.fakes.stores import opened, put_empty_database

KEY = "abcd-efgh-ijkl-mnop"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the key file is to be."""
    return tmp_path / "streambro.key"


def reason_of(path: Path, sealed: tuple[str, ...] = ()) -> str:
    """Return why the key file can't be used."""
    with pytest.raises(DataFolderUnusable) as refused:
        open_key_file(path, sealed)
    return refused.value.reason


def test_a_secret_never_shows_itself() -> None:
    """A key that lands in a log line, a message, an error or a file by mistake is shown as stars."""
    # N8
    secret = Secret(KEY)

    shown = [f"{secret}", f"{secret!r}", f"{secret:>40}", str([secret]), "%s" % secret, "{}".format(secret)]  # noqa: UP031, UP032 - every way to print one
    assert set(shown) == {"***", "[***]"}
    assert secret.reveal() == KEY
    assert not hasattr(secret, "__dict__")
    for leak in (pickle.dumps, json.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(secret)


def test_secrets_compare_by_what_they_hold() -> None:
    """Two secrets of one text are equal and count as one in a set; a plain text is none."""
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret("other")
    assert Secret(KEY) != KEY
    assert len({Secret(KEY), Secret(KEY), Secret("ä")}) == 2


def test_what_is_sealed_opens_again(path: Path) -> None:
    """A key that was sealed comes back the same after a restart, and looks different each time it is sealed."""
    # N8
    ring = KeyRing.create(path)
    sealed = ring.seal(KEY)

    assert KeyRing.load(path).open(sealed).reveal() == KEY
    assert ring.seal(KEY) != sealed
    assert KEY not in sealed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KEY not in repr(ring)
    assert path.read_text().split()[-1] not in repr(ring)


def test_a_digest_is_for_ever(path: Path) -> None:
    """One key has one lock, also after a restart and after rotations; another key file gives another lock."""
    # N4
    ring = KeyRing.create(path)
    digest = ring.digest(KEY)

    assert KeyRing.load(path).digest(KEY) == digest
    assert ring.with_new_key().with_newest_only().digest(KEY) == digest
    assert ring.digest(KEY + "x") != digest
    assert KeyRing.create(path.with_name("other.key")).digest(KEY) != digest
    assert KEY not in digest


def test_a_key_file_is_never_overwritten(path: Path) -> None:
    """Making a key file where one is leaves that one alone."""
    KeyRing.create(path)
    before = path.read_text()

    with pytest.raises(DataFolderUnusable):
        KeyRing.create(path)
    assert path.read_text() == before


def test_a_first_start_makes_the_key_file(path: Path) -> None:
    """Without a key file and without anything sealed one is made, and the next start uses it."""
    sealed = open_key_file(path, []).seal(KEY)

    assert open_key_file(path, [sealed]).open(sealed).reveal() == KEY


def test_a_missing_key_file_beside_keys_is_refused(path: Path) -> None:
    """Where keys are stored and the key file is gone, none is made: it would hide that the keys can't be read."""
    sealed = KeyRing.create(path.with_name("lost.key")).seal(KEY)

    assert reason_of(path, (sealed,)) == "key_missing"
    assert not path.exists()


def test_a_wrong_key_file_is_refused(path: Path) -> None:
    """Another installation's key file, or a damaged row, is refused at the start and nothing is said of the key."""
    # N8
    lost = KeyRing.create(path.with_name("lost.key"))
    ring = KeyRing.create(path)

    assert reason_of(path, (ring.seal(KEY), lost.seal(KEY))) == "key_wrong"
    assert reason_of(path, ("rubbish",)) == "key_wrong"
    assert reason_of(path, ("naïve",)) == "key_wrong"


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "rubbish",
        lambda _: "rubbish of many words\n",
        lambda text: text.replace("seal ", "seal x"),
        lambda text: text.replace("digest ", "digest x"),
        lambda text: text.split("digest")[0],
        lambda text: text[text.index("digest") :],
        lambda text: text + text[text.index("digest") :],
        lambda text: text + "unknown line\n",
        lambda text: text + "naïve\n",
    ],
)
def test_a_damaged_key_file_is_refused_without_quoting_it(path: Path, change: object) -> None:
    """A key file that is damaged or none at all is refused, and no line of it stands in the error."""
    # N8
    KeyRing.create(path)
    keys = path.read_text().split()[-3::2]
    path.write_text(change(path.read_text()))  # type: ignore[operator]  # each is a function of text

    with pytest.raises(DataFolderUnusable) as refused:
        KeyRing.load(path)

    told = "".join(traceback.format_exception(refused.value))
    assert refused.value.reason == "key_unreadable"
    assert not any(key in told for key in keys)


def test_a_folder_is_no_key_file(path: Path) -> None:
    """A folder in the key file's place is refused."""
    path.mkdir(mode=0o700)

    assert reason_of(path) == "key_unreadable"


def test_a_key_file_that_can_not_be_made_is_said(tmp_path: Path) -> None:
    """Where no key file can be written, the start is refused as that."""
    assert reason_of(tmp_path / "missing" / "streambro.key") == "not_writable"


def test_a_key_file_that_others_can_read_is_closed(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A key file copied with a mode that lets others read it is closed to them, and that is said."""
    # N8
    KeyRing.create(path)
    path.chmod(0o644)

    with caplog.at_level(logging.WARNING):
        KeyRing.load(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "could be read by other users" in caplog.text


def test_what_is_no_key_file_keeps_its_mode(tmp_path: Path) -> None:
    """A slip in key_file (a folder, somebody's text, a pipe) changes nothing about what it names."""
    folder, text, pipe = tmp_path / "folder", tmp_path / "text", tmp_path / "pipe"
    folder.mkdir()
    text.write_text("mine")
    os.mkfifo(pipe)
    for path in (folder, text, pipe):
        path.chmod(0o755)

        assert reason_of(path) == "key_unreadable"
        assert stat.S_IMODE(path.stat().st_mode) == 0o755


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file that belongs to somebody else")
def test_a_key_file_that_can_not_be_closed_is_used_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """A key file that a container mounts for all to read serves, with a warning."""
    with open_folder() as folder:
        path = folder / "streambro.key"
        KeyRing.create(path)
        path.chmod(0o644)
        with as_nobody(), caplog.at_level(logging.WARNING):
            KeyRing.load(path)

    assert "can be read by other users" in caplog.text


async def test_keys_are_rotated(path: Path) -> None:
    """After a rotation the old key opens nothing any more, and every stream key is as it was."""
    # N8
    old = KeyRing.create(path)
    async with opened(put_empty_database(path.parent)) as store:
        for number in range(3):
            name, key = f"d{number}", f"{KEY}{number}"
            await store.destinations.add(
                MAIN_SPACE, name, Platform.CUSTOM, "rtmp://a.test/live", old.seal(key), old.digest(key)
            )

        new = await rotate(old, store.destinations)

        sealed = await store.destinations.sealed_keys()
    assert [new.open(each).reveal() for each in sealed] == [f"{KEY}{number}" for number in range(3)]
    assert [open_key_file(path, sealed).open(each).reveal() for each in sealed] == [f"{KEY}{n}" for n in range(3)]
    for ring in (new, KeyRing.load(path)):
        with pytest.raises(DataFolderUnusable):
            ring.open(old.seal(KEY))


async def test_a_rotation_that_breaks_off_leaves_all_keys_readable(path: Path) -> None:
    """Whenever a rotation is cut short, the next start opens every key; rotating again finishes it."""

    class Broken:
        async def reseal(self, seal_again: object) -> int:
            raise OSError(seal_again)

    ring = KeyRing.create(path)
    sealed = ring.seal(KEY)

    with pytest.raises(OSError, match="reseal"):
        await rotate(ring, Broken())

    both = open_key_file(path, [sealed])
    assert both.open(sealed).reveal() == KEY
    assert both.open(both.seal(KEY)).reveal() == KEY
    with pytest.raises(DataFolderUnusable):
        ring.open(both.seal(KEY))
