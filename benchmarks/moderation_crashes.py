"""Crashes of the moderation queue: ten thousand items, two services of five moderators each, killed at random.

`make moderation-crashes`. Each service reads the queue, claims and decides; the claim of a killed one ends by itself.
What the moderators were told is compared with the topic: no item may be lost, decided twice, or claimed by two at once,
and no decision that was confirmed may be missing.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.results_table import publish, table
from config.environment import from_environ
from moderation.lifecycle import apply
from moderation.model import Claimed, Decided, Flagged, PolicyFinding, Post, decode, encode
from streams.clock import wall_ms
from streams.kafka import clients, reader
from streams.kafka.connection import connect
from streams.kafka.topics import Topics
from streams.moderation.queue_view import QueueView
from tests.support.brokers import start_real
from tests.support.installation import Installation

if TYPE_CHECKING:
    from moderation.model import AnyRecord, Item

MODERATORS: Final = 5
SERVICES: Final = 2
CLAIM_MS: Final = 4_000
"""How long a claim lasts here: that of a killed service ends soon."""

LIFE: Final = (1.0, 8.0)
"""Seconds that a service lives at least and at most."""


def main() -> int:
    """Run the scenario, or one service of it; 1 if anything is wrong."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--items", type=int, default=10_000)
    arguments.add_argument("--kills", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--serve", default="", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.serve:
        asyncio.run(_serve(given.seed, Path(given.serve)))
        return 0
    broker = start_real()
    try:
        with Installation(broker) as here, tempfile.TemporaryDirectory(prefix="tocsin-queue-") as folder:
            return _run(here, Path(folder), given)
    finally:
        broker.close()


def _run(here: Installation, folder: Path, given: argparse.Namespace) -> int:
    _fill(here, given.items)
    started, dice = time.monotonic(), random.Random(given.seed)
    running: dict[subprocess.Popen[bytes], float] = {}
    kills = number = 0
    while True:
        for process, ends in list(running.items()):
            if process.poll() is not None:
                del running[process]
            elif time.monotonic() > ends and kills < given.kills:
                process.send_signal(signal.SIGKILL)
                process.wait()
                del running[process]
                kills += 1
        done = sum(len(path.read_bytes().splitlines()) for path in folder.iterdir())
        if kills >= given.kills and not running:
            break
        while len(running) < SERVICES and (kills < given.kills or done < given.items):
            number += 1
            running[_start(here, folder / str(number), number)] = time.monotonic() + dice.uniform(*LIFE)
        time.sleep(0.1)
    wrong, decided = _check(here, folder, given.items)
    row = [
        *(f"{given.items:,}", str(SERVICES * MODERATORS), str(kills), f"{decided:,}"),
        *(str(wrong[what]) for what in ("lost", "decided twice", "claimed by two", "confirmed and missing")),
        f"{time.monotonic() - started:.0f} s",
    ]
    head = [
        *("items", "moderators at once", "kills", "decided"),
        *("lost", "decided twice", "claimed by two", "confirmed and missing", "time"),
    ]
    print(table(head, [row]))
    if given.write:
        publish("moderation-crashes", "Moderation: services that are killed", "moderation-crashes", table(head, [row]))
    return 1 if wrong.total() else 0


def _fill(here: Installation, items: int) -> None:
    producer: Any = clients.producer(here.connection)
    for number in range(items):
        record = Flagged(
            id=f"flag {number}",
            item=f"{number:016x}",
            at=number,
            brand="acme",
            post=Post(number, "forum", f"author {number}", number),
            text=f"item {number}",
            findings=(PolicyFinding("spam", "low"),),
            version="1",
            due_at=2**50,
        )
        producer.send(here.topics.moderation.name, encode(record), key=record.item.encode())
    producer.flush()
    producer.close()


def _start(here: Installation, log: Path, seed: int) -> subprocess.Popen[bytes]:
    log.touch()
    command = [sys.executable, "-m", "benchmarks.moderation_crashes", "--serve", str(log), "--seed", str(seed)]
    return subprocess.Popen(command, env=here.environment | {"PYTHONPATH": "."}, stdin=subprocess.DEVNULL)


async def _serve(seed: int, log: Path) -> None:
    """Work on the queue as five moderators until nothing is left; write down each confirmed decision."""
    settings = from_environ(dict(os.environ))
    connection, topics = connect(settings), Topics(settings.prefix)
    partitions = len(await asyncio.to_thread(reader.partition_ends, connection, topics.moderation.name))
    async with QueueView(connection, topics, partitions) as view:
        following = asyncio.create_task(view.follow())
        await view.loaded()
        with log.open("a", buffering=1) as file:
            await asyncio.gather(*(_moderate(view, f"{seed}.{one}", file) for one in range(MODERATORS)))
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def _moderate(view: QueueView, name: str, log: Any) -> None:
    dice, number = random.Random(name), 0
    while True:
        now = wall_ms()
        waiting = [item for item in view.queue.items() if item.state in ("open", "claimed")]
        if not waiting:
            return
        free = [item for item in waiting if not item.holder(now)]
        if not free:
            await asyncio.sleep(0.2)
            continue
        for item in dice.sample(free, min(20, len(free))):
            number += 1
            await _decide(view, item.id, f"{name} {number}", name, log)


async def _decide(view: QueueView, item: str, key: str, name: str, log: Any) -> None:
    now = wall_ms()
    if await view.submit(Claimed(id=f"c {key}", item=item, at=now, by=name, until=now + CLAIM_MS)):
        return
    decision = Decided(id=f"d {key}", item=item, at=wall_ms(), by=name, outcome="no action")
    if not await view.submit(decision):
        log.write(f"{item} {name}\n")


def _check(here: Installation, folder: Path, items: int) -> tuple[Counter[str], int]:
    """Return what is wrong, by kind, and how many items are decided; holders are told from the records alone."""
    known: dict[str, Item] = {}
    held: dict[str, tuple[str, int]] = {}
    decisions: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for record in here.records(here.topics.moderation.name):
        one: AnyRecord = decode(record.value or b"")
        applied = apply(known.get(one.item), one)
        if applied.item is not None:
            known[one.item] = applied.item
        if applied.refusal:
            continue
        if isinstance(one, Claimed):
            who, until = held.get(one.item, ("", 0))
            wrong["claimed by two"] += who not in ("", one.by) and until > one.at
            held[one.item] = (one.by, one.until)
        decisions[one.item] += isinstance(one, Decided)
    confirmed = [line.split(" ") for path in folder.iterdir() for line in path.read_text().splitlines() if " " in line]
    wrong["lost"] = items - sum(item.state == "decided" for item in known.values())
    wrong["decided twice"] = sum(count > 1 for count in decisions.values())
    wrong["confirmed and missing"] = sum(known[item].decided_by != name for item, name in confirmed if item in known)
    return +wrong, sum(item.state == "decided" for item in known.values())


if __name__ == "__main__":
    sys.exit(main())
