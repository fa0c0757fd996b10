"""Results of a detector at one minute: a finding, thresholds on counts, and the headroom below them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from detectors.model.signal import Severity


class CountThreshold(msgspec.Struct, frozen=True):
    """Counts over one sliding window from which a detector fires. They stay the same within an hour."""

    metric: int  # column that is counted
    window: int  # minutes; up to 3 h it slides by the minute, beyond by the hour
    expected: float | None  # None while the brand has too little history
    levels: tuple[tuple[int, Severity], ...]  # counts that breach, ascending, each with its severity
    resolve_below: float  # the episode ends once the count stays below this
    extra: dict[str, float] = {}
    min_author_diversity: float = 0.0  # share of different authors below which the severity is `info`
    min_negative_share: float = 0.0  # of the mentions in a scored language; below it nothing breaches
    needs_mood: bool = False  # whether the severity is `info` while the mood is light, see `detectors.base.is_light`


class Finding(msgspec.Struct, frozen=True):
    """Result of a detector for the window that ends with one minute."""

    severity: Severity | None  # None: no breach
    ongoing: bool  # at or above `resolve_below`: an episode continues
    metric: str
    window: int  # minutes
    observed: float
    expected: float | None
    threshold: float
    extra: dict[str, float] = {}
    source: str = ""  # the channel it is about, where it is about one
    first_minute: int | None = None  # first minute of the window, where the window does not slide


class Headroom(NamedTuple):
    """How much a column may grow within the hour before a detector could find anything."""

    column: int
    remaining: int
