"""Detection delay and false pages on the labelled incidents, by replay of the real posts with the built-in defaults.

A page is an incident of severity warning or above; a false page is one that opens outside every labelled window.
Brands and times are those of the labels beside the data; the texts are never printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.incidents_tuned import report
from benchmarks.results_table import publish, table
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet

DATA: Final = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "incidents"
STREAMS: Final = ("us_airlines_2015", "twitter_related_2022", "free_telecom_fr_2024", "metro_north_2013")
WANTED: Final = {
    "free_tv_outage_2024": "≤ 15",
    "free_sponsorship_20240920": "no page",
    "metro_north_derailment_2013": "≤ 19",
    "jetblue_fleek_2015": "no page",
}
ANCHORS: Final = {"us_airlines_2015": "≤ 0.07", "twitter_related_2022": "≤ 0.03", "free_telecom_fr_2024": "≤ 0.01"}
GRACE: Final = timedelta(hours=1)
"""How long before and after a labelled window an alert still belongs to it."""


@dataclass(frozen=True)
class Alert:
    """An incident of the replay."""

    brand: str
    opened: datetime
    paged: datetime | None  # when it first was a warning or above


def alerts(stream: str) -> list[Alert]:
    """Return the incidents of a stream under the built-in defaults."""
    found: dict[tuple[str, str], Alert] = {}
    opened: dict[str, str] = {}
    for line in FileReplay(PolicySet.built_in(), Scorer()).run(read(str(DATA / f"{stream}.jsonl.gz"))):
        at = datetime.fromisoformat(line["at"])
        if line["event"] == "opened":
            opened[line["incident"]] = line["at"]
        key = (line["incident"], opened[line["incident"]])
        known = found.get(key, Alert(line["brand"], at, None))
        page = at if known.paged is None and line["severity"] != "info" else known.paged
        found[key] = Alert(known.brand, known.opened, page)
    return list(found.values())


def instant(text: str) -> datetime:
    """Return a label's instant."""
    return datetime.fromisoformat(text).astimezone(UTC)


def quiet_days(stream: str, label: dict[str, Any]) -> float:
    """Return how many days of a brand are watched for false pages."""
    if "from" in label:
        return (instant(label["to"]) - instant(label["from"])) / timedelta(days=1)
    stamps = []
    for line in read(str(DATA / f"{stream}.jsonl.gz")):
        mention = json.loads(line.raw)
        if mention["brand"] == label["brand"]:
            stamps.append(instant(mention["published_at"]))
    return (max(stamps) - min(stamps)) / timedelta(days=1)


def excused(alert: Alert, stream: str, labels: dict[str, Any]) -> bool:
    """Return whether a page lies in a labelled incident or in a window that is left out."""
    paged = alert.paged
    assert paged is not None
    spans = [(one["brand"], instant(one["from"]), instant(one["to"])) for one in labels["ignore_windows"]]
    spans += [
        (one["brand"], instant(one["onset"]) - GRACE, instant(one["end"]) + GRACE)
        for one in labels["incidents"].values()
        if one["file"] == stream and one["role"] != "hard_negative"
    ]
    return any(brand == alert.brand and start <= paged <= end for brand, start, end in spans)


def delay(found: list[Alert], label: dict[str, Any], *, page: bool) -> str:
    """Return the minutes from the first visible post to the first alert (or page) of a labelled incident."""
    seen, end = instant(label["visible_from"]), instant(label["end"])
    instants = [one.paged if page else one.opened for one in found if one.brand == label["brand"]]
    minutes = [(at - seen) / timedelta(minutes=1) for at in instants if at is not None and seen - GRACE <= at <= end]
    return f"{min(minutes):.0f}" if minutes else "–"


def main() -> int:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    if not DATA.is_dir():
        print(f"the real incidents are not here ({DATA}): nothing to measure")
        return 1
    labels = json.loads((DATA / "labels.json").read_text(encoding="utf-8"))
    found = {stream: alerts(stream) for stream in STREAMS}
    text = f"{delays(found, labels)}\n\n{false_pages(found, labels)}"
    print(text)
    publish("incidents", "Real posts: delay and false pages", "incidents-table", text)
    held_out = report(DATA, STREAMS, labels)
    print(held_out)
    publish("incidents-tuned", "Real posts: does tuning help?", "incidents-table", held_out)
    return 0


def delays(found: dict[str, list[Alert]], labels: dict[str, Any]) -> str:
    """Return the table of what was labelled and its detection delay."""
    rows = []
    for name, label in labels["incidents"].items():
        incidents = found[label["file"]]
        soon = (delay(incidents, label, page=False), delay(incidents, label, page=True))
        rows.append((name, label["role"], *soon, WANTED.get(name, "–")))
    return table(("Labelled", "Role", "First alert, minutes after visible", "First page", "Wanted"), rows)


def false_pages(found: dict[str, list[Alert]], labels: dict[str, Any]) -> str:
    """Return the table of pages outside every labelled window, by stream."""
    rows = []
    for stream, best in ANCHORS.items():
        quiet = [one for one in labels["quiet"] if one["file"] == stream]
        brands = {one["brand"] for one in quiet}
        days = sum(quiet_days(stream, one) for one in quiet)
        false = [a for a in found[stream] if a.brand in brands and a.paged and not excused(a, stream, labels)]
        rows.append((stream, f"{days:.1f}", f"{len(false)}", f"{len(false) / days:.3f}", best))
    return table(("Stream", "Brand-days", "False pages", "A brand-day", "Wanted"), rows)


if __name__ == "__main__":
    sys.exit(main())
