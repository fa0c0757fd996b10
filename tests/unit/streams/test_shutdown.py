"""A process that is asked to end does so in time, though what it waits for never answers."""

from __future__ import annotations

import subprocess
import sys
from signal import SIGHUP, SIGINT, SIGTERM
from typing import Final

import pytest

from tests.support.docs import ROOT

HANGS: Final = """
import asyncio, sys, time
from streams.shutdown import run_until_stopped
async def broker():
    print("started", flush=True)
    try:
        await asyncio.sleep(120)
    finally:
        await {wait}
sys.exit(0 if run_until_stopped(broker(), 0.2) else 3)
"""

BLOCKS: Final = """
import time
from streams.shutdown import interruptible
with interruptible(0.2):
    try:
        print("started", flush=True)
        time.sleep(120)
    finally:
        time.sleep(120)
"""

WORKER: Final = """
import sys, threading, time, faust
from streams import lifecycle
from streams.shutdown import Shutdown
app = faust.App("tests", broker="kafka://127.0.0.1:1", store="memory://", web_enabled=False)
@app.on_before_shutdown.connect
async def stop(*_, **__):
    await __import__("asyncio").sleep(120)
@app.agent(app.topic("mentions", value_type=bytes))
async def read(stream):
    async for _ in stream:
        pass
shutdown = Shutdown()
shutdown.reason = {reason!r}
lifecycle.STOP_TIMEOUT = 0.2
def started():
    time.sleep(1)
    print("started", flush=True)
class Started(lifecycle.OrderlyWorker):
    async def on_first_start(self):
        threading.Thread(target=started, daemon=True).start()
        await super().on_first_start()
lifecycle.OrderlyWorker = Started
sys.exit(lifecycle.run_worker(app, shutdown, "info", "console"))
"""


def code_after(program: str, number: int) -> int:
    """Return the exit code of a Python program that gets a signal once it says that it has started."""
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"started\n"
            process.send_signal(number)
            return process.wait(30)
        finally:
            process.kill()


@pytest.mark.parametrize("number", [SIGTERM, SIGINT, SIGHUP])
@pytest.mark.parametrize("wait", ["asyncio.sleep(120)", "asyncio.to_thread(time.sleep, 120)"])
def test_what_hangs_when_it_is_stopped_ends_with_the_code_of_the_signal(wait: str, number: int) -> None:
    """On the loop or in a thread."""
    assert code_after(HANGS.format(wait=wait), number) == 128 + number


@pytest.mark.parametrize("number", [SIGTERM, SIGINT])
def test_what_ends_in_order_ends_with_zero(number: int) -> None:
    """The time limit is for the rest."""
    assert code_after(HANGS.format(wait="asyncio.sleep(0)"), number) == 0


def test_code_that_blocks_is_interrupted() -> None:
    """As `tocsin record`, whose client closes its connections on the way out."""
    assert code_after(BLOCKS, SIGINT) == 130


@pytest.mark.parametrize(
    ("number", "reason", "code"), [(SIGTERM, "", 143), (SIGINT, "", 130), (SIGTERM, "a reason", 1)]
)
def test_a_worker_whose_broker_is_away_ends(number: int, reason: str, code: int) -> None:
    """With the code of the signal, or 1 where it stops by itself."""
    assert code_after(WORKER.format(reason=reason), number) == code
