"""Torture: workers under load meet faults drawn with a seed; then counts, incidents, messages and logs are checked.

The same records go through one process without any fault: every brand's every minute must count the same, bit for bit.
"""

from __future__ import annotations

import json
import random
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from config.brands.model import Brand
from config.brands.wire import encode_brand
from detectors.engine import engine
from mentions.sentiment import Scorer
from streams.kafka import reader
from streams.kafka.admin import KafkaBrandStore
from streams.stages.score import MentionsRecord, score
from streams.stages.watch import WatchShard
from streams.views.brands import BrandRegistry
from tests.support.faults import FAULTS, POISONED, upgrade_workers
from tests.support.installation import Installation, wait_until
from tests.support.kafka import LocalKafka
from tests.support.mention_generator import BRANDS, MentionGenerator
from tests.support.rare_faults import LAST_FAULTS, LOCAL_FAULTS, RARE_FAULTS
from tests.support.site import Load, Site
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.demo.fake_slack.serving import environment, serve_in_background

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.brokers import RealBroker
    from tests.support.chaos import Ledger

PARTITIONS: Final = 4
CHANNEL: Final = "C0000001"
MAX_LOG: Final = 1_000_000  # bytes
MAX_RESIDENT: Final = 700  # MB
ALERT: Final = {"static_threshold": {"negative": 40}, "topic_burst": {"enabled": False}}
"""Each brand has an incident; topics would only cost time."""

UPGRADE: Final = "workers upgraded one by one"
"""Drawn where an older version is given."""

Records = list[tuple[int, bytes]]


@dataclass(frozen=True)
class Ordeal:
    """What is done to an installation: a load of mentions, and faults drawn with a seed."""

    seed: int
    mentions: int = 12_000
    size: int = 20  # mentions a record
    pace: float = 0.1  # seconds between two records: the load goes on while faults are inflicted
    faults: int = 4

    only: tuple[str, ...] = ()  # these faults, in this order, and none drawn
    older: Path | None = None  # of another version, from which the first workers start

    def drawn(self, *, local: bool = True) -> list[str]:
        """Return the names of the faults, in order, none twice; `local`: the broker runs on this machine."""
        names = sorted({**FAULTS, **RARE_FAULTS, **LAST_FAULTS, **(LOCAL_FAULTS if local else {})})
        drawn = list(self.only) or random.Random(self.seed).sample(names, min(self.faults, len(names)))
        return [*([UPGRADE] if self.older else []), *sorted(drawn, key=LAST_FAULTS.__contains__)]

    def records(self) -> Records:
        """Return what is sent: some come twice, late or before their time, some are of a producer three days ahead."""
        chance = random.Random(self.seed)
        crowd = MentionGenerator(self.mentions, seed=self.seed, repeated=0.02)
        sent: Records = []
        for partition, value in crowd.records(PARTITIONS, self.size):
            sent.append((partition, value))
            if chance.random() < 0.05:
                sent.append(chance.choice([one for one in sent if one[0] == partition]))
            if chance.random() < 0.02:
                sent.append((partition, _ahead(value)))
            if chance.random() < 0.05 and len(sent) > PARTITIONS:
                sent[-1], sent[-1 - PARTITIONS] = sent[-1 - PARTITIONS], sent[-1]
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
    local = isinstance(broker, LocalKafka)
    found, started = Findings(ordeal.drawn(local=local)), time.monotonic()
    with ExitStack() as stack:
        link = stack.enter_context(closing(broker.open_link())) if isinstance(broker, LocalKafka) else None
        server = stack.enter_context(serve_in_background(FakeSlack(channels={CHANNEL: "brand-alerts"})))
        through = {} if link is None else {"TOCSIN_BROKERS": link.bootstrap}
        settings = environment(server.slack, buttons=True) | through
        here = stack.enter_context(Installation(broker, settings, partitions=PARTITIONS))
        records, brands = ordeal.records(), configured()
        end = round(MentionGenerator(ordeal.mentions, seed=ordeal.seed).end.timestamp() * 1000)
        load = Load(here, records, end, ordeal.pace)
        site = Site(here, broker, server, random.Random(ordeal.seed), brands, load, link, ordeal.older)
        wanted = expected(records, brands, end)
        _inflict(site, found)
        here.mark(end + 120_000)
        total = sum(row[1] for rows in wanted.values() for row in rows)
        site.wait_until(lambda: _counted(here) >= total, f"{total} counted")
        if not site.wait_until(here.settled, "every stage has committed"):
            site.problems.append(f"not committed: {here.uncommitted()}")
        found.incidents, unposted = _check_messages(here, server.slack)
        found.problems = [*_check_counts(here, wanted), *_check_workers(site), *unposted]
        for name in filter(LAST_FAULTS.__contains__, found.faults):
            LAST_FAULTS[name](site)
        found.problems += [*site.problems, *_check_logs(here)]
        if found.problems:
            found.problems.append(here.logs())
    found.seconds = time.monotonic() - started
    return found


def _inflict(site: Site, found: Findings) -> None:
    """Start two workers and the load, and inflict all faults but the last."""
    here = site.here
    KafkaBrandStore(here.connection, here.topics).publish({one.name: encode_brand(one) for one in site.brands})
    site.add_worker()
    site.add_worker()
    site.load.start()
    wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
    for name in found.faults:
        if name not in LAST_FAULTS:
            site.wait(0.3, 2.0)
            {**FAULTS, **RARE_FAULTS, **LOCAL_FAULTS, UPGRADE: upgrade_workers}[name](site)
    site.load.join()


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


def _counted(here: Installation) -> int:
    return sum(state.totals.mentions for state in here.states().values())


def _check_counts(here: Installation, wanted: Ledger) -> Iterator[str]:
    found = {brand: engine.minute_counts(state) for brand, state in here.states().items()}
    for brand in sorted(wanted.keys() | found.keys()):
        rows, seen = wanted.get(brand, []), found.get(brand, [])
        if rows != seen:
            yield f"{brand}: expected {sum(row[1] for row in rows)} mentions, found {sum(row[1] for row in seen)}"


def _check_workers(site: Site) -> Iterator[str]:
    for worker in site.workers:
        if not worker.running:
            yield f"{worker.log.name}: the worker has ended"
        elif (resident := site.resident(worker)) > MAX_RESIDENT:
            yield f"{worker.log.name}: {resident} MB resident"


def _check_logs(here: Installation) -> Iterator[str]:
    for worker in here.workers:
        log = worker.log.read_text(errors="replace")
        if len(log) > MAX_LOG:
            yield f"{worker.log.name}: {len(log)} bytes of log"
        if "Traceback" in log:
            yield f"{worker.log.name}: a traceback"


def _check_messages(here: Installation, slack: FakeSlack) -> tuple[int, list[str]]:
    """Return how many incidents there are, and which have not exactly one message."""
    known = reader.latest(here.connection, here.topics.incidents.name)
    incidents = [key.decode() for key in known if not key.startswith(POISONED)]
    posted = [message["metadata"]["event_payload"]["incident"] for message in slack.roots(CHANNEL)]
    wrong = [f"{name}: {posted.count(name)} messages" for name in incidents if posted.count(name) != 1]
    return len(incidents), wrong if incidents else ["no brand had an incident"]
