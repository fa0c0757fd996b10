"""Cost of the topic burst detector: the engine's time a row and its stored size, with topics and without.

python -m benchmarks.detection.topic_cost ../shared/data/incidents/*.jsonl.gz

The same scored rows, one a batch, go through two engines in turn, in one process: a busy machine slows both alike, and
their ratio is what counts. No text of a post is printed.
"""

from __future__ import annotations

import argparse
import gc
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine.admission import select
from detectors.engine.engine import advance_watermark, initial_state, process
from detectors.engine.storage import encode_parts
from detectors.policy import Policy
from mentions.model.batches import Batch
from mentions.readers.files import read
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from replay.tuning.dataset import gather

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS: Final = 12_000
"""Of a stream."""

POLICIES: Final = (Policy.model_validate({"topic_burst": {"enabled": False}}), Policy())


def single_rows(path: Path, scorer: Scorer) -> list[Batch]:
    """Return the scored mentions of a file as batches of one, in order of publication."""
    records = gather(read(str(path)), Watchlist.accepting_any(), scorer).records
    batches = [one for kept in records.values() for one in kept if isinstance(one, Batch)]
    rows = [select(batch, [place]) for batch in batches for place in range(len(batch))]
    rows.sort(key=lambda row: row.published[0])
    return [msgspec.structs.replace(row, offsets=[n], indexes=[0]) for n, row in enumerate(rows[:MOST_ROWS])]


def measure(rows: list[Batch]) -> Iterator[tuple[float, int]]:
    """Yield the mean time a row [µs] and the largest stored core [bytes], without topics and with them."""
    states = [{row.brand: initial_state(row.brand) for row in rows} for _ in POLICIES]
    spent, clock = [0, 0], 0
    gc.collect()
    gc.freeze()  # the rows themselves are no part of what is measured
    for row in rows:
        clock = max(clock, row.published[0])
        for place, (known, policy) in enumerate(zip(states, POLICIES, strict=True)):
            begin = perf_counter_ns()
            state, _ = advance_watermark(known[row.brand], clock, policy)
            process(state, row, policy)
            spent[place] += perf_counter_ns() - begin
    for known, elapsed in zip(states, spent, strict=True):
        yield elapsed / len(rows) / 1000, max(len(encode_parts(state).core) for state in known.values())


def main() -> None:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    scorer = Scorer()
    for path in parser.parse_args().files:
        (without, small), (with_topics, large) = measure(single_rows(path, scorer))
        print(
            f"{path.name}: {without:.0f} µs a row without topics, {with_topics:.0f} with, ratio "
            f"{with_topics / without:.2f}; stored core at most {small} and {large} bytes"
        )


if __name__ == "__main__":
    main()
