"""Series of a report: the mentions of each step, of the whole time or of the crisis, as columns and as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.report.threshold_distance import DetectorLevel


@dataclass(frozen=True)
class Series:
    """Mentions by step. Instants in ms; the columns of `times` cover `step` minutes each."""

    step: int
    times: list[int]
    mentions: list[int]
    negative: list[int]

    @property
    def end(self) -> int:
        """Return where the last step ends."""
        return self.times[-1] + self.step * 60_000


def to_csv(series: Series, levels: Sequence[DetectorLevel], zone: str) -> str:
    """Return what the charts draw as CSV: a row for each step, instants in the zone of the brand.

    Beside the mentions stand what each detector observed and from which value it fires; empty where it saw nothing.
    """
    written, zoned = io.StringIO(), ZoneInfo(zone)
    table = csv.writer(written, lineterminator="\r\n")
    names = [f"{level.detector} {what}" for level in levels for what in ("observed", "threshold")]
    table.writerow(["time", "mentions", "negative", *names])
    for place, (at, mentions, negative) in enumerate(zip(series.times, series.mentions, series.negative, strict=True)):
        moment = datetime.fromtimestamp(at / 1000, UTC).astimezone(zoned).isoformat(timespec="minutes")
        cells: list[str] = []
        for level in levels:
            seen = level.observations[place]
            cells += ["", ""] if seen is None else [f"{seen.observed:.6g}", f"{seen.level:.6g}"]
        table.writerow([moment, mentions, negative, *cells])
    return written.getvalue()
