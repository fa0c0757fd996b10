"""Moderation on Kafka: each mention once through kills of the intake, each item decided once by many at once."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from moderation.model import Claimed, Decided, Flagged, decode
from streams.clock import wall_ms
from streams.moderation.queue_view import QueueView
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker

ITEMS = 80
MODERATORS = 5

CONFIG = """
brands:
  - name: Acme
    slack_channel: "#alerts"
    moderation: {enabled: true}
"""


def mentions(numbers: range) -> Iterator[tuple[int, bytes, None]]:
    """Yield mentions for the source partitions: each a threat with a text of its own."""
    published = int(time.time())
    for number in numbers:
        text = f"{number} days late, Acme: I will kill you"
        mention = {"id": str(number), "text": text, "published_at": published, "channel": "forum"}
        yield number % 4, json.dumps(mention).encode(), None


def flagged(here: Installation) -> Counter[str]:
    """Return how often each item was flagged."""
    records = [decode(record.value or b"") for record in here.records(here.topics.moderation.name)]
    return Counter(record.item for record in records if isinstance(record, Flagged))


async def decide_all(here: Installation, seed: int) -> list[str]:
    """Work on the queue as several moderators in a process of its own; return the items that were theirs to decide."""
    async with QueueView(here.connection, here.topics, here.partitions) as view:
        following = asyncio.create_task(view.follow())
        await view.loaded()
        done = await asyncio.gather(
            *(_work(view, f"{seed}.{number}", random.Random(seed)) for number in range(MODERATORS))
        )
        following.cancel()
    return [item for items in done for item in items]


async def _work(view: QueueView, name: str, chance: random.Random) -> list[str]:
    done: list[str] = []
    while free := [item for item in view.queue.waiting(wall_ms()) if not item.holder(wall_ms())]:
        item, now = chance.choice(free[:10]).id, wall_ms()
        claim = Claimed(id=f"c {name} {len(done)} {now} {item}", item=item, at=now, by=name, until=now + 600_000)
        if await view.submit(claim):
            continue
        decisions = [
            Decided(id=f"d{n} {name} {item}", item=item, at=now + 1, by=name, outcome="no action") for n in range(2)
        ]
        answers = [await view.submit(decision) for decision in decisions]
        assert answers == ["", f"already decided by {name}"]
        done.append(item)
    return done


def test_no_mention_is_lost_and_no_item_is_decided_twice(kafka: Broker) -> None:
    """The intake is killed as it reads; then two processes of five moderators each work on the same queue at once."""
    with Installation(kafka) as here:
        path = here.path("brands.yaml")
        Path(path).write_text(CONFIG, "utf-8")
        assert here.command("config", "apply", path, "--yes").returncode == 0
        first = here.worker("run", command="moderation")
        wait_until(lambda: "moderation intake started" in first.log.read_text("utf-8"), 60, "the intake")
        here.send(mentions(range(ITEMS // 2)), pace=0.005)
        wait_until(lambda: sum(flagged(here).values()) > 0, 60, "a first item")
        first.kill()
        here.send(mentions(range(ITEMS // 2, ITEMS)))
        second = here.worker("run", command="moderation")
        wait_until(lambda: len(flagged(here)) == ITEMS, 120, "every item")
        assert second.stop() == 0

        async def both() -> list[list[str]]:
            return list(await asyncio.gather(decide_all(here, 1), decide_all(here, 2)))

        decided = [item for items in asyncio.run(both()) for item in items]
        assert sorted(decided) == sorted(flagged(here))
        shown = here.command("moderation", "stats", "--json")
        assert json.loads(shown.stdout)["precision"][0][3] == ITEMS
        assert here.command("moderation", "list").stdout == "nothing waits\n"
