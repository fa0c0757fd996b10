"""NAB score of the volume detector as shipped, on realTweets or on any counts of that form.

Every row of `timestamp,value` is that many mentions in the minute of its timestamp. The live functions (`detectors`,
`alerts.incidents.lifecycle`) count and watch them with the built-in defaults; a row is an alarm when the volume
detector opens an incident there. Causal: the result of a row depends on that row and the rows before it.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from alerts.incidents import lifecycle
from alerts.incidents.policy import Policy as AlertPolicy
from alerts.incidents.state import new_state
from benchmarks.results_table import publish, table
from detectors.engine import engine, evaluation
from detectors.model.signal import Signal, Watermark
from detectors.policy import Policy as WatchPolicy
from detectors.windows.buckets import MENTIONS, MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAB: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "nab"
PROFILES: Final = ("standard", "reward_low_FP_rate", "reward_low_FN_rate")
ANCHORS: Final = (
    ("Twitter ADVec", "59.6", "–"),
    ("HTM", "68.0", "–"),
    ("contextOSE", "74.5", "–"),
    ("ARTime (knows each series' smallest and largest value)", "81.8 / 70.1 / 87.9", "–"),
    ("Decaying maximum, tuned on these series", "82.7 / 74.3 / 87.4", "21 of 33 with 0.101 false a day"),
    ("The perfect prompt detector", "93.3", "33 of 33"),
)
WATCH: Final = WatchPolicy()
ALERT: Final = AlertPolicy()


@dataclass(frozen=True)
class Row:
    """So many mentions at an instant [ms]."""

    timestamp: str
    at: int
    count: int


@dataclass
class Listener:
    """One series on its way through the live functions."""

    name: str

    def __post_init__(self) -> None:
        """Begin with a brand never seen before."""
        self.state = engine.initial_state(self.name)
        self.case = new_state(self.name)

    def feed(self, row: Row) -> bool:
        """Count a row; tell whether it opens an incident."""
        self.state, passed = engine.advance_watermark(self.state, row.at, WATCH)
        self.state.minutes.open(row.at // MINUTE)[MENTIONS] += row.count
        breaks = evaluation.evaluate_open(self.state, row.at, WATCH) if row.count else []
        records: list[Signal | Watermark] = [*passed, Watermark(row.at), *breaks]
        return sum(self._opens(record) for record in records) > 0

    def _opens(self, record: Signal | Watermark) -> bool:
        if isinstance(record, Signal) and record.detector != "volume_spike":
            return False
        self.case, notifications = lifecycle.process(self.case, record, ALERT)
        return any(note.reason == "opened" for note in notifications)


def read(path: Path) -> Iterator[Row]:
    """Return the rows of a series, in the order of the file, which must be that of time. Without a zone it is UTC.

    Raises:
        ValueError: a timestamp or a count that is none.
    """
    with path.open(newline="") as file:
        for record in csv.DictReader(file):
            moment = datetime.fromisoformat(record["timestamp"].strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            yield Row(record["timestamp"], round(moment.timestamp() * 1000), max(0, round(float(record["value"]))))


def alarms(name: str, rows: Iterable[Row]) -> Iterator[tuple[str, int]]:
    """Return each row's timestamp with 1 for an alarm, else 0."""
    listener = Listener(name)
    for row in rows:
        yield row.timestamp, int(listener.feed(row))


def write(path: Path, out: Path) -> int:
    """Write the result of one series beside its name in `out`; return the number of alarms."""
    rows = list(alarms(path.stem, read(path)))
    with (out / path.name).open("w", newline="") as file:
        csv.writer(file).writerows([("timestamp", "anomaly_score"), *rows])
    return sum(score for _, score in rows)


def score(results: Path) -> dict[str, Any]:
    """Return what NAB's scorer says of results, by profile."""
    report = results / "score.json"
    command = [sys.executable, str(NAB / "nab_score.py"), "--results", str(results), "--json", str(report)]
    subprocess.run(command, check=True, capture_output=True)
    profiles: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["profiles"]
    return profiles


def tabulate(profiles: dict[str, Any]) -> str:
    """Return the scores beside those of others."""
    scores = " / ".join(f"{profiles[name]['score']:.1f}" for name in PROFILES)
    found = profiles["standard"]
    prompt = f"{found['found_prompt']} of 33 with {found['fp_rows_per_brand_day']:.3f} false a day"
    rows = [*ANCHORS, ("**Tocsin**, as shipped, one set of parameters", scores, prompt)]
    return table(("Detector", "Standard / low FP / low FN", "Heard promptly, false alarms a brand-day"), rows)


def main() -> int:
    """Write one result a series; score them where NAB's labels are at hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=NAB / "data", help="series, one CSV each: timestamp,value")
    parser.add_argument("--out", type=Path, default=Path("out/nab"), help="where the results go")
    options = parser.parse_args()
    series = sorted(options.data.glob("*.csv"))
    if not series:
        print(f"no series (*.csv) in {options.data}: nothing to measure")
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    for path in series:
        print(f"{path.name}: {write(path, options.out)} alarms", flush=True)
    if options.data.resolve() == (NAB / "data").resolve():
        text = tabulate(score(options.out))
        print(text)
        publish("nab", "Volume: NAB realTweets", "nab", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
