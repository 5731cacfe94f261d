"""The processes that read pages, as a terminal knows them."""

import subprocess
import sys

from tests.conftest import ROOT, environment

# A terminal's Ctrl-C goes to the whole group: to this script, which ends later, and to what it has just started.
CTRL_C_AT_THE_START = """
import asyncio, os, signal, time
from pipelines.workers import Workers, prepare

signal.signal(signal.SIGINT, lambda *_: None)
prepare()
for _ in range(20):
    time.sleep(0.03)
    os.killpg(0, signal.SIGINT)
workers = Workers(1)
print(asyncio.run(workers.run(len, "https://brackwater.example/", "still there")))
workers.close()
"""


def test_a_ctrl_c_while_workers_start_is_the_commands_to_answer() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CTRL_C_AT_THE_START],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("11\n", "")
