"""Throughput benchmark: it judges counts as it says, and measures processes as they are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks import bench
from benchmarks.throughput import contenders, cores, plain_loop
from benchmarks.throughput.timing import Freeze, Speed
from benchmarks.throughput.traffic import Counts, Traffic

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="needs Linux's /proc")


def counts(**numbers: int) -> Counts:
    """Return counts of one minute of a brand."""
    return Counter({("Brabank", 0, kind): number for kind, number in numbers.items()})


def test_a_miscount_ends_the_benchmark() -> None:
    """Only the docs-style app, which is known to lose some, may differ from the plain loop, and the table says so."""
    expected = {"vader": counts(all=100, negative=30), "tocsin": counts(all=100, negative=40)}
    assert bench.judge("single", expected["tocsin"], expected, 100) == "exact"
    assert bench.judge("loop", expected["vader"], expected, 100) == "exact"
    assert bench.judge("faust", counts(all=99, negative=30), expected, 100) == "99.00% of the mentions"
    for name in ("single", "packed", "loop", "quix"):
        with pytest.raises(ValueError, match=f"{name} miscounts"):
            bench.judge(name, counts(all=99, negative=30), expected, 100)
    with pytest.raises(ValueError, match="floor miscounts"):
        bench.judge("floor", counts(all=99), expected, 100)


def test_ratios_are_those_of_the_medians() -> None:
    """One odd round does not decide, neither by the clock nor by CPU time."""
    speeds = {
        "single": [Speed(200, 400, 1), Speed(20, 40, 1), Speed(220, 410, 1)],
        "loop": [Speed(100, 100, 1), Speed(100, 100, 1), Speed(900, 900, 1)],
    }
    assert "| Tocsin, single | 2.00 (4.00) |" in bench.ratios(speeds)


def test_the_hand_written_loop_counts_as_the_check_does() -> None:
    """Both ways to the counts of stock VADER agree."""
    traffic = Traffic(200, brands=3, span=timedelta(minutes=3))
    posts, found = traffic.posts(), Counter[plain_loop.Key]()
    plain_loop.count((json.loads(one.value) for one in posts), found)
    assert found == contenders.vader_counts(posts)


def test_every_mention_is_in_the_counts_of_the_own_scorer() -> None:
    """All of them are counted, and some but not all are negative."""
    posts = Traffic(200, brands=3, span=timedelta(minutes=3)).posts()
    found = contenders.tocsin_counts(posts)
    kinds = Counter[str]()
    for (_, _, kind), number in found.items():
        kinds[kind] += number
    assert kinds["all"] == len(posts)
    assert 0 < kinds["negative"] < len(posts)


@needs_proc
def test_cpu_time_and_memory_of_a_process() -> None:
    """They grow with what it does; of a process that does not exist they are unknown."""
    before = cores.cpu_seconds(os.getpid())
    begun = time.process_time()
    while time.process_time() - begun < 0.1:
        pass
    after = cores.cpu_seconds(os.getpid())
    assert before is not None
    assert after is not None
    assert after - before >= 0.05
    assert (cores.peak_megabytes(os.getpid()) or 0) > 10
    assert cores.cpu_seconds(2**22 + 1) is None
    assert cores.peak_megabytes(os.getpid(), 2**22 + 1) is None


@needs_proc
def test_a_frozen_process_does_nothing_until_the_end() -> None:
    """It stands still, and goes on afterwards; a second end changes nothing."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        freeze = Freeze(process.pid)
        time.sleep(0.1)  # until the signal is delivered
        before = cores.cpu_seconds(process.pid)
        time.sleep(0.3)
        assert cores.cpu_seconds(process.pid) == before
        assert freeze.end() == freeze.end()
        deadline = time.monotonic() + 20
        while cores.cpu_seconds(process.pid) == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system cannot pin processes")
def test_a_pinned_process_stays_where_it_was_started() -> None:
    """A child has the worker's cores; the benchmark has its own again."""
    mine, divided = os.sched_getaffinity(0), cores.divide()
    assert divided.worker is not None
    with cores.pinned(divided.worker):
        child = subprocess.run(
            [sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"],
            capture_output=True,
            text=True,
            check=True,
        )
    assert set(map(int, child.stdout.split())) == divided.worker
    assert os.sched_getaffinity(0) == mine
    if len(mine) > 1:
        assert divided.worker.isdisjoint(divided.rest or ())
