"""Do real posts pass from file to rows without a loss?"""

from __future__ import annotations

from pathlib import Path

import pytest

from mentions.batch_builder import BatchBuilder
from mentions.readers.files import read
from mentions.readers.packing import PackedRecord, pack
from mentions.scoring import score_record
from mentions.watchlist.watchlist import Watchlist
from tests.support.mentions import CountingScorer

INCIDENTS = Path(__file__).parents[5] / "shared" / "data" / "incidents"
RECORDINGS = sorted(INCIDENTS.glob("*.jsonl.gz"))


@pytest.mark.skipif(not RECORDINGS, reason=f"no recordings of incidents in {INCIDENTS}")
def test_every_recorded_post_becomes_a_row() -> None:
    """Each line of each recording is a mention of the brand it names: none is refused, none is lost."""
    for path in RECORDINGS:
        lines = list(read(str(path)))
        columns, watchlist = BatchBuilder(0), Watchlist.accepting_any()
        records = [entry for entry in pack(lines) if isinstance(entry, PackedRecord)]
        for offset, record in enumerate(records):
            columns.add(score_record(record.value, record.latest, 0, offset, watchlist, CountingScorer()))
        assert len(columns) == len(lines) > 0
