"""Generator of invented mentions, the same for the same seed, for load and failure tests."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BRANDS: Final = ("Brisela", "Oakmere", "Lumivel", "Tarnworth", "Quillon", "Vesper Lane", "Élorine", "Norvask")
START: Final = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

_OPENINGS: Final = ["honestly", "so", "today", "again", "well", "this morning", "people", "update:", "no joke", "ok"]
_CALM: Final = [
    "the {b} parcel came on time",
    "had lunch next to the {b} store",
    "{b} changed its opening hours",
    "is {b} hiring this spring?",
    "lovely help from {b}, thanks",
    "the new {b} app is fine",
    "great service at {b}",
    "anyone tried {b} yet?",
    "my sister works at {b}",
    "{b} answered within the hour, good job",
]
_ANGRY: Final = [
    "{b} lost my order, what a disaster",
    "worst support ever, {b}",
    "{b} is a scam and I am furious",
    "never again {b}, terrible",
    "{b} broke it and refuses a refund, awful",
    "so angry at {b} right now",
    "disgusting behaviour by {b}",
    "{b} lied to us, shame",
    "horrible day thanks to {b}",
    "I hate how {b} treats people",
]
_ENDINGS: Final = ("", "", "", "!", "!!", " …", " :(", " 😡", " #fail", " what do you think?")


@dataclass(frozen=True)
class MentionGenerator:
    """`count` mentions of `brands` over `span` of event time; a share of them angry, a few sent twice."""

    count: int
    seed: int = 1
    brands: Sequence[str] = BRANDS
    start: datetime = START
    span: timedelta = timedelta(minutes=60)
    angry: float = 0.25
    repeated: float = 0.01

    def mentions(self) -> Iterator[dict[str, Any]]:
        """Return the mentions in order of event time; a repeated one follows a few seconds after the first."""
        chance = random.Random(self.seed)
        step = self.span / self.count
        for number in range(self.count):
            mention = self._mention(chance, number, self.start + step * number)
            yield mention
            if chance.random() < self.repeated:
                yield mention

    def _mention(self, chance: random.Random, number: int, at: datetime) -> dict[str, Any]:
        brand = chance.choice(self.brands)
        stated = chance.choice(_ANGRY if chance.random() < self.angry else _CALM).format(b=brand)
        return {
            "id": f"{self.seed}-{number}",
            "brand": brand,
            "text": f"{chance.choice(_OPENINGS)} {stated}{chance.choice(_ENDINGS)}",
            "author": {
                "id": f"user{chance.randrange(5_000)}",
                "followers": min(int(chance.paretovariate(1.1) * 20), 2_000),
            },
            "channel": chance.choice(("forum", "blog", "mastodon", "bluesky")),
            "published_at": at.isoformat(timespec="milliseconds"),
        }

    def records(self, partitions: int, size: int = 50) -> Iterator[tuple[int, bytes]]:
        """Return (source partition, JSON Lines record), `size` mentions each, in turn over the partitions."""
        pack: list[bytes] = []
        number = 0
        for mention in self.mentions():
            pack.append(json.dumps(mention, ensure_ascii=False).encode())
            if len(pack) == size:
                yield number % partitions, b"\n".join(pack)
                pack, number = [], number + 1
        if pack:
            yield number % partitions, b"\n".join(pack)

    @property
    def end(self) -> datetime:
        """Return the instant after the last mention."""
        return self.start + self.span
