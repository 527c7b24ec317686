"""What a terminal shows of what is typed while lines are printed above a prompt."""

import os
import pty
import termios

from bot.cli.typing_unseen import LOCAL_FLAGS, UnseenInput


def test_a_key_typed_while_a_line_is_printed_is_not_shown() -> None:
    """The terminal's own echo stays off while an alert is printed above the prompt: it could show half a key."""
    # N8
    master, slave = pty.openpty()
    with os.fdopen(slave) as stdin:
        keyboard = UnseenInput(stdin)
        with keyboard.raw_mode(), keyboard.cooked_mode():
            assert not termios.tcgetattr(slave)[LOCAL_FLAGS] & termios.ECHO
    os.close(master)
