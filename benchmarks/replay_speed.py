"""Replay speed on one core and peak memory, on simulated streams and, where present, on the real posts.

Each stream is replayed twice, each time in a process of its own: from texts, scored on the way; and from scored
records, as tuning reads them (decoding is included). Streams are generated while they are read and never held whole;
the time of generation is left out. Figures are CPU time and the largest resident set.
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
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.incidents import DATA
from benchmarks.results_table import publish, table
from mentions.model import batches
from mentions.model.batches import Tick
from mentions.readers.files import read
from mentions.readers.position import START, Line, RejectedLine
from mentions.sentiment import Scorer
from replay.player.chunking import chunks, read_records
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from streams.stages.score import score
from streams.stages.triage import TriageShard
from streams.stages.watch import WatchShard
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)
STORM: Final = timedelta(hours=2)
BRANDS: Final = 50
DAYS: Final = 30
RATES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Mentions an hour of quiet brands, in turn."""


class Written(NamedTuple):
    """An invented mention and when it is published."""

    at: datetime
    text: bytes


def of_crowd(crowd: MentionGenerator) -> Iterator[Line]:
    """Return a crowd's mentions as lines."""
    for number, mention in enumerate(crowd.mentions()):
        yield Line(number, json.dumps(mention).encode(), START)


def quiet_brand(number: int, days: int) -> Iterator[Written]:
    """Return the mentions of a brand with a few an hour, and after ten days two bursts of fifty times as many."""
    dice, rate, end = Random(number), RATES[number % len(RATES)], BEGIN + timedelta(days=days)
    storms = [BEGIN + timedelta(days=dice.uniform(min(10, days / 2), days)) for _ in range(2)]
    at, count = BEGIN, 0
    while True:
        raging = any(storm <= at < storm + STORM for storm in storms)
        at += timedelta(hours=dice.expovariate(50 * rate if raging else rate))
        if at >= end:
            return
        (mention,) = MentionGenerator(
            1, dice.randrange(1 << 40), (f"Brand {number}",), at, angry=0.8 if raging else 0.2, repeated=0
        ).mentions()
        yield Written(at, json.dumps({**mention, "id": f"{number}-{count}"}).encode())
        count += 1


def of_quiet_brands(brands: int, days: int) -> Iterator[Line]:
    """Return the mentions of many quiet brands as lines, in order of publication."""
    for number, written in enumerate(merge(*(quiet_brand(brand, days) for brand in range(brands)))):
        yield Line(number, written.text, START)


STREAMS: Final[dict[str, tuple[str, Callable[[], Iterable[Line | RejectedLine]]]]] = {
    "dense": (
        "8 brands, 250 a minute each",
        lambda: of_crowd(MentionGenerator(240_000, span=timedelta(hours=2), repeated=0)),
    ),
    "steady": (
        "8 brands, 70 an hour each",
        lambda: of_crowd(MentionGenerator(40_000, span=timedelta(days=3), repeated=0)),
    ),
    "month": (f"{BRANDS} brands, {DAYS} days, ½ to 8 an hour, bursts", lambda: of_quiet_brands(BRANDS, DAYS)),
    "airlines": ("the airline week of the real posts", lambda: read(str(DATA / "us_airlines_2015.jsonl.gz"))),
}


class Run(NamedTuple):
    """What one replay took."""

    mentions: int
    seconds: float  # of CPU time
    megabytes: float  # largest resident set


class Making:
    """Lines a thousand at a time, and how many seconds of CPU time it took to make them."""

    def __init__(self, lines: Iterable[Line | RejectedLine]) -> None:
        self.seconds = 0.0
        self._lines = iter(lines)

    def __iter__(self) -> Iterator[Line | RejectedLine]:
        """Yield the lines."""
        while chunk := self._make():
            yield from chunk

    def _make(self) -> list[Line | RejectedLine]:
        begun = time.process_time()
        chunk = list(islice(self._lines, 1_000))
        self.seconds += time.process_time() - begun
        return chunk


def from_texts(lines: Iterable[Line | RejectedLine]) -> tuple[int, float]:
    """Replay lines, scoring them; return mentions and seconds."""
    rerun, source, begun = FileReplay(PolicySet.built_in(), Scorer()), Making(lines), time.process_time()
    for _ in rerun.run(source):
        pass
    return rerun.mentions, time.process_time() - begun - source.seconds


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


def measure(stream: str, way: str) -> Run:
    """Return what a replay took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.replay_speed", "--one", stream, way]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Run(*json.loads(output))


def row(stream: str) -> tuple[str, ...]:
    """Return the line of the table about a stream."""
    text, ready = measure(stream, "texts"), measure(stream, "scores")
    return (
        STREAMS[stream][0],
        f"{text.mentions:,}",
        *(f"{run.mentions / run.seconds:,.0f}" for run in (text, ready)),
        *(f"{run.seconds:.1f}" for run in (text, ready)),
        *(f"{run.megabytes:.0f}" for run in (text, ready)),
    )


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
    parser.add_argument("streams", nargs="*", choices=[[], *STREAMS], help="which streams; all, and into the page")
    parser.add_argument("--one", nargs=2, metavar=("STREAM", "WAY"), help="replay in this process")
    given = parser.parse_args()
    if given.one:
        stream, way = given.one
        mentions, seconds = WAYS[way](STREAMS[stream][1]())
        print(json.dumps(Run(mentions, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))
        return 0
    at_hand = [name for name in given.streams or STREAMS if name != "airlines" or DATA.is_dir()]
    text = table(HEAD, [row(name) for name in at_hand])
    print(text)
    if not given.streams:
        publish("replay-speed", "Speed and memory of a replay", "replay-speed", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
