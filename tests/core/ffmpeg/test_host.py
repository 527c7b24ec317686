"""How busy the machine is: a figure to decide by, however often it is asked for."""

import psutil

from core.ffmpeg.host import Host


class Counter:
    """A CPU that was as busy as a test says since it was last asked."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.shares = [7.0, 40.0, 60.0]

    def read(self) -> float:
        return self.shares.pop(0)


def test_asking_twice_gives_no_noise() -> None:
    """Whoever asks a moment after another hears the same: no 0 %, no 100 % of a millisecond."""  # N7
    counter = Counter()
    host = Host(lambda: counter.now_s, counter.read)
    seen = []
    for at_s in (100.0, 104.9, 105.0, 105.1, 109.9, 110.0, 110.0):
        counter.now_s = at_s
        seen.append(host.look().cpu_percent)
    assert seen == [0.0, 0.0, 40.0, 40.0, 40.0, 60.0, 60.0]


def test_it_knows_the_machine() -> None:
    """Cores and memory are those of this machine."""
    found = Host(lambda: 0.0).look()
    assert found.cores == psutil.cpu_count()
    assert found.memory_total_bytes == psutil.virtual_memory().total
