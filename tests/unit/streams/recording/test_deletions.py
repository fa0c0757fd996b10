"""Recordings keep the counts of deleted mentions, and nothing of their texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from config.brands.model import default_brand
from mentions.scoring import mention_hash
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import BrandTerms, Watchlist
from replay.player.recording_replay import FixedPolicies, RecordingReplay
from streams.recording.deletions import without_excerpts, without_texts
from streams.recording.format import MentionsEntry
from streams.stages.score import MentionsRecord, score
from tests.support.mentions import BASE, PUBLISHED, wire

if TYPE_CHECKING:
    from mentions.model.batches import Batch

SECRET = "acme lost my terrible secret"
LINES: list[dict[str, Any]] = [
    BASE | {"id": "1", "text": "acme is awful, awful"},
    BASE | {"id": "2", "text": SECRET, "title": "acme", "url": "https://e.org/2", "author": {"id": "u"}},
    BASE | {"id": "2", "text": f"{SECRET} again", "revision": 2},
    BASE | {"id": "3", "text": "acme is great"},
    BASE | {"id": "2", "text": SECRET, "deleted": True},
]
DELETED = frozenset([mention_hash(wire(id="2"))])


def scored() -> tuple[Batch, list[str]]:
    """Return the lines as one batch, and as they came."""
    lines = [json.dumps(line | {"brand": "acme"}) for line in LINES]
    records = [MentionsRecord(line.encode(), offset, PUBLISHED + offset) for offset, line in enumerate(lines)]
    (batch,) = score(0, records, Watchlist([BrandTerms(name="acme")]), Scorer()).batches
    return batch, lines


def test_texts_go_from_lines_and_columns() -> None:
    """Of every version of the mention; the others are as they were."""
    batch, lines = scored()
    kept, scores = without_texts(batch, lines, DELETED)
    assert sorted(scores) == [1, 2, 4]
    assert [kept[0], kept[3]] == [lines[0], lines[3]]
    assert "secret" not in "".join(kept)
    columns = without_excerpts(batch, DELETED)
    assert [columns.excerpts, columns.urls] == [["acme is awful, awful", "", "acme is great"], ["", "", ""]]
    assert [change.excerpt for change in columns.changes] == ["", ""]
    assert without_texts(batch, lines, frozenset()) == (lines, {})
    assert without_excerpts(batch, frozenset([1])) is batch


def test_what_is_left_replays_to_the_same_counts() -> None:
    """A mention without its text reads as it did when it had one."""
    batch, lines = scored()
    kept, scores = without_texts(batch, lines, DELETED)
    totals = []
    for shown, known in ((lines, {}), (kept, scores)):
        offsets, indexes, arrived = map(list, zip(*batch.places, strict=True))
        entry = MentionsEntry(
            PUBLISHED, 0, "acme", 0, batch.policy, batch.scorer, offsets, indexes, arrived, shown, known
        )
        playback = RecordingReplay(FixedPolicies.of([default_brand("acme")]), Scorer())
        list(playback.run([entry]))
        (state,) = playback.pipeline.states()
        totals.append((state.totals, state.minutes.ahead, state.pending.keys()))
        held = [part for parts in state.pending.values() for part in parts]
        assert [label for part in held for label in part.batch.labels] == [-1, -1, 1]
    assert totals[0] == totals[1]
    assert totals[0][0].mentions == 3
    assert (totals[0][0].edited, totals[0][0].deleted) == (1, 1)
