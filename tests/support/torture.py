"""Torture: workers under load meet faults drawn with a seed; then counts, incidents, messages and logs are checked.

The same records go through one process without any fault: every brand's every minute must count the same, bit for bit.
"""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from kafka.errors import KafkaError

from config.brands.model import Brand
from config.brands.wire import encode_brand
from detectors.engine import engine
from mentions.sentiment import Scorer
from streams.kafka import reader
from streams.kafka.admin import KafkaBrandStore
from streams.kafka.errors import BrokerError
from streams.stages.score import MentionsRecord, score
from streams.stages.watch import WatchShard
from streams.views.brands import BrandRegistry
from tests.support.faults import FAULTS, POISONED, Site
from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import BRANDS, MentionGenerator
from tests.support.served_slack import environment, served_slack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.brokers import RealBroker
    from tests.support.chaos import Ledger
    from tocsin.demo.fake_slack.server import FakeSlack

PARTITIONS: Final = 4
CHANNEL: Final = "C0000001"
MAX_LOG: Final = 1_000_000  # bytes
MAX_RESIDENT: Final = 700  # MB
ALERT: Final = {"static_threshold": {"negative": 40}, "topic_burst": {"enabled": False}}
"""Each brand has an incident; topics would only cost time."""

Records = list[tuple[int, bytes]]


@dataclass(frozen=True)
class Ordeal:
    """What is done to an installation: a load of mentions, and faults drawn with a seed."""

    seed: int
    mentions: int = 12_000
    size: int = 20  # mentions a record
    pace: float = 0.02  # seconds between two records
    faults: int = 4

    def drawn(self) -> list[str]:
        """Return the names of the faults, in order; none twice."""
        return random.Random(self.seed).sample(sorted(FAULTS), min(self.faults, len(FAULTS)))

    def records(self) -> Records:
        """Return what is sent: some records come twice, some late, some are of a producer three days ahead."""
        chance = random.Random(self.seed)
        crowd = MentionGenerator(self.mentions, seed=self.seed, repeated=0.02)
        sent: Records = []
        for partition, value in crowd.records(PARTITIONS, self.size):
            sent.append((partition, value))
            if chance.random() < 0.05:
                sent.append(chance.choice([one for one in sent if one[0] == partition]))
            if chance.random() < 0.02:
                sent.append((partition, _ahead(value)))
        return sent


@dataclass
class Findings:
    """What came of it; every problem is a line."""

    faults: list[str]
    problems: list[str] = field(default_factory=list)
    incidents: int = 0
    seconds: float = 0.0


def run(broker: RealBroker, ordeal: Ordeal) -> Findings:
    """Send the load, inflict the faults while it runs, wait for the end, and check."""
    found, started = Findings(ordeal.drawn()), time.monotonic()
    records, brands = ordeal.records(), configured()
    crowd = MentionGenerator(ordeal.mentions, seed=ordeal.seed)
    end = round(crowd.end.timestamp() * 1000)
    wanted = expected(records, brands, end)
    total = sum(row[1] for rows in wanted.values() for row in rows)
    with (
        served_slack(channels={CHANNEL: "brand-alerts"}) as slack,
        Installation(broker, environment(slack), partitions=PARTITIONS) as here,
    ):
        KafkaBrandStore(here.connection, here.topics).publish({one.name: encode_brand(one) for one in brands})
        site = Site(here, broker, slack, random.Random(ordeal.seed), brands)
        site.add_worker()
        site.add_worker()
        load = threading.Thread(
            target=here.send, args=(((p, value, end) for p, value in records), ordeal.pace), daemon=True
        )
        load.start()
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        for name in found.faults:
            time.sleep(site.chance.uniform(0.3, 2.0))
            FAULTS[name](site)
        load.join()
        here.mark(end + 120_000)
        with suppress(TimeoutError):  # what is missing then is told by the checks
            wait_until(lambda: _holds(site, lambda: _counted(here) >= total), 120, f"{total} counted", every=1.0)
            wait_until(lambda: _holds(site, here.settled), 120, "every stage has committed", every=1.0)
        found.problems = [*site.problems, *_check_counts(here, site, wanted), *_check_workers(here, site)]
        found.incidents, unposted = _check_messages(here, slack)
        found.problems += unposted
        if found.problems:
            found.problems.append(here.logs())
    found.seconds = time.monotonic() - started
    return found


def configured() -> list[Brand]:
    """Return the brands."""
    return [Brand.model_validate({"name": name, "slack_channel": CHANNEL, "detect": ALERT}) for name in BRANDS]


def expected(records: Records, brands: list[Brand], arrived: int) -> Ledger:
    """Return the per-minute counts of a single, uninterrupted run in this process."""
    registry = BrandRegistry()
    for brand in brands:
        registry.put(brand, 0)
    registry.refresh()
    shard, scorer = WatchShard(registry), Scorer()
    for number, (partition, value) in enumerate(records):
        for batch in score(partition, [MentionsRecord(value, number, arrived)], registry.watchlist, scorer).batches:
            shard.apply(batch)
    return {brand: engine.minute_counts(state) for brand, state in shard.states.items()}


def _ahead(value: bytes) -> bytes:
    """Return a record as a producer sends it whose clock is three days ahead: its mentions are rejected."""
    lines = [json.loads(line) for line in value.splitlines()]
    later = [line | {"id": f"{line['id']}-ahead", "published_at": "2026-03-06T09:00:00+00:00"} for line in lines]
    return "\n".join(map(json.dumps, later)).encode()


def _holds(site: Site, met: Callable[[], bool]) -> bool:
    """Tell whether something is met; while a client still looks for the broker that came back, it is not."""
    site.supervise()
    try:
        return met()
    except (KafkaError, BrokerError):
        return False


def _counted(here: Installation) -> int:
    return sum(state.totals.mentions for state in here.states().values())


def _check_counts(here: Installation, site: Site, wanted: Ledger) -> Iterator[str]:
    found = {brand: engine.minute_counts(state) for brand, state in here.states().items()}
    for brand in sorted(wanted.keys() | found.keys()):
        rows, seen = wanted.get(brand, []), found.get(brand, [])
        if rows != seen:
            yield f"{brand}: expected {sum(row[1] for row in rows)} mentions, found {sum(row[1] for row in seen)}"
    if not _holds(site, here.settled):
        yield "not every stage has committed all that its topics hold"


def _check_workers(here: Installation, site: Site) -> Iterator[str]:
    for worker in here.workers:
        log = worker.log.read_text(errors="replace")
        if len(log) > MAX_LOG:
            yield f"{worker.log.name}: {len(log)} bytes of log"
        if "Traceback" in log:
            yield f"{worker.log.name}: a traceback"
    for worker in site.workers:
        if not worker.running:
            yield f"{worker.log.name}: the worker has ended"
        elif (resident := site.resident(worker)) > MAX_RESIDENT:
            yield f"{worker.log.name}: {resident} MB resident"


def _check_messages(here: Installation, slack: FakeSlack) -> tuple[int, list[str]]:
    """Return how many incidents there are, and which have not exactly one message."""
    known = reader.latest(here.connection, here.topics.incidents.name)
    incidents = [key.decode() for key in known if not key.startswith(POISONED)]
    posted = [message["metadata"]["event_payload"]["incident"] for message in slack.roots(CHANNEL)]
    wrong = [f"{name}: {posted.count(name)} messages" for name in incidents if posted.count(name) != 1]
    return len(incidents), wrong if incidents else ["no brand had an incident"]
