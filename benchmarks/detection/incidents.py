"""Detection delay and false pages on both packs of labelled incidents, by replay of real posts with built-in defaults.

A page is an incident of severity warning or above. The rules are those of the labels' authors: a page counts for an
incident from ten minutes before an attentive reader could know of it until its end; a page of a quiet brand is false
outside every incident and every window that is left out, and after the first day of the brand's stream.
Brands and times are those of the labels beside the data; the texts are never printed, of topics one word is.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.detection.incidents_tuned import report
from benchmarks.results_table import publish, table
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DATA: Final = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "incidents"
PACKS: Final = (DATA, DATA.with_name("incidents_2"))
CRISES: Final = ("replay", "cold_start", "minor")
EARLY: Final = timedelta(minutes=10)
FIRST_DAY: Final = timedelta(days=1)
WORD_CHARS: Final = 20


@dataclass(frozen=True)
class Alert:
    """An incident of the replay."""

    brand: str
    opened: datetime
    paged: datetime | None = None  # when it first was a warning or above
    detector: str = ""  # of the page
    topic: str = ""  # a word of what the card named when it paged: of the topic, else the first of its words
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stream:
    """One stream of a pack, replayed."""

    name: str
    alerts: tuple[Alert, ...]
    spans: dict[str, tuple[datetime, datetime]]  # brand → first and last mention


class Pack:
    """Labelled streams in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels: dict[str, Any] = json.loads((folder / "labels.json").read_text(encoding="utf-8"))

    @cached_property
    def names(self) -> list[str]:
        """Return the names of the streams."""
        return sorted(path.name.removesuffix(".jsonl.gz") for path in self.folder.glob("*.jsonl.gz"))

    def stream(self, name: str) -> Stream:
        """Replay a stream under the built-in defaults."""
        path = str(self.folder / f"{name}.jsonl.gz")
        spans: dict[str, tuple[datetime, datetime]] = {}
        for line in read(path):
            mention = json.loads(line.raw)
            at = instant(mention["published_at"])
            first, last = spans.get(mention["brand"], (at, at))
            spans[mention["brand"]] = (min(first, at), max(last, at))
        return Stream(name, tuple(_alerts(path)), spans)

    def incidents(self, stream: str) -> dict[str, dict[str, Any]]:
        """Return the labelled incidents of a stream, by name."""
        return {name: one for name, one in self.labels["incidents"].items() if one["file"] == stream}

    def page_of(self, stream: Stream, label: dict[str, Any]) -> Alert | None:
        """Return the first page that counts for a label."""
        hits = [one for one in stream.alerts if one.paged and _counts(one.brand, one.paged, label)]
        return min(hits, key=lambda one: one.paged or one.opened, default=None)

    def quiet(self, stream: Stream) -> Iterator[tuple[float, list[Alert]]]:
        """Yield for each quiet brand of a stream the days it is watched, and its false pages."""
        for one in self.labels["quiet"]:
            if one["file"] == stream.name and one["brand"] in stream.spans:
                yield self._quiet_brand(stream, one)

    def _quiet_brand(self, stream: Stream, quiet: dict[str, Any]) -> tuple[float, list[Alert]]:
        brand = quiet["brand"]
        first, last = stream.spans[brand]
        start = max(first + FIRST_DAY, instant(quiet["from"]) if "from" in quiet else first)
        end = min(last, instant(quiet["to"]) if "to" in quiet else last)
        left_out = [
            (min(instant(one["onset"]), seen(one)), instant(one["end"]))
            for one in self.incidents(stream.name).values()
            if one["brand"] == brand and one["role"] != "hard_negative"
        ] + [
            (instant(one["from"]), instant(one["to"]))
            for one in self.labels["ignore_windows"]
            if one["brand"] == brand and one.get("file", stream.name) == stream.name
        ]
        watched = end - start - sum((max(timedelta(), min(end, b) - max(start, a)) for a, b in left_out), timedelta())
        false = [
            one
            for one in stream.alerts
            if one.brand == brand
            and one.paged is not None
            and start <= one.paged <= end
            and not any(a - EARLY <= one.paged <= b for a, b in left_out)
        ]
        return max(0.0, watched / timedelta(days=1)), false


def _counts(brand: str, at: datetime, label: dict[str, Any]) -> bool:
    return bool(brand == label["brand"]) and _from(label) <= at <= instant(label["end"])


def _from(label: dict[str, Any]) -> datetime:
    return min(instant(label["onset"]), seen(label) - EARLY)


def seen(label: dict[str, Any]) -> datetime:
    """Return when an attentive reader could know of a labelled incident."""
    return instant(label.get("visible_from") or label["onset"])


def _alerts(path: str) -> Iterator[Alert]:
    """Yield the incidents of a stream; one that reopens counts once, from its first opening and page."""
    found: dict[str, Alert] = {}
    for line in FileReplay(PolicySet.built_in(), Scorer()).run(read(path)):
        at, topic = instant(line["at"]), line.get("topic")
        key = line["incident"]
        known = found.setdefault(key, Alert(line["brand"], at))
        if known.paged is None and line["severity"] != "info":
            named = topic["label"].split(",")[0] if topic else _first_term(line)
            word = named.split(" ")[-1]
            categories = tuple(topic["categories"]) if topic else ()
            found[key] = replace(
                known, paged=at, detector=line["detector"], topic=word[:WORD_CHARS], categories=categories
            )
    yield from found.values()


def _first_term(line: dict[str, Any]) -> str:
    """Return the first of the words that a card shows while no topic is known."""
    return next((term["term"] for term in line.get("words", {}).get("terms", ())), "")


def instant(text: str) -> datetime:
    """Return a label's instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def minutes_to(at: datetime | None, label: dict[str, Any]) -> int | None:
    """Return the minutes from where it is visible to an instant, 0 for an earlier one; None without one."""
    return None if at is None else max(0, round((at - seen(label)) / timedelta(minutes=1)))


def main() -> int:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not DATA.is_dir():
        print(f"the real incidents are not here ({DATA}): nothing to measure")
        return 1
    tables = []
    for folder in PACKS:
        pack = Pack(folder)
        streams = [pack.stream(name) for name in pack.names]
        tables += [f"### {folder.name}", found(pack, streams), summary(pack, streams), false_pages(pack, streams)]
    text = "\n\n".join(tables)
    print(text)
    publish("incidents", "Real posts: delay and false pages", "incidents-table", text)
    first = Pack(DATA)
    held_out = report(DATA, first.names, first.labels)
    print(held_out)
    publish("incidents-tuned", "Real posts: does tuning help?", "incidents-table", held_out)
    return 0


def found(pack: Pack, streams: Sequence[Stream]) -> str:
    """Return the table of what was labelled: delays, and by what the first page was about it."""
    rows = []
    for stream in streams:
        for name, label in pack.incidents(stream.name).items():
            if label["role"] not in CRISES:
                continue
            page = pack.page_of(stream, label)
            opened = [one.opened for one in stream.alerts if _counts(one.brand, one.opened, label)]
            alert, delay = (minutes_to(at, label) for at in (min(opened, default=None), page.paged if page else None))
            shown = (page.detector, page.topic or "–", ", ".join(page.categories) or "–") if page else ("–", "–", "–")
            rows.append((name, label["role"], *("–" if one is None else str(one) for one in (alert, delay)), *shown))
    head = (
        "Labelled",
        "Role",
        "First alert, minutes after visible",
        "First page",
        "Detector",
        "Topic or first word",
        "Categories",
    )
    return table(head, rows)


def summary(pack: Pack, streams: Sequence[Stream]) -> str:
    """Return the table of how many of each role were paged, and how soon."""
    rows = []
    for role in (*CRISES, "hard_negative"):
        labelled = [(one, label) for one in streams for label in pack.incidents(one.name).values()]
        pages = [(pack.page_of(one, label), label) for one, label in labelled if label["role"] == role]
        delays = sorted(delay for page, label in pages if page and (delay := minutes_to(page.paged, label)) is not None)
        if pages:
            soon = [str(sum(delay <= most for delay in delays)) for most in (30, 120)]
            rows.append((role, str(len(pages)), str(len(delays)), *soon))
    return table(("Role", "Labelled", "Paged", "Within 30 min", "Within 2 h"), rows)


def false_pages(pack: Pack, streams: Sequence[Stream]) -> str:
    """Return the table of pages outside every labelled window, by stream and over all of them."""
    rows, days, pages = [], 0.0, 0
    for stream in streams:
        quiet = list(pack.quiet(stream))
        watched, false = sum(one for one, _ in quiet), sum(len(one) for _, one in quiet)
        days, pages = days + watched, pages + false
        if watched:
            rows.append((stream.name, f"{watched:.1f}", f"{false}", f"{false / watched:.4f}"))
    rows.append(("all", f"{days:.1f}", f"{pages}", f"{pages / days:.4f}" if days else "–"))
    return table(("Stream", "Brand-days", "False pages", "A brand-day"), rows)


if __name__ == "__main__":
    sys.exit(main())
