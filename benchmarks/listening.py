"""Listening benchmark: sources move on while listeners are killed and frozen; each post must be in `mentions` once.

`make listening`. Two listeners run: one reads, the other stands by. At random moments the one that reads is killed, or
frozen until the other has taken over. The sources are a server on this machine: feeds in any order whose entries are
edited, pages of hashtags, and forums whose posts are edited and deleted; it fails at every tenth request.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Final

from streams.clock import wall_ms
from streams.kafka import clients
from streams.listening import health
from streams.listening.members import read_listeners
from tests.support.brokers import start_real
from tests.support.growing_forum import BRAND, GrowingForum, is_deleted, is_edited, served, text
from tests.support.installation import Installation, Worker, wait_until

PATHS: Final = ("a", "b")
SOURCES: Final = 3 * len(PATHS)
SHOWN: Final = 1_000
"""Posts of a feed: a shorter one would lose some while the listener is down, whatever that does."""

LIFE: Final = 4.0  # seconds that a listener reads at most before something happens to it
FROZEN_SHARE: Final = 0.3
POOR: Final = "poor"
"""A seventh feed, which may be asked only so many times."""

ALLOWANCE: Final = 25


def main() -> int:
    """Kill a listener again and again, then compare; 1 if a post is missing, twice, or out of order."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--items", type=int, default=20_000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    broker = start_real()
    try:
        wrong = _run(Installation(broker), given.kills, given.items // SOURCES, random.Random(given.seed))
    finally:
        broker.close()
    print("\n".join(wrong) or "each post once, in order, with its last text, or gone where it was deleted")
    return 1 if wrong else 0


class Pair:
    """Two listeners, of which one reads."""

    def __init__(self, here: Installation, config: str) -> None:
        self._here = here
        self._config = config
        self._running: dict[int, Worker] = {}
        self.memory = 0
        for _ in range(2):
            self._start()

    def _start(self) -> None:
        listener = self._here.worker("--config", self._config, command="listen")
        self._running[listener.pid] = listener

    def active(self) -> Worker | None:
        """Return the one that reads, None where nobody does yet."""
        assert all(one.running for one in self._running.values()), self._here.logs()
        with closing(clients.admin(self._here.connection)) as admin:
            found = read_listeners(self._here.connection, admin, self._here.topics)
        names = [one.name.rpartition("-")[2] for one in found if one.active]
        return self._running.get(int(names[0])) if names else None

    def disturb(self, chance: random.Random) -> None:
        """Kill or freeze the one that reads, and return once the other one does."""
        wait_until(lambda: self.active() is not None, 120, "a listener that reads")
        time.sleep(chance.uniform(0.0, LIFE))
        victim = self.active()
        assert victim is not None
        self.memory = max(self.memory, *map(_resident, self._running))
        if chance.random() < FROZEN_SHARE:
            victim.pause()
            wait_until(lambda: self.active() not in {None, victim}, 120, "the other one")
            victim.resume()
        else:
            victim.kill()
            del self._running[victim.pid]
            self._start()


def _run(installation: Installation, kills: int, posts: int, chance: random.Random) -> list[str]:
    forum = GrowingForum(posts, pace=0.0, shown=SHOWN, changes=True)
    with served(forum) as url, installation as here:
        pair = Pair(here, _write_brands(here, url))
        for _ in range(kills):
            forum.grow(posts // kills + 1)
            pair.disturb(chance)
        try:
            wait_until(lambda: all(max(found) == posts - 1 for found in _sent(here).values()), 600, "the end")
        except TimeoutError:
            print({source: max(found) for source, found in _sent(here).items()})
            print(*health.read(here.connection, here.topics, wall_ms()), sep="\n")
            raise
        time.sleep(LIFE)  # what follows the last post: edits and deletions of some before it
        found = _sent(here)
        records = sum(len(said) for posts_of in found.values() for said in posts_of.values())
        print(f"{kills} kills and freezes, {records} mentions of {len(found)} sources, {pair.memory} MB at most")
        asked = forum.answers[f"/{POOR}/feed.xml"]
        print(f"the source with {ALLOWANCE} requests a day was asked {asked} times")
        spent = [f"{POOR}: asked {asked} times, {ALLOWANCE} allowed"] if asked > ALLOWANCE else []
        return spent + [line for source, posts_of in found.items() for line in _wrong(source, posts_of, posts)]


def _write_brands(here: Installation, url: str) -> str:
    rest = "every: 30s, private_addresses: true"
    common = f"{rest}, budget: {{requests: 100000}}"
    sources = [f'{{kind: feed, url: "{url}/{name}/feed.xml", {common}}}' for name in PATHS]
    sources += [f'{{kind: mastodon, url: "{url}/{name}", query: {BRAND}, {common}}}' for name in PATHS]
    sources += [f'{{kind: discourse, url: "{url}/{name}", {common}}}' for name in PATHS]
    sources.append(f'{{kind: feed, url: "{url}/{POOR}/feed.xml", {rest}, budget: {{requests: {ALLOWANCE}}}}}')
    path = Path(here.path("brands.yaml"))
    lines = ["brands:", f"  - name: {BRAND}", '    slack_channel: "#alerts"', "    sources:"]
    path.write_text("\n".join([*lines, *(f"      - {source}" for source in sources)]), "utf-8")
    return str(path)


def _resident(pid: int) -> int:
    """Return the memory of a process in MB, 0 where it cannot be told."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS")), 0)


def _sent(here: Installation) -> dict[str, dict[int, list[str]]]:
    """Return what was sent of each post, by source, in the order of `mentions`; "" for a deletion."""
    found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in here.records(here.topics.mentions.name):
        mention = json.loads(record.value or b"{}")
        if POOR not in mention["source"]:
            number = int(mention["id"].lstrip("fm"))
            found[mention["source"]][number].append("" if mention.get("deleted") else mention["text"])
    return found


def _wrong(source: str, sent: dict[int, list[str]], posts: int) -> list[str]:
    """Return what is wrong with a source: a post missing or twice, an older text or a deleted post at the end."""
    forum, feed = source.startswith("discourse"), source.startswith("feed")
    lines = []
    first = min(number for number, said in sent.items() if not feed or text(number) in said)
    for number in range(first, posts):  # entries of a feed have no date: those of the first look are history
        wanted = text(number)
        if is_edited(number) and not source.startswith("mastodon") and number + 10 < posts:
            wanted = text(number, edited=True)
        gone = forum and is_deleted(number) and number + 12 < posts
        said = sent.get(number, [])
        possible = [text(number), text(number, edited=True), ""]
        if said != [one for one in possible if one in said]:
            lines.append(f"{source}: {number} was sent as {said}")
        elif (said[-1:] or [""]) != ["" if gone else wanted]:
            lines.append(f"{source}: {number} ends as {said[-1:]}")
    order = list(sent)
    return lines if feed or order == sorted(order) else [*lines, f"{source}: out of order"]


if __name__ == "__main__":
    sys.exit(main())
