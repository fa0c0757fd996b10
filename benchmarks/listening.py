"""Listening benchmark: sources move on while the listener is killed; each post must be in `mentions` once, in order.

`make listening`. The sources are a server on this machine that shows feeds in any order and pages of hashtags, and
fails at every tenth request.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Final

from tests.support.brokers import start_real
from tests.support.growing_forum import BRAND, GrowingForum, served
from tests.support.installation import Installation, Worker, wait_until

PATHS: Final = ("a", "b", "c")
SHOWN: Final = 1_000
"""Posts of a feed: a shorter one would lose some while the listener is down, whatever that does."""

LIFE: Final = 4.0  # seconds that a listener lives at most after it began to read


def main() -> int:
    """Kill a listener again and again, then compare; 1 if a post is missing, twice, or out of order."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--items", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    broker = start_real()
    try:
        wrong = _run(Installation(broker), given.kills, given.items // (2 * len(PATHS)), random.Random(given.seed))
    finally:
        broker.close()
    print("\n".join(wrong) or "each post once, in order")
    return 1 if wrong else 0


def _run(installation: Installation, kills: int, posts: int, chance: random.Random) -> list[str]:
    forum, memory = GrowingForum(posts, pace=0.0, shown=SHOWN), 0
    with served(forum) as url, installation as here:
        path = _write_brands(here, url)
        for _ in range(kills):
            forum.grow(posts // kills + 1)
            listener = here.worker("--config", path, command="listen")
            wait_until(lambda one=listener: _listens(one), 60, "listening")  # type: ignore[misc]
            time.sleep(chance.uniform(0.0, LIFE))
            memory = max(memory, _resident(listener.pid))
            listener.kill()
        here.worker("--config", path, command="listen")
        wait_until(lambda: all(found[-1:] == [posts - 1] for found in _sent(here, sort=True).values()), 300, "the end")
        found = _sent(here)
        print(f"{kills} kills, {sum(map(len, found.values()))} mentions of {len(found)} sources, {memory} MB at most")
        return [line for source, numbers in found.items() for line in _wrong(source, numbers)]


def _write_brands(here: Installation, url: str) -> str:
    common = "every: 30s, budget: {requests: 100000}, private_addresses: true"
    sources = [f'{{kind: feed, url: "{url}/{name}/feed.xml", {common}}}' for name in PATHS]
    sources += [f'{{kind: mastodon, url: "{url}/{name}", query: {BRAND}, {common}}}' for name in PATHS]
    path = Path(here.path("brands.yaml"))
    lines = ["brands:", f"  - name: {BRAND}", '    slack_channel: "#alerts"', "    sources:"]
    path.write_text("\n".join([*lines, *(f"      - {source}" for source in sources)]), "utf-8")
    return str(path)


def _listens(listener: Worker) -> bool:
    assert listener.running, listener.log.read_text("utf-8")
    return "listening" in listener.log.read_text("utf-8")


def _resident(pid: int) -> int:
    """Return the memory of a process in MB, 0 where it cannot be told."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS")), 0)


def _sent(here: Installation, *, sort: bool = False) -> dict[str, list[int]]:
    """Return the numbers of the posts by source, as they lie in `mentions`."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in here.records(here.topics.mentions.name):
        mention = json.loads(record.value or b"{}")
        found[mention["source"]].append(int(mention["id"][1:]))
    return {source: sorted(numbers) if sort else numbers for source, numbers in found.items()}


def _wrong(source: str, numbers: list[int]) -> list[str]:
    wanted = range(min(numbers), max(numbers) + 1)
    twice, missing = len(numbers) - len(set(numbers)), len(set(wanted) - set(numbers))
    lines = [f"{source}: {twice} twice, {missing} missing"] if twice or missing else []
    ordered = source.startswith("feed") or numbers == sorted(numbers)  # a feed here has no order
    return lines if ordered else [*lines, f"{source}: out of order"]


if __name__ == "__main__":
    sys.exit(main())
