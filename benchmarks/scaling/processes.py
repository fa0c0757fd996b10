"""Speed of one and of more worker processes, with even brands and with one that has nearly all the traffic."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.results_table import table
from benchmarks.throughput import cores
from benchmarks.throughput.contenders import PARTITIONS, tocsin_job
from benchmarks.throughput.process import started, tocsin
from benchmarks.throughput.timing import timed
from benchmarks.throughput.traffic import Traffic, markers, spread
from tests.support.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.throughput.timing import Speed
    from tests.support.brokers import RealBroker

BRANDS: Final = 20
HOT: Final = 0.9
A_SECOND: Final = 11
"""Mentions a second of event time."""

HEAD: Final = (
    "workers",
    "share of the busiest brand",
    "mentions/s",
    "mentions per CPU second",
    "peak memory, all [MB]",
)


def run(broker: RealBroker, workers: int, traffic: Traffic) -> Speed:
    """Return how fast some workers are on traffic spread over four partitions, one mention a record."""
    where = cores.divide(workers).worker
    with (
        Installation(broker, partitions=PARTITIONS) as here,
        started(here, tocsin("--defaults"), where, workers) as processes,
    ):
        records = [*spread(traffic.posts(), PARTITIONS), *markers(traffic.end_ms, PARTITIONS)]
        return timed(here, tocsin_job(here, *processes), records)


def rows(broker: RealBroker, mentions: int, counts: Iterable[int]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table: each number of workers with even brands, the largest with a hot one as well."""
    span, numbers = timedelta(seconds=mentions / A_SECOND), sorted(counts)
    for workers, hot in [*((number, 1 / BRANDS) for number in numbers), (numbers[-1], HOT)]:
        speed = run(broker, workers, Traffic(mentions, BRANDS, hot, span))
        yield (
            str(workers),
            f"{hot:.0%}",
            f"{speed.rate:,.0f}",
            f"{speed.per_core or 0:,.0f}",
            f"{speed.megabytes or 0:,.0f}",
        )


def report(broker: RealBroker, mentions: int, counts: Iterable[int]) -> str:
    """Return the table."""
    title = f"**Processes**: {mentions:,} mentions, {BRANDS} brands, {PARTITIONS} partitions, one mention a record."
    return f"{title}\n\n{table(HEAD, rows(broker, mentions, counts))}"
