"""Batches of scored mentions, with the columns that do not matter filled in."""

from __future__ import annotations

from mentions.model.batches import Batch


def batch(brand: str, *mentions: tuple[int, int]) -> Batch:
    """Return a batch of (published, label)."""
    n = len(mentions)
    return Batch(
        brand=brand,
        partition=0,
        policy=1,
        scorer="t",
        offsets=list(range(n)),
        indexes=[0] * n,
        ids=list(range(n)),
        published=[at for at, _ in mentions],
        arrived=[at for at, _ in mentions],
        compounds=[0.0] * n,
        labels=[label for _, label in mentions],
        abuses=[0.0] * n,
        channels=["forum"] * n,
        authors=[""] * n,
        reaches=[0] * n,
        text_hashes=[0] * n,
        excerpts=[""] * n,
        urls=[""] * n,
    )
