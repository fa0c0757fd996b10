"""Pages of the topic burst detector on labelled streams, alone and together with the pages of the other detectors.

python -m benchmarks.topics ../shared/data/incidents ../shared/data/incidents_2 [--events DIR] [--cost]

DIR holds PACK.NAME.jsonl, the events of `tocsin replay NAME.jsonl.gz --defaults --json`. Delays and false pages are as
`eval_incidents.py` beside the packs counts them. `--cost` measures, instead of pages, the time of a step and the stored
size beside those of the engine, on the same rows, one a batch. No text of a post is printed.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.topic_cost import report_cost
from detectors.topics.parameters import TopicBurst
from detectors.topics.risk.terms import built_in_terms
from detectors.topics.state import TopicState
from detectors.topics.text.units import own_words
from detectors.topics.tracker import TopicRow, step
from mentions.cleaning import clean
from mentions.language_names import language_subtag
from mentions.model.batches import EXCERPT_CHARS
from mentions.model.near_duplicates import text_hash
from mentions.sentiment import Scorer
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist

MINUTE = 60_000
DAY = 1_440 * MINUTE
CRISES = ("replay", "cold_start", "minor")


class Page(NamedTuple):
    """A page: when, and about which brand."""

    at: int
    brand: str


def instant(text: str) -> int:
    """Return an instant in ms."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def rows_of(path: Path, scorer: Scorer) -> list[tuple[str, TopicRow]]:
    """Return (brand, row) of each post, in order of publication."""
    with gzip.open(path, "rt") as lines:
        posts = [json.loads(line) for line in lines]
    watchlist = Watchlist.accepting_any()
    brands = {post["brand"]: BrandTerms(name=post["brand"]) for post in posts}
    texts = [clean(post["text"]) for post in posts]
    masked = [watchlist.masked(text, brands[post["brand"]]) for text, post in zip(texts, posts, strict=True)]
    langs = [language_subtag(post["lang"]) if post.get("lang") else None for post in posts]
    rows = [
        (
            post["brand"],
            TopicRow(
                instant(post["published_at"]),
                str(post.get("author") or ""),
                post.get("channel") or "",
                text_hash(text),
                label,
                compound,
                int(post.get("reach") or 0),
                text[:EXCERPT_CHARS],
            ),
        )
        for post, text, (compound, label, _) in zip(posts, texts, scorer.score(masked, langs), strict=True)
    ]
    return sorted(rows, key=lambda row: row[1].published)


def topic_pages(rows: list[tuple[str, TopicRow]], policy: TopicBurst) -> list[Page]:
    """Return the first page of each topic."""
    states: dict[str, TopicState] = {}
    paged: dict[tuple[str, int], Page] = {}
    for brand, row in rows:
        state = states.get(brand)
        if state is None:
            state = states[brand] = TopicState(own_words([brand]), built_in_terms())
        for news in step(state, row, policy):
            if news.severity != "info":
                paged.setdefault((brand, news.topic.number), Page(row.published, brand))
    return list(paged.values())


def other_pages(path: Path) -> list[Page]:
    """Return the first page of each incident of a replay's events."""
    paged: dict[str, Page] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if "incident" in event and event.get("severity") in {"warning", "critical"}:
            paged.setdefault(event["incident"], Page(instant(event["at"]), event["brand"]))
    return list(paged.values())


class Score:
    """Delays by role, hard negatives paged, false pages and brand-days."""

    def __init__(self) -> None:
        self.delays: dict[str, list[int | None]] = defaultdict(list)
        self.quiet: dict[str, list[float]] = defaultdict(lambda: [0, 0.0])

    def add(self, labels: dict[str, Any], name: str, rows: list[tuple[str, TopicRow]], pages: list[Page]) -> None:
        """Score the pages of one stream."""
        incidents = [one for one in labels["incidents"].values() if one["file"] == name]
        used: set[Page] = set()
        for one in incidents:
            seen = instant(one.get("visible_from") or one["onset"])
            begin, end = min(instant(one["onset"]), seen - 10 * MINUTE), instant(one["end"])
            hit = sorted(page for page in pages if page.brand == one["brand"] and begin <= page.at <= end)
            self.delays[one["role"]].append(max(0, round((hit[0].at - seen) / MINUTE)) if hit else None)
            used.update(hit if one["role"] != "hard_negative" else [])
        for quiet in labels["quiet"]:
            if quiet["file"] == name:
                self._quiet(labels, quiet, incidents, rows, [page for page in pages if page not in used])

    def _quiet(
        self,
        labels: dict[str, Any],
        quiet: dict[str, Any],
        incidents: list[dict[str, Any]],
        rows: list[tuple[str, TopicRow]],
        pages: list[Page],
    ) -> None:
        brand = quiet["brand"]
        times = [row.published for name, row in rows if name == brand]
        if not times:
            return
        low = max(times[0] + DAY, instant(quiet["from"]) if "from" in quiet else 0)
        high = min(times[-1], instant(quiet["to"]) if "to" in quiet else times[-1])
        spans = [
            (min(instant(one["onset"]), instant(one.get("visible_from") or one["onset"])), instant(one["end"]))
            for one in incidents
            if one["brand"] == brand and one["role"] != "hard_negative"
        ] + [
            (instant(one["from"]), instant(one["to"]))
            for one in labels["ignore_windows"]
            if one["file"] == quiet["file"] and one["brand"] == brand
        ]
        days = (high - low - sum(max(0, min(high, end) - max(low, begin)) for begin, end in spans)) / DAY
        false = [
            page
            for page in pages
            if page.brand == brand
            and low <= page.at <= high
            and not any(begin - 10 * MINUTE <= page.at <= end for begin, end in spans)
        ]
        self.quiet[f"{quiet['file']}/{brand}"][0] += len(false)
        self.quiet[f"{quiet['file']}/{brand}"][1] += max(0.0, days)

    def show(self, title: str) -> None:
        """Print the figures."""
        print(title)
        for role in CRISES:
            delays = [delay for delay in self.delays[role] if delay is not None]
            half, two = sum(delay <= 30 for delay in delays), sum(delay <= 120 for delay in delays)
            print(
                f"  {role:11} found {len(delays)} of {len(self.delays[role])}, within 30 min {half}, within 2 h {two}"
            )
        hard = self.delays["hard_negative"]
        print(f"  hard negatives paged {sum(delay is not None for delay in hard)} of {len(hard)}")
        false, days = (sum(column) for column in zip(*self.quiet.values(), strict=True))
        worst = max(self.quiet, key=lambda stream: self.quiet[stream][0] / max(self.quiet[stream][1], 0.1))
        rate = self.quiet[worst][0] / max(self.quiet[worst][1], 0.1)
        print(
            f"  false pages {false:.0f} in {days:.0f} brand-days = {false / days:.4f} a day; worst {worst} {rate:.3f}"
        )


def main() -> None:
    """Score the packs given, or measure the cost on them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packs", nargs="+", type=Path)
    parser.add_argument("--events", type=Path, help="directory of the other detectors' events")
    parser.add_argument("--cost", action="store_true", help="measure time and stored size instead of pages")
    given = parser.parse_args()
    scorer = Scorer()
    for pack in given.packs:
        labels = json.loads((pack / "labels.json").read_text(encoding="utf-8"))
        alone, union = Score(), Score()
        for path in sorted(pack.glob("*.jsonl.gz")):
            name = path.name.removesuffix(".jsonl.gz")
            rows = rows_of(path, scorer)
            if given.cost:
                report_cost(f"{pack.name}/{name}", rows)
                continue
            pages = topic_pages(rows, TopicBurst())
            others = other_pages(given.events / f"{pack.name}.{name}.jsonl") if given.events else []
            alone.add(labels, name, rows, pages)
            union.add(labels, name, rows, [*others, *pages])
        if not given.cost:
            alone.show(f"{pack.name}, topics alone")
        if given.events:
            union.show(f"{pack.name}, with the other detectors")


if __name__ == "__main__":
    main()
