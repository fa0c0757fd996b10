"""Throughput on one core: Tocsin beside a hand-written loop, Quix Streams and a docs-style Faust app.

All read the same mentions from a real Kafka: real words, no text twice, 20 brands (one has half the traffic), one
mention a record; Tocsin packed into records of 100 as well. The worker has one core to itself, the broker another. The
contenders take turns over the rounds, in another order each time; every count per brand and minute must equal that of a
plain loop. What each contender does is in `benchmarks.throughput.contenders`.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.results_table import publish, table
from benchmarks.throughput import contenders, cores, words
from benchmarks.throughput.quix_environment import QuixMissingError
from benchmarks.throughput.traffic import Traffic
from tests.support.brokers import start_real

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.throughput.contenders import Run, Setting
    from benchmarks.throughput.timing import Speed
    from benchmarks.throughput.traffic import Counts

CONTENDERS: Final[dict[str, tuple[str, Callable[[Setting], Run]]]] = {
    "floor": ("the floor: confluent-kafka, decoded, nothing else", contenders.floor),
    "loop": ("hand-written confluent-kafka loop, stock VADER, dictionary of counts", contenders.loop),
    "quix": ("Quix Streams 3.28, tumbling window, stock VADER", contenders.quix),
    "faust": ("docs-style Faust app, stock VADER", contenders.faust),
    "single": ("**Tocsin, the whole product, one mention a record**", contenders.tocsin_single),
    "packed": ("Tocsin, the whole product, {pack} mentions a record", contenders.tocsin_packed),
}
HEAD: Final = ("contender", "mentions/s", "of single rounds", "mentions per CPU second", "peak memory [MB]", "counts")
A_SECOND: Final = 60_000 / timedelta(minutes=90).total_seconds()
"""Mentions a second of event time: a busy hour and a half of 60,000, or a shorter time as busy."""

BESIDE: Final = ("loop", "quix", "faust")


def judge(name: str, found: Counts, expected: Mapping[str, Counts], sent: int) -> str:
    """Return what the table says of the counts.

    Raises:
        ValueError: they are wrong, and no other than the docs-style app, which is known for it, made them.
    """
    if name == "floor":
        wanted, right = sent, found.total() == sent
    else:
        counts = expected["tocsin" if name in {"single", "packed"} else "vader"]
        wanted, right = counts.total(), found == counts
    if right:
        return "exact" if name != "floor" else "–"
    if name == "faust":
        kept = sum(number for (*_, kind), number in found.items() if kind == "all")
        return f"{kept / sent:.2%} of the mentions"
    raise ValueError(f"{name} miscounts: {found.total():,} where a plain loop has {wanted:,}")


def line(name: str, speeds: Sequence[Speed], verdict: str, pack: int) -> tuple[str, ...]:
    """Return a contender's line of the table: medians over the rounds."""
    rates = [speed.rate for speed in speeds]
    return (
        CONTENDERS[name][0].format(pack=pack),
        f"{statistics.median(rates):,.0f}",
        ", ".join(f"{rate:,.0f}" for rate in rates),
        _median([speed.per_core for speed in speeds]),
        _median([speed.megabytes for speed in speeds]),
        verdict,
    )


def _median(figures: Sequence[float | None]) -> str:
    known = [figure for figure in figures if figure is not None]
    return f"{statistics.median(known):,.0f}" if known else "–"


def ratios(speeds: Mapping[str, Sequence[Speed]]) -> str:
    """Return how many times Tocsin is as fast as the others, by medians, and by CPU time."""
    rate = {name: statistics.median(speed.rate for speed in found) for name, found in speeds.items() if found}
    core = {
        name: statistics.median(speed.per_core or speed.rate for speed in found)
        for name, found in speeds.items()
        if found
    }
    rows = [
        (
            f"Tocsin, {way}",
            *(f"{rate[way] / rate[peer]:.2f} ({core[way] / core[peer]:.2f})" for peer in BESIDE if peer in rate),
        )
        for way in ("single", "packed")
        if way in rate
    ]
    return table(("times as fast as (by CPU time)", *(peer for peer in BESIDE if peer in rate)), rows)


def race(setting: Setting, names: Sequence[str], rounds: int) -> tuple[dict[str, list[Speed]], dict[str, str]]:
    """Let the contenders take turns; return their speeds and what is to be reported of their counts."""
    expected = {"vader": contenders.vader_counts(setting.posts), "tocsin": contenders.tocsin_counts(setting.posts)}
    speeds: dict[str, list[Speed]] = {name: [] for name in names}
    verdicts: dict[str, str] = {}
    for number in range(rounds):
        shift = number * 2 % len(names)
        for name in (*names[shift:], *names[:shift]):
            try:
                run = CONTENDERS[name][1](setting)
            except QuixMissingError as missing:
                verdicts[name] = str(missing)
                continue
            verdicts[name] = judge(name, run.counts, expected, len(setting.posts))
            speeds[name].append(run.speed)
            print(f"round {number + 1}, {name}: {run.speed.rate:,.0f}/s, counts: {verdicts[name]}", file=sys.stderr)
    return speeds, verdicts


def main() -> None:
    """Print the table, and write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, default=60_000)
    parser.add_argument("--brands", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pack", type=int, default=100, help="mentions in a record for the packed row")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS), help="which contenders")
    parser.add_argument("--print", action="store_true", help="print the table and leave docs/results.md as it is")
    given = parser.parse_args()
    os.environ.pop("TOCSIN_PREFIX", None)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that broker and workers end with it
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    span = given.mentions / A_SECOND * timedelta(seconds=1)
    traffic = Traffic(given.mentions, given.brands, span=span, end=hour - timedelta(hours=1))
    divided = cores.divide()
    with cores.pinned(divided.rest):
        broker = start_real()
        try:
            setting = contenders.Setting(broker, traffic.posts(), traffic.end_ms, divided, given.pack)
            speeds, verdicts = race(setting, given.only, given.rounds)
        finally:
            broker.close()
    rows = [line(name, speeds[name], verdicts[name], given.pack) for name in given.only if speeds[name]]
    input_ = f"{given.mentions:,} mentions, {given.brands} brands, rounds: {given.rounds}; texts: {words.source()}."
    text = f"{input_}\n\n{table(HEAD, rows)}\n\n{ratios(speeds)}"
    print(text)
    if not given.print:
        publish("throughput", "Throughput on one core", "bench", text)


if __name__ == "__main__":
    main()
