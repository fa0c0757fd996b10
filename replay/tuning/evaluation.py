"""Evaluation of one setting: pages against labels give crises found, detection delays and false alarms."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from replay.player.policy_set import PolicySet
from replay.player.result import replay
from replay.tuning.candidates import Settings, with_settings
from replay.tuning.intervals import Interval, rate, share
from streams.stages.event_time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from config.brands.model import Brand
    from mentions.model.batches import Batch, Tick
    from replay.player.result import ReplayResult
    from replay.tuning.labels import Label

GRACE: Final = 3_600_000
"""How long before and after a labelled incident a page still belongs to it (ms)."""

WEEK: Final = 7 * 86_400_000


class Alert(msgspec.Struct, frozen=True):
    """One open period of an incident. Instants in ms."""

    brand: str
    opened: int
    paged: int | None


class Run(msgspec.Struct, frozen=True):
    """The incidents of all brands in question under one setting."""

    settings: Settings
    alerts: tuple[Alert, ...]


class Period(msgspec.Struct, frozen=True):
    """A brand's time that counts: from `since` to `until` (ms)."""

    brand: str
    since: int
    until: int

    def contains(self, brand: str, at: int) -> bool:
        """Return whether an instant of a brand lies within."""
        return self.brand == brand and self.since <= at <= self.until


class Metrics(msgspec.Struct, frozen=True):
    """Metrics of a run against labels. Delays in minutes from when the incident was visible, None where missed."""

    delays: tuple[float | None, ...]  # by crisis
    false_alarms: int
    weeks: float  # of a brand

    @property
    def found(self) -> int:
        """Return how many of the crises were paged."""
        return sum(delay is not None for delay in self.delays)

    @property
    def mean_delay(self) -> float | None:
        """Return the mean detection delay of those found, in minutes."""
        found = [delay for delay in self.delays if delay is not None]
        return sum(found) / len(found) if found else None

    @property
    def per_week(self) -> float:
        """Return the false alarms a week and brand."""
        return self.false_alarms / self.weeks if self.weeks else 0.0

    @property
    def rate(self) -> Interval:
        """Return the interval of the false alarms a week."""
        return rate(self.false_alarms, self.weeks)

    @property
    def recall(self) -> Interval:
        """Return the interval of the recall."""
        return share(self.found, len(self.delays))


def run_setting(
    settings: Settings,
    brands: Sequence[Brand],
    records: Mapping[str, Sequence[Batch | Tick]],
    own: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> Run:
    """Return the incidents under a setting; brands without mentions have none.

    `own` names the settings that a brand of a group writes itself: the group's do not reach those.
    """
    alerts: list[Alert] = []
    for brand in brands:
        if followed := records.get(brand.name):
            reached = {path: value for path, value in settings.items() if path not in own.get(brand.name, ())}
            alerts += alerts_of(replay(PolicySet.of([with_settings(brand, reached)]), followed, None))
    return Run(settings, tuple(alerts))


def alerts_of(outcome: ReplayResult) -> list[Alert]:
    """Return each open period of the incidents with its first page."""
    found: dict[tuple[str, int], Alert] = {}
    for note in outcome.notifications:
        one = note.incident
        key = one.id, one.opened_at
        known = found.get(key, Alert(one.brand, one.opened_at, None))
        paged = note.happened_at if note.page and known.paged is None else known.paged
        found[key] = Alert(one.brand, known.opened, paged)
    return list(found.values())


def measure(trial: Run, labels: Sequence[Label], stretches: Sequence[Period]) -> Metrics:
    """Return the metrics of a run on the crises and quiet time of some periods."""
    crises = [label for label in labels if label.is_crisis]
    inside = [label for label in crises if any(part.contains(label.brand, label.visible) for part in stretches)]
    paged = [
        alert
        for alert in trial.alerts
        if alert.paged is not None and any(part.contains(alert.brand, alert.paged) for part in stretches)
    ]
    false = sum(not any(_matches(alert, label) for label in crises) for alert in paged)
    quiet = sum(part.until - part.since for part in stretches)
    quiet -= sum(label.end - label.onset for label in inside)
    return Metrics(tuple(delay(trial, label) for label in inside), false, max(quiet, 0) / WEEK)


def delay(trial: Run, label: Label) -> float | None:
    """Return the minutes from when a crisis was visible to its first page, None where there was none."""
    instants = [
        alert.paged
        for alert in trial.alerts
        if alert.brand == label.brand and alert.paged is not None and label.visible - GRACE <= alert.paged <= label.end
    ]
    return round((min(instants) - label.visible) / MINUTE, 1) if instants else None


def _matches(alert: Alert, label: Label) -> bool:
    assert alert.paged is not None
    return alert.brand == label.brand and label.onset - GRACE <= alert.paged <= label.end + GRACE
