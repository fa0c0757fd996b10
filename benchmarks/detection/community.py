"""Community of the busiest brand of the packs: memory, bounds of the counts, and the same again from another order.

The stream as it was, and a month made of it: its daily number of mentions on each of 31 days, with authors drawn from
it. Counts of the 50 that are shown first are compared with exact ones; the ledger is made again from records that are
read in portions of another size. No author is printed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from benchmarks.detection.incidents import PACKS, instant
from benchmarks.results_table import publish, table
from community.ledger import DAY, encode, window_of
from detectors.model.compression import compress
from mentions.readers.files import read
from mentions.readers.position import Line
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist
from streams.community.stage import Ledgers, SourceRecord, keep

if TYPE_CHECKING:
    from collections.abc import Sequence

STREAM: Final = ("twitter_related_2022", "Elon Musk")
PARTITIONS: Final = 12
TOP: Final = 50
DAYS: Final = 31
MONTH: Final = 20_000
"""Day on which the made-up month begins, since the epoch."""


def main() -> int:
    """Print the table; `--write` puts it into the results."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="write the table into docs/results.md")
    mentions = busiest()
    authors = [mention["author"] for mention in mentions]
    span = {mention["published_at"][:10] for mention in mentions}
    made_up = month(authors, len(mentions) // len(span))
    rows = [
        (f"as it was, {len(span)} days", *figures(mentions)),
        (f"a month of {len(mentions) // len(span):,} a day", *figures(made_up)),
    ]
    head = ("stream", "mentions", "authors", "state, 12 partitions", "as stored", f"top {TOP} outside bounds", "again")
    text = table(head, rows)
    print(text)
    if options.parse_args().write:
        publish("community", "Who writes about a brand", "community-table", text)
    return 0


def busiest() -> list[dict[str, Any]]:
    """Return the mentions of the busiest brand, in the order of the stream."""
    folder = next(folder for folder in PACKS if (folder / f"{STREAM[0]}.jsonl.gz").exists())
    lines = [line for line in read(str(folder / f"{STREAM[0]}.jsonl.gz")) if isinstance(line, Line)]
    return [mention for mention in (json.loads(line.raw) for line in lines) if mention["brand"] == STREAM[1]]


def month(authors: Sequence[str], daily: int) -> list[dict[str, Any]]:
    """Return a made-up month in which authors write as often as in the stream."""
    dice = random.Random(1)
    return [
        {
            "id": f"made-up-{day}-{number}",
            "brand": STREAM[1],
            "channel": "twitter",
            "text": f"{STREAM[1]} {number}",
            "author": dice.choice(authors),
            "published_at": (MONTH + day) * DAY + number * (DAY // daily),
        }
        for day in range(DAYS)
        for number in range(daily)
    ]


def figures(mentions: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """Return what the ledgers of some mentions weigh, and how well they count."""
    records = [
        SourceRecord(number % PARTITIONS, number, _arrived(mention["published_at"]), json.dumps(mention).encode())
        for number, mention in enumerate(mentions)
    ]
    ledgers = folded(records, 1_000)
    sizes = {key: encode(ledger) for key, ledger in ledgers.items()}
    same = all(encode(one) == sizes[key] for key, one in folded(records, 97).items())
    exact = Counter(mention["author"] for mention in mentions)
    _, summary = window_of(list(ledgers.values()), 90)
    top = sorted(summary.authors.items(), key=lambda pair: (-pair[1].mentions, pair[0]))[:TOP]
    outside = sum(not one.own <= exact[name] <= one.mentions for name, one in top)
    missed = sum(exact[name] > summary.floor for name in exact.keys() - summary.authors.keys())
    return (
        f"{len(mentions):,}",
        f"{len(exact):,}",
        f"{sum(map(len, sizes.values())) / 1000:,.0f} kB",
        f"{sum(len(compress(one)) for one in sizes.values()) / 1000:,.0f} kB",
        f"{outside}, {missed} missed",
        "equal" if same else "DIFFERENT",
    )


def _arrived(published: Any) -> int:
    return published if isinstance(published, int) else int(instant(published).timestamp() * 1000)


def folded(records: Sequence[SourceRecord], portion: int) -> Ledgers:
    """Return the ledgers after some records that are read in portions."""
    ledgers: Ledgers = {}
    watchlist = Watchlist([BrandTerms(name=STREAM[1])])
    for start in range(0, len(records), portion):
        keep(ledgers, records[start : start + portion], watchlist, _Silent(), {STREAM[1]: ()}, PARTITIONS)
    return ledgers


class _Silent:
    """Reads every text as neutral: how texts are read changes no count of mentions."""

    version = "silent"

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        return [(0.0, 0, 0.0) for _ in zip(texts, langs, strict=True)]


if __name__ == "__main__":
    raise SystemExit(main())
