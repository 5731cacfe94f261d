"""The places of a host: so many and no more, over all processes, and given back by death."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from storage.host_places import HostPlaces

HOLDER = """
import sys, time
from pathlib import Path
from storage.host_places import HostPlaces
place = HostPlaces(Path(sys.argv[1])).take("news.example", 1)
print("held" if place else "full", flush=True)
time.sleep(60)
"""


def test_a_host_has_so_many_places_and_others_have_their_own(tmp_path: Path) -> None:
    places = HostPlaces(tmp_path)
    first, second = places.take("news.example", 2), places.take("news.example", 2)
    assert first is not None
    assert second is not None
    assert places.take("news.example", 2) is None
    assert places.take("other.example", 1) is not None
    first.leave()
    assert places.take("news.example", 2) is not None


def test_another_process_holds_one_until_it_dies(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert HostPlaces(tmp_path).take("news.example", 1) is None
        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=10)
        assert HostPlaces(tmp_path).take("news.example", 1) is not None
    finally:
        holder.kill()
        holder.communicate()


def test_nothing_is_left_behind_and_it_is_cheap(tmp_path: Path) -> None:
    places = HostPlaces(tmp_path)
    begun = time.perf_counter()
    for number in range(1000):
        place = places.take(f"{number}.example", 1)
        assert place is not None
        place.leave()
    assert time.perf_counter() - begun < 2
    assert list(tmp_path.iterdir()) == []
