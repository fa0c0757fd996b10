"""Cost of many brands: configuration, start, recovery, memory, state, time that passes, web overview, speed."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.request import urlopen

from benchmarks.results_table import table
from benchmarks.throughput import cores
from benchmarks.throughput.contenders import PARTITIONS, tocsin_job
from benchmarks.throughput.process import started, tocsin
from benchmarks.throughput.timing import PATIENCE, caught_up, timed
from benchmarks.throughput.traffic import MINUTE_MS, Traffic, brand_names, markers, packed, send, spread
from tests.support.installation import Installation, wait_until
from tests.support.ports import is_listening, pick_ports

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.throughput.process import Process
    from tests.support.brokers import RealBroker

A_SECOND: Final = 11
MINUTES: Final = 10
"""Minutes without a mention whose cost is measured."""

VIEWS: Final = 3
"""Requests of the web overview, of which the median counts."""

HEAD: Final = (
    "brands",
    "`config apply` [s]",
    "start [s]",
    "one a record, mentions/s",
    "packed, mentions/s",
    "CPU a quiet minute [ms]",
    "peak memory [MB]",
    "state a brand [bytes]",
    "start with state [s]",
    "memory after it [MB]",
    "web overview",
)


class Overview(NamedTuple):
    """The first page of the web server."""

    megabytes: float
    seconds: float


def apply(here: Installation, number: int) -> float:
    """Write and apply a configuration of so many brands; returns how long that took.

    Raises:
        RuntimeError: the command failed.
    """
    path = Path(here.path("brands.yaml"))
    path.write_text("brands:\n" + "".join(f"  - name: {name}\n" for name in brand_names(number)), encoding="utf-8")
    begun = time.monotonic()
    done = here.command("config", "apply", str(path), "--yes")
    if done.returncode:
        raise RuntimeError(f"config apply: {done.stdout[-1_000:]}{done.stderr[-1_000:]}")
    return time.monotonic() - begun


@contextmanager
def began(here: Installation, instant: int) -> Iterator[tuple[Process, float]]:
    """Give a worker and the seconds until it had committed a marker of each partition."""
    send(here.connection.bootstrap, here.topics.mentions.name, markers(instant, PARTITIONS))
    begun = time.monotonic()
    with started(here, tocsin(), cores.divide().worker) as (worker,):
        end = sum(here.ends(here.topics.mentions.name).values())
        wait_until(lambda: here.committed(here.topics.mentions.name) >= end, PATIENCE, "the worker starts", every=0.05)
        yield worker, time.monotonic() - begun


def quiet_minute(here: Installation, worker: Process, instant: int) -> float:
    """Return the CPU time of a minute that passes without a mention [ms]."""
    before = cores.cpu_seconds(worker.pid) or 0.0
    begun = time.monotonic()
    for minute in range(1, MINUTES + 1):
        records = markers(instant + minute * MINUTE_MS, PARTITIONS)
        send(here.connection.bootstrap, here.topics.mentions.name, records)
    caught_up(here, tocsin_job(here, worker), begun)
    return ((cores.cpu_seconds(worker.pid) or 0.0) - before) / MINUTES * 1_000


def state_bytes(here: Installation) -> float:
    """Return the mean size of a brand's state in the changelog [bytes]."""
    latest = {record.key: len(record.value or b"") for record in here.records(here.topics.watch_state.name)}
    return statistics.mean(latest.values())


def overview(here: Installation) -> Overview:
    """Return size and time of the web overview, once the server shows it."""
    port = next(pick_ports())
    here.worker("--port", str(port), "--config", here.path("brands.yaml"), command="web")
    wait_until(lambda: is_listening(port), PATIENCE, "the web server listens")
    found = []
    for _ in range(VIEWS + 1):
        begun = time.monotonic()
        with urlopen(f"http://127.0.0.1:{port}/", timeout=120) as answer:
            found.append(Overview(len(answer.read()) / 1e6, time.monotonic() - begun))
    return Overview(found[-1].megabytes, statistics.median(view.seconds for view in found[1:]))


def row(broker: RealBroker, number: int, mentions: int) -> tuple[str, ...]:
    """Return the line of the table about so many brands."""
    traffic = _traffic(number, mentions)
    posts, half = traffic.posts(), traffic.count // 2
    with Installation(broker, partitions=PARTITIONS) as here:
        applied = apply(here, number)
        with began(here, posts[0].published) as (worker, fresh):
            job = tocsin_job(here, worker)
            one = timed(here, job, list(spread(posts[:half], PARTITIONS)))
            many = timed(here, job, list(packed(posts[half:], 100, PARTITIONS)))
            minute = quiet_minute(here, worker, traffic.end_ms)
            peak, state = cores.peak_megabytes(worker.pid), state_bytes(here)
        with began(here, traffic.end_ms + (MINUTES + 1) * MINUTE_MS) as (again, recovered):
            memory = cores.peak_megabytes(again.pid)
        page = overview(here)
    return (
        f"{number:,}",
        f"{applied:.1f}",
        f"{fresh:.1f}",
        f"{one.rate:,.0f}",
        f"{many.rate:,.0f}",
        f"{minute:,.0f}",
        f"{peak or 0:,.0f}",
        f"{state:,.0f}",
        f"{recovered:.1f}",
        f"{memory or 0:,.0f}",
        f"{page.megabytes:.2f} MB, {page.seconds:.2f} s",
    )


def _traffic(number: int, mentions: int) -> Traffic:
    """Return traffic that names every brand twice at least, half of it one a record and half packed."""
    count = max(mentions, 2 * number)
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    return Traffic(count, number, 1 / number, timedelta(seconds=count / A_SECOND), hour - timedelta(hours=1))


def report(broker: RealBroker, numbers: Iterable[int], mentions: int) -> str:
    """Return the table."""
    title = f"**Brands**: {mentions:,} mentions (two a brand at least), half one a record and half packed by 100."
    return f"{title}\n\n{table(HEAD, list(_rows(broker, numbers, mentions)))}"


def _rows(broker: RealBroker, numbers: Iterable[int], mentions: int) -> Iterator[tuple[str, ...]]:
    return (row(broker, number, mentions) for number in numbers)
