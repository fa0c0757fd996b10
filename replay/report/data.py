"""Data of a brand's report: its counts, incidents, contributors, actions, and what other thresholds would have done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from alerts.incidents.model import rank
from mentions.model.batches import Batch
from replay.pictures.event_log import MINUTE, EventLog
from replay.player.policy_set import PolicySet
from replay.player.result import replay
from replay.report.contributors import Phase, QuotedMention, examples, phases
from replay.report.series import Series
from replay.report.threshold_distance import DetectorLevel, levels
from replay.report.what_if import Slider, sliders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from alerts.incidents.model import Incident, Notification
    from config.brands.model import Brand
    from mentions.model.batches import Tick
    from replay.player.result import IncidentTimeline, ReplayResult
    from replay.report.provenance import Provenance

BARS_SHOWN: Final = 720
CRISIS_BARS: Final = 360
AROUND: Final = 2 * 3_600_000
"""How much the chart of the crisis shows before it (ms), and half of it after."""

BEFORE: Final = 3 * 3_600_000
AFTER: Final = 3 * 3_600_000
"""How much is shown around an incident (ms)."""

NEAR: Final = 0.5
"""How near to its level a detector must have come for its threshold to be tried."""

_STEPS: Final = (1, 5, 15, 30, 60, 180, 360, 1440)


@dataclass(frozen=True)
class ReportData:
    """Data of a report. Instants in ms; the columns of `times` cover `step` minutes each."""

    brand: Brand
    origin: Provenance
    courses: list[IncidentTimeline]
    outcome: ReplayResult
    focus: IncidentTimeline | None
    since: int
    until: int
    step: int
    times: list[int]
    mentions: list[int]
    negative: list[int]
    crisis: Series  # the hours around the most severe incident; all of it where there is none, or it is short
    levels: list[DetectorLevel]
    phases: list[Phase]
    examples: list[QuotedMention]
    sliders: list[Slider]
    lived_incident: Incident | None = None  # the most severe incident as it was lived, where that is known

    @property
    def series(self) -> Series:
        """Return the mentions of the whole time."""
        return Series(self.step, self.times, self.mentions, self.negative)

    @property
    def notifications(self) -> list[Notification]:
        """Return the notifications of the incidents that the timeline shows."""
        return [note for note in self.outcome.notifications if self.since <= note.happened_at <= self.until]


def gather(
    brand: Brand,
    records: Sequence[Batch | Tick],
    origin: Provenance,
    incident: str | None = None,
    lived: ReplayResult | None = None,
    advance: Callable[[float], None] = lambda _done: None,
) -> ReportData:
    """Return the report data of a brand's scored mentions, or of one of its incidents.

    Args:
        brand: as configured, at the end where that changed on the way.
        records: its batches and ticks in the order of `mentions.scored`.
        origin: where they and the rules come from.
        incident: the id of the only incident to tell of; None: all of them.
        lived: what came of a run in which people acted; None: what comes of the records alone.
        advance: called with the fraction of the work done since the last call; the fractions add up to 1.

    Raises:
        LookupError: there is no incident of that id; the message names those there are.
    """
    outcome = _of(brand.name, lived, records) if lived is not None else replay(PolicySet.of([brand]), records, None)
    courses = outcome.timelines()
    focus = _focus(courses, incident)
    since, until = _shown(outcome, focus if incident else None)
    whole = _series(brand.name, records, since, until, BARS_SHOWN)
    times, mentions, negative, step = whole.times, whole.mentions, whole.negative, whole.step
    seen = levels(brand, records, times, step)
    near = {one.detector for one in seen if one.nearest.nearness >= NEAR}
    driven = phases(brand.name, records, focus, outcome.until, times, negative) if focus else []
    return ReportData(
        brand=brand,
        origin=origin,
        courses=courses,
        outcome=outcome,
        focus=focus,
        since=since,
        until=until,
        step=step,
        times=times,
        mentions=mentions,
        negative=negative,
        crisis=_crisis(brand.name, records, whole, focus, outcome.until),
        levels=seen,
        phases=driven,
        examples=examples(records, driven[0].since, driven[-1].until) if driven else [],
        sliders=sliders(brand, records, near, advance),
    )


def _of(brand: str, lived: ReplayResult, records: Iterable[Batch | Tick]) -> ReplayResult:
    """Return what a run that many brands shared says of one."""
    published = [at for record in records if isinstance(record, Batch) for at in record.published]
    notifications = [
        note for note in lived.notifications if brand in (note.incident.brand, *note.incident.affected_brands)
    ]
    counts = Counter({brand: lived.counts[brand]})
    return replace(lived, notifications=notifications, counts=counts, since=min(published), until=max(published))


def _focus(courses: list[IncidentTimeline], incident: str | None) -> IncidentTimeline | None:
    if incident is None:
        return max(courses, key=lambda course: (rank(course.severity), course.pages), default=None)
    for course in courses:
        if course.incident.id == incident:
            return course
    known = ", ".join(course.incident.id for course in courses) or "none"
    raise LookupError(f"no incident {incident}; there are: {known}")


def _shown(outcome: ReplayResult, focus: IncidentTimeline | None) -> tuple[int, int]:
    """Return the time to be shown; notifications after the last mention are included."""
    if focus is None:
        return outcome.since, max([outcome.until, *(note.happened_at for note in outcome.notifications)])
    end = focus.open_periods[-1].until or outcome.until
    return max(outcome.since, focus.opened_at - BEFORE), max(min(outcome.until, end + AFTER), end)


def _crisis(
    brand: str, records: Sequence[Batch | Tick], whole: Series, focus: IncidentTimeline | None, until: int
) -> Series:
    """Return the hours around the most severe incident, in finer steps; the whole time where it is hardly longer."""
    if focus is None:
        return whole
    first, last = focus.opened_at - AROUND, (focus.open_periods[-1].until or until) + AROUND // 2
    since, end = max(first, whole.times[0]), min(last, whole.end)
    if 2 * (end - since) >= whole.end - whole.times[0]:
        return whole
    return _series(brand, records, since, end, CRISIS_BARS)


def _series(brand: str, records: Iterable[Batch | Tick], since: int, until: int, most: int) -> Series:
    """Return the mentions in as many steps as a chart has room for."""
    step = next((step for step in _STEPS if (until - since) / MINUTE / step <= most), _STEPS[-1])
    return Series(step, *_columns(brand, records, since, until, step))


def _columns(
    brand: str, records: Iterable[Batch | Tick], since: int, until: int, step: int
) -> tuple[list[int], list[int], list[int]]:
    chronicle = EventLog(since)
    for record in records:
        if isinstance(record, Batch):
            chronicle.count(record)
    minutes, width = chronicle.minutes[brand], step * MINUTE
    times = list(range(since - since % width, until + 1, width))
    places = {time: place for place, time in enumerate(times)}
    mentions, negative = [0] * len(times), [0] * len(times)
    for at, minute in minutes.items():
        place = places.get(at - at % width)
        if place is not None:
            mentions[place] += minute.mentions
            negative[place] += minute.negative
    return times, mentions, negative
