"""Chaos scenario: workers and a broker die under load, and the counts are compared with those of one process."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from detectors.engine import engine
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from streams.stages.score import MentionsRecord, score
from streams.stages.watch import WatchShard
from streams.views.brands import BrandRegistry
from tests.support.installation import LEAST_PATIENCE, Installation, wait_until
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from tests.support.brokers import RealBroker

PARTITIONS: Final = 4
ARGUMENTS: Final = ("--defaults", "--clock", "arrival", "--notify", "console")

Ledger = dict[str, list[tuple[int, int, int, int, int]]]


@dataclass(frozen=True)
class Scenario:
    """What is done to an installation under load."""

    seed: int
    mentions: int = 24_000
    pace: float = 0.02  # seconds between two records
    size: int = 20  # mentions a record
    victim: Literal["killed", "paused"] = "killed"  # paused: a zombie, which wakes when its partitions are others'
    broker: Literal["restarted", "killed", "frozen", "left alone"] = "restarted"

    @property
    def generator(self) -> MentionGenerator:
        """Return the mentions."""
        return MentionGenerator(self.mentions, seed=self.seed, repeated=0.02, span=timedelta(minutes=90))


@dataclass
class ChaosResult:
    """What came of it."""

    expected: Ledger
    found: Ledger = field(default_factory=dict)
    fail_over: float = 0.0  # seconds from the kill of a worker until findings flow again from all partitions

    @property
    def exact(self) -> bool:
        """Tell whether every brand's every minute counts the same, bit for bit."""
        return self.expected == self.found

    def difference(self) -> str:
        """Return what differs, for the report of a failure."""
        return "\n".join(
            f"{brand}: expected {sum(row[1] for row in rows)}, found {sum(r[1] for r in self.found.get(brand, []))}"
            for brand, rows in self.expected.items()
            if rows != self.found.get(brand)
        )


def expected(crowd: MentionGenerator, size: int) -> Ledger:
    """Return the per-minute counts of a single, uninterrupted run in this process."""
    shard, scorer, watchlist = WatchShard(BrandRegistry(defaults=True)), Scorer(), Watchlist.accepting_any()
    arrived = round(crowd.end.timestamp() * 1000)
    for number, (partition, value) in enumerate(crowd.records(PARTITIONS, size)):
        for batch in score(partition, [MentionsRecord(value, number, arrived)], watchlist, scorer).batches:
            shard.apply(batch)
    return {brand: engine.minute_counts(state) for brand, state in shard.states.items()}


def run(broker: RealBroker, script: Scenario) -> ChaosResult:
    """Send the crowd to two workers, kill one, start it again, restart the broker, and compare."""
    chance = random.Random(script.seed)
    end = round(script.generator.end.timestamp() * 1000)
    with Installation(broker, partitions=PARTITIONS) as here:
        outcome = ChaosResult(expected(script.generator, script.size))
        victim, survivor = here.worker(*ARGUMENTS), here.worker(*ARGUMENTS)
        watched = threading.Event()
        load = threading.Thread(target=_load, args=(here, script, end, watched), daemon=True)
        load.start()
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        watched.set()
        time.sleep(chance.uniform(0.3, 2.0))
        victim.pause() if script.victim == "paused" else victim.kill()
        outcome.fail_over = _fail_over(here)
        victim.resume() if script.victim == "paused" else here.worker(*ARGUMENTS)
        time.sleep(chance.uniform(0.0, 3.0))
        _restart(broker, script, chance)
        load.join()
        here.mark(end + 120_000)
        total = sum(row[1] for rows in outcome.expected.values() for row in rows)
        with suppress(TimeoutError):  # what is missing then is told by the difference
            wait_until(lambda: _counted(here) >= total, 120, f"{total} mentions counted", every=1.0)
        outcome.found = {brand: engine.minute_counts(state) for brand, state in here.states().items()}
        assert survivor.running, "the survivor has died"
    return outcome


def _load(here: Installation, script: Scenario, arrived: int, watched: threading.Event) -> None:
    """Send a quarter of the load, and the rest once the workers are at it: what follows must meet them under load."""
    records = ((partition, value, arrived) for partition, value in script.generator.records(PARTITIONS, script.size))
    here.send(islice(records, script.mentions // script.size // 4), script.pace)
    watched.wait(LEAST_PATIENCE)
    here.send(records, script.pace)


def _counted(here: Installation) -> int:
    return sum(state.totals.mentions for state in here.states().values())


def _fail_over(here: Installation) -> float:
    """Return how many seconds pass, after a worker has gone, until findings flow again from each partition."""
    start = time.monotonic()
    time.sleep(0.5)  # what the dead worker had sent last is not the survivor's
    before = here.ends(here.topics.signals.name)
    missing = set(before)

    def flowing() -> bool:
        now = here.ends(here.topics.signals.name)
        missing.difference_update([partition for partition, end in now.items() if end > before[partition]])
        return not missing

    wait_until(flowing, 60, "the survivor takes over")
    return time.monotonic() - start


def _restart(broker: RealBroker, script: Scenario, chance: random.Random) -> None:
    if script.broker == "left alone":
        return
    if script.broker == "frozen":
        broker.pause()
        time.sleep(chance.uniform(2.0, 5.0))
        broker.resume()
        return
    broker.kill() if script.broker == "killed" else broker.stop()
    time.sleep(chance.uniform(0.5, 3.0))
    broker.restart()
