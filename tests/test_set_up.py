"""What `make` does to the folder before anything is installed."""

from pathlib import Path

import pytest

from tools.venv import main


@pytest.mark.real
def test_an_environment_that_is_shared_by_a_link_is_left_alone(tmp_path: Path) -> None:
    """Somebody who linked another checkout's environment gets one of his own, and the other stays as it was."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "kept").write_text("")
    ours = tmp_path / "ours"
    ours.symlink_to(theirs)

    main(ours)

    assert (theirs / "kept").exists()
    assert not ours.is_symlink()
    assert (ours / "bin" / "pip").is_file()
