"""Scored mentions for tests of the watch: as much of each as the test names, the rest ordinary."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mentions.model.batches import Batch
from mentions.model.hashing import hash63

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE = 60_000
START = 28_200_000 * MINUTE  # the start of an hour


class Row(NamedTuple):
    """One scored mention; `minute` counts from START."""

    minute: float
    label: int = 0
    text: str = ""
    author: str = "ann"
    channel: str = "forum"
    reach: int = 0
    abuse: float = 0.0
    compound: float | None = None
    id: str = ""
    arrived: float | None = None  # minute from START


def batch_of(rows: Sequence[Row], offset: int = 0, partition: int = 0, brand: str = "acme") -> Batch:
    """Return rows as a batch, one record each from `offset` on."""
    published = [START + round(row.minute * MINUTE) for row in rows]
    texts = [row.text or f"mention {partition} {offset + place}" for place, row in enumerate(rows)]
    return Batch(
        brand=brand,
        partition=partition,
        policy=7,
        scorer="test",
        offsets=list(range(offset, offset + len(rows))),
        indexes=[0] * len(rows),
        ids=[hash63(row.id or f"{partition} {offset + place}") for place, row in enumerate(rows)],
        published=published,
        arrived=[
            at if row.arrived is None else START + round(row.arrived * MINUTE)
            for at, row in zip(published, rows, strict=True)
        ],
        compounds=[row.label % 2 * row.label * 0.5 if row.compound is None else row.compound for row in rows],
        labels=[row.label for row in rows],
        abuses=[row.abuse for row in rows],
        channels=[row.channel for row in rows],
        authors=[row.author for row in rows],
        reaches=[row.reach for row in rows],
        text_hashes=[hash63(text) for text in texts],
        excerpts=texts,
        urls=[f"https://example.org/{offset + place}" for place in range(len(rows))],
    )
