"""Recordings without the texts of deleted mentions: their places, times and scores stay, so that counts replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from mentions.model.decode import Rejection, decode_line
from streams.recording.format import KeptScore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from mentions.model.batches import Batch

_KEPT = ("id", "published_at", "channel", "brand", "author", "lang", "reach", "revision", "deleted")


def without_texts(
    batch: Batch, lines: Sequence[str], deleted: AbstractSet[int]
) -> tuple[list[str], dict[int, KeptScore]]:
    """Return the lines of a batch without the texts of deleted mentions, and how those read, by place."""
    if not deleted:
        return list(lines), {}
    rows = zip(batch.ids, batch.compounds, batch.labels, batch.abuses, batch.text_hashes, strict=True)
    scored = [(number, KeptScore(compound, label, abuse, like)) for number, compound, label, abuse, like in rows]
    for change in reversed(batch.changes):
        score = KeptScore(change.compound, change.label, change.abuse, change.text_hash)
        scored.insert(change.place, (change.id, score))
    gone = {place: score for place, (number, score) in enumerate(scored) if number in deleted}
    return [_without_text(line, batch.brand) if place in gone else line for place, line in enumerate(lines)], gone


def without_excerpts(batch: Batch, deleted: AbstractSet[int]) -> Batch:
    """Return a batch without the texts and addresses of deleted mentions."""
    if deleted.isdisjoint(batch.ids) and not any(change.id in deleted for change in batch.changes):
        return batch
    return replace(
        batch,
        excerpts=["" if one in deleted else text for one, text in zip(batch.ids, batch.excerpts, strict=True)],
        urls=["" if one in deleted else url for one, url in zip(batch.ids, batch.urls, strict=True)],
        changes=[replace(one, excerpt="", url="") if one.id in deleted else one for one in batch.changes],
    )


def _without_text(line: str, brand: str) -> str:
    """Return a mention's line with nothing of its text, its brand named: nothing is left to find that by."""
    mention = decode_line(line.encode(), None)
    if isinstance(mention, Rejection):
        return ""
    fields = {name: value for name in _KEPT if (value := getattr(mention, name)) is not None}
    return msgspec.json.encode(fields | {"text": "", "brand": brand}).decode()
