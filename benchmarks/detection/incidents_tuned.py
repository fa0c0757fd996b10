"""Leave-one-out evaluation of tuning: does a tuned setting help on a labelled incident that it was not chosen by?"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.results_table import table
from config.brands.model import default_brand
from mentions.readers.files import read
from mentions.sentiment import Scorer
from mentions.watchlist.watchlist import Watchlist
from replay.tuning.dataset import Dataset, gather
from replay.tuning.evaluation import GRACE, Period
from replay.tuning.labels import Label
from replay.tuning.optimisation import Point, TuningResult, optimise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from replay.tuning.candidates import Settings
    from replay.tuning.evaluation import Metrics

CRISES = ("replay", "minor", "cold_start")
"""Roles that should be found. Hard negatives should not page; what is ambiguous is not scored."""


def report(data: Path, streams: Sequence[str], known: dict[str, Any]) -> str:
    """Return the tables and what they say."""
    material = load(data, streams)
    labels = list(crises(known))
    brands = [default_brand(name) for name in sorted(material.records)]
    stretches = list(counted(known, material, labels))
    found = optimise("", "all", brands, material, labels, stretches=stretches, jobs=os.cpu_count() or 1)
    return "\n\n".join([_held_out(found), _curve(found), _verdict(found)])


def load(data: Path, streams: Sequence[str]) -> Dataset:
    """Return all streams, scored; no two of them share a brand."""
    whole = Dataset()
    for stream in streams:
        one = gather(read(str(data / f"{stream}.jsonl.gz")), Watchlist.accepting_any(), Scorer())
        whole.records.update(one.records)
        whole.spans.update(one.spans)
    return whole


def crises(known: dict[str, Any]) -> Iterator[Label]:
    """Yield the labels that should be found."""
    for name, one in known["incidents"].items():
        if one["role"] in CRISES:
            onset, visible, end = (_ms(one[key]) for key in ("onset", "visible_from", "end"))
            yield Label(one["brand"], onset, end, "crisis", name, visible)


def counted(known: dict[str, Any], material: Dataset, labels: Sequence[Label]) -> Iterator[Period]:
    """Yield the quiet brands' time, without the windows that are left out, and the time of each crisis."""
    left_out = {one["brand"]: (_ms(one["from"]), _ms(one["to"])) for one in known["ignore_windows"]}
    quiet = {}
    for one in known["quiet"]:
        span = material.spans[one["brand"]]
        since, until = (_ms(one[key]) if key in one else span[place] for place, key in enumerate(("from", "to")))
        gone = left_out.get(one["brand"], (since, since))
        quiet[one["brand"]] = (since, until)
        parts = ((since, gone[0]), (gone[1], until)) if gone[0] > since else ((max(since, gone[1]), until),)
        yield from (Period(one["brand"], a, b) for a, b in parts if a < b)
    for label in labels:
        since, until = quiet.get(label.brand, (0, 0))
        if not since <= label.visible <= until:
            yield Period(label.brand, label.onset - GRACE, label.end + GRACE)


def _held_out(found: TuningResult) -> str:
    rows = [
        (
            one.label.note,
            one.label.brand,
            f"{datetime.fromtimestamp(one.label.onset / 1000, UTC):%Y-%m-%d %H:%M}",
            _delay(one.before),
            _delay(one.after),
            _rate(one.before),
            _rate(one.after),
            _spelled(one.settings),
        )
        for one in found.held_out
    ]
    head = ("Held out", "Brand", "Onset (UTC)", "First page, minutes: as shipped", "tuned without it")
    return table((*head, "False alarms a brand-week: as shipped", "tuned without it", "Chosen without it"), rows)


def _curve(found: TuningResult) -> str:
    rows = [_row("as shipped", found.today), _row(f"best in hindsight: {_spelled_point(found)}", _leading(found))]
    costly = [one for one in reversed(found.points) if one.best and one.found > found.today.found]
    dearer = {(one.false_alarms, one.found): one for one in costly}
    rows += [_row(f"in hindsight: {_spelled(dearer[key].settings)}", dearer[key]) for key in sorted(dearer)]
    head = ("All brands", "Crises paged (90 %)", "Delays, minutes", "False alarms a brand-week (90 %)")
    return table(head, rows)


def _row(name: str, one: Point) -> tuple[str, ...]:
    delays = ", ".join("missed" if delay is None else f"{delay:.0f}" for delay in one.delays)
    recall = f"{one.found} of {one.of} ({one.recall[0]:.2f}–{one.recall[1]:.2f})"
    return name, recall, delays, f"{one.per_week:.2f} ({one.between[0]:.2f}–{one.between[1] or 0:.2f})"


def _verdict(found: TuningResult) -> str:
    texts = {
        "proposed": "A tuned setting beats the one that ships on held-out incidents.",
        "keep": "No setting tried is better than what ships, even in hindsight.",
    }
    plain = "Tuned settings do not beat what ships on held-out incidents: `tocsin tune` proposes no change here."
    tried = f"{len(found.points)} settings, no more false alarms than as shipped, {found.weeks:.1f} quiet brand-weeks."
    return f"{texts.get(found.state, plain)} {tried}"


def _leading(found: TuningResult) -> Point:
    return found.points[found.leading]


def _spelled_point(found: TuningResult) -> str:
    return _spelled(_leading(found).settings)


def _spelled(settings: Settings) -> str:
    return ", ".join(f"{path.split('.', 1)[1]} {value}" for path, value in settings.items()) or "as shipped"


def _delay(one: Metrics) -> str:
    return "missed" if one.delays[0] is None else f"{one.delays[0]:.0f}"


def _rate(one: Metrics) -> str:
    return f"{one.per_week:.2f}" if one.weeks else "–"


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
