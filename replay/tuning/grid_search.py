"""Grid search: replays the dataset with every candidate setting, on several processors."""

from __future__ import annotations

import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from types import MappingProxyType
from typing import TYPE_CHECKING

from replay.tuning.candidates import candidates
from replay.tuning.evaluation import run_setting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from replay.tuning.candidates import Settings
    from replay.tuning.dataset import Dataset
    from replay.tuning.evaluation import Run

    Try = Callable[[Settings], Run]
    Followed = Mapping[str, Sequence[Batch | Tick]]


def grid_search(
    brands: Sequence[Brand],
    material: Dataset,
    own: Mapping[str, Collection[str]] = MappingProxyType({}),
    advance: Callable[[float], None] = lambda _done: None,
    jobs: int = 1,
) -> list[Run]:
    """Return the run of each setting: the slow part, independent of labels and budget.

    With `jobs` processes side by side, each of which holds the mentions once more; they find the same.
    """
    every = candidates(brands[0])
    records = {one.name: material.records[one.name] for one in brands if one.name in material.records}
    trials = []
    with _executor(brands, records, dict(own), min(jobs, len(every))) as tried:
        for trial in tried(every):
            trials.append(trial)
            advance(1)
    return trials


@contextmanager
def _executor(
    brands: Sequence[Brand], records: Followed, own: Mapping[str, Collection[str]], jobs: int
) -> Iterator[Callable[[Sequence[Settings]], Iterator[Run]]]:
    """Yield what tries settings one after the other, or some at a time; the order is kept."""
    if jobs < 2:  # noqa: PLR2004  one is this process
        yield partial(map, partial(run_setting, brands=brands, records=records, own=own))
        return
    context = get_context("spawn")  # never `fork`: a library may have started threads
    pool = ProcessPoolExecutor(jobs, context, _prepare, (brands, records, own))
    try:
        yield partial(pool.map, _try)
    finally:
        pool.shutdown(cancel_futures=True)


_ready: Try


def _prepare(brands: Sequence[Brand], records: Followed, own: Mapping[str, Collection[str]]) -> None:
    """Get a process ready to try settings; Ctrl-C is for the one who started it."""
    global _ready  # noqa: PLW0603  a process of the pool is asked by name only
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _ready = partial(run_setting, brands=brands, records=records, own=own)


def _try(settings: Settings) -> Run:
    return _ready(settings)
