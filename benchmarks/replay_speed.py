"""Replay speed on one core and peak memory, on simulated streams of real words and, where present, on the real posts.

Each stream is a file of mentions, real words and no text twice, that is replayed twice, each time in a process of its
own: from texts, scored on the way; and from scored records, as tuning reads them (decoding is included). Figures are
CPU time and the largest resident set.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from heapq import merge
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.detection.incidents import DATA
from benchmarks.results_table import publish, table
from benchmarks.throughput import words
from benchmarks.throughput.traffic import Traffic, brand_names, post
from mentions.model import batches
from mentions.model.batches import Tick
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.chunking import chunks, read_records
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from streams.stages.score import score
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from benchmarks.throughput.traffic import Post
    from mentions.readers.position import Line, RejectedLine

BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)
STORM: Final = timedelta(hours=2)
BRANDS: Final = 50
DAYS: Final = 30
RATES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Mentions an hour of quiet brands, in turn."""

AIRLINES: Final = DATA / "us_airlines_2015.jsonl.gz"


def published_at(number: int, days: float) -> Iterator[tuple[datetime, int]]:
    """Yield when a quiet brand is mentioned, and its number; late in the time two bursts are fifty times as dense."""
    dice, rate, end = Random(number), RATES[number % len(RATES)], BEGIN + timedelta(days=days)
    storms = [BEGIN + timedelta(days=dice.uniform(min(10, days / 2), days)) for _ in range(2)]
    at = BEGIN
    while True:
        raging = any(storm <= at < storm + STORM for storm in storms)
        at += timedelta(hours=dice.expovariate(50 * rate if raging else rate))
        if at >= end:
            return
        yield at, number


def sparse(brands: int, days: float) -> Iterator[Post]:
    """Yield the mentions of many quiet brands, in order of publication."""
    names, chance = brand_names(brands), Random(7)
    moments = merge(*(published_at(number, days) for number in range(brands)))
    for count, (text, (at, number)) in enumerate(zip(words.unique_texts(), moments, strict=False)):
        yield post(chance, count, names[number], text, round(at.timestamp() * 1_000))


def dense(count: int) -> Iterable[Post]:
    """Return the mentions of the throughput benchmark: 20 brands, one with half of 667 a minute."""
    return Traffic(count, span=timedelta(minutes=count / 667)).posts()


def steady(count: int) -> Iterable[Post]:
    """Return mentions of 8 brands, 70 an hour each."""
    return Traffic(count, brands=8, hot=1 / 8, span=timedelta(hours=count / 8 / 70)).posts()


STREAMS: Final[dict[str, tuple[str, Callable[[float], Iterable[Post]]]]] = {
    "dense": ("20 brands, one with half of 667 a minute", lambda share: dense(round(120_000 * share))),
    "steady": ("8 brands, 70 an hour each", lambda share: steady(round(40_000 * share))),
    "sparse": (f"{BRANDS} brands, {DAYS} days, ½ to 8 an hour, bursts", lambda share: sparse(BRANDS, DAYS * share)),
}
REAL: Final = ("airlines", "the airline week of the real posts")


class Run(NamedTuple):
    """What one replay took."""

    mentions: int
    seconds: float  # of CPU time
    megabytes: float  # largest resident set


def from_texts(lines: Iterable[Line | RejectedLine]) -> tuple[int, float]:
    """Replay lines, scoring them; return mentions and seconds."""
    rerun, begun = FileReplay(PolicySet.built_in(), Scorer()), time.process_time()
    for _ in rerun.run(lines):
        pass
    return rerun.mentions, time.process_time() - begun


def scored_records(lines: Iterable[Line | RejectedLine]) -> Iterator[bytes]:
    """Return lines as records of `mentions.scored`: batches, and a tick about every AT_ONCE mentions."""
    watchlist, scorer = PolicySet.built_in().watchlist, Scorer()
    for portion in chunks(read_records(lines, [])):
        yield batches.encode([*score(0, portion, watchlist, scorer).batches, Tick(0, 1, portion[-1].arrived, None)])


def from_scores(lines: Iterable[Line | RejectedLine]) -> tuple[int, float]:
    """Replay records that carry the scores, out of a file; return mentions and seconds."""
    rules, mentions = PolicySet.built_in(), 0
    watch, triage = WatchShard(rules), TriageShard(rules)
    with tempfile.TemporaryFile() as file:
        for raw in scored_records(lines):
            file.write(len(raw).to_bytes(4) + raw)
        file.seek(0)
        begun = time.process_time()
        while head := file.read(4):
            for part in batches.decode(file.read(int.from_bytes(head))):
                mentions += 0 if isinstance(part, Tick) else len(part)
                for found in watch.apply(part):
                    triage.apply(found)
        return mentions, time.process_time() - begun


WAYS: Final = {"texts": from_texts, "scores": from_scores}


def measure(path: Path, way: str) -> Run:
    """Return what the replay of a file took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.replay_speed", "--one", str(path), way]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Run(*json.loads(output))


def row(title: str, path: Path) -> tuple[str, ...]:
    """Return the line of the table about a file."""
    text, ready = measure(path, "texts"), measure(path, "scores")
    return (
        title,
        f"{text.mentions:,}",
        *(f"{run.mentions / run.seconds:,.0f}" for run in (text, ready)),
        *(f"{run.seconds:.1f}" for run in (text, ready)),
        *(f"{run.megabytes:.0f}" for run in (text, ready)),
    )


def rows(names: Iterable[str], share: float) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table; each stream is written to a file first."""
    for name in names:
        if name == REAL[0]:
            yield row(REAL[1], AIRLINES)
            continue
        title, make = STREAMS[name]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.jsonl"
            with path.open("wb") as file:
                file.writelines(mention.value + b"\n" for mention in make(share))
            yield row(title, path)


HEAD: Final = (
    "Stream",
    "Mentions",
    "A second, scoring texts",
    "A second, scores given",
    "Seconds, texts",
    "Seconds, scores",
    "MB, texts",
    "MB, scores",
)


def main() -> int:
    """Print the table, or what one replay took."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = [*STREAMS, *((REAL[0],) if AIRLINES.is_file() else ())]
    parser.add_argument("streams", nargs="*", choices=[[], *known], help="which streams; all, and into the page")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of each simulated stream, 0 to 1; below 1: print only"
    )
    parser.add_argument("--one", nargs=2, metavar=("FILE", "WAY"), help="replay in this process")
    given = parser.parse_args()
    if given.one:
        path, way = given.one
        mentions, seconds = WAYS[way](read(path))
        print(json.dumps(Run(mentions, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))
        return 0
    text = f"Texts: {words.source()}.\n\n{table(HEAD, list(rows(given.streams or known, given.share)))}"
    print(text)
    if not given.streams and given.share >= 1:
        publish("replay-speed", "Speed and memory of a replay", "replay-speed", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
