"""Cost of the topic burst detector beside that of the engine: the same rows, one a batch, in one process.

Both are timed row by row in turn, so that a busy machine slows both alike; their ratio is what counts.
"""

from __future__ import annotations

import gc
from statistics import median
from time import perf_counter_ns
from typing import TYPE_CHECKING, Final

from detectors.engine.engine import advance_watermark, initial_state, process
from detectors.engine.storage import encode_parts
from detectors.policy import Policy
from detectors.topics import storage
from detectors.topics.parameters import TopicBurst
from detectors.topics.risk.terms import built_in_terms
from detectors.topics.state import TopicState
from detectors.topics.text.units import own_words
from detectors.topics.tracker import step
from mentions.model.batches import Batch

if TYPE_CHECKING:
    from detectors.topics.tracker import TopicRow

MOST_ROWS: Final = 12_000
"""Of a stream."""

MINUTE: Final = 60_000


def report_cost(title: str, rows: list[tuple[str, TopicRow]]) -> None:
    """Print mean times a row, their ratio, and the stored sizes, over the first MOST_ROWS rows."""
    policy, own, clock = Policy(), TopicBurst(), 0
    engines = {brand: initial_state(brand) for brand, _ in rows}
    topics = {brand: TopicState(own_words([brand]), built_in_terms()) for brand, _ in rows}
    engine_ns = topics_ns = 0
    gc.collect()
    gc.freeze()  # the rows themselves are no part of what is measured
    for offset, (brand, row) in enumerate(rows[:MOST_ROWS]):
        batch, clock = _batch(brand, row, offset), max(clock, row.published)
        begin = perf_counter_ns()
        engine, _ = advance_watermark(engines[brand], clock, policy)
        process(engine, batch, policy)
        middle = perf_counter_ns()
        step(topics[brand], row, own)
        topics_ns += perf_counter_ns() - middle
        engine_ns += middle - begin
    count = min(len(rows), MOST_ROWS)
    sizes = [len(storage.encode(state)) for state in topics.values()]
    cores = [len(encode_parts(state).core) for state in engines.values()]
    both = max(map(sum, zip(sizes, cores, strict=True)))
    print(
        f"{title}: engine {engine_ns / count / 1000:.0f} µs, topics {topics_ns / count / 1000:.0f} µs a row, "
        f"ratio {topics_ns / engine_ns:.2f}; stored topics {median(sizes):.0f} bytes (most {max(sizes)}), "
        f"with the engine's core at most {both}"
    )


def _batch(brand: str, row: TopicRow, offset: int) -> Batch:
    return Batch(
        brand,
        0,
        0,
        "",
        [offset],
        [0],
        [offset + 1],
        [row.published],
        [row.published],
        [row.compound],
        [row.label],
        [0.0],
        [row.channel],
        [row.author],
        [row.reach],
        [row.text_hash],
        [row.text],
        [""],
    )
