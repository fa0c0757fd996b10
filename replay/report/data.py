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
from replay.report.threshold_distance import DetectorLevel, levels
from replay.report.what_if import Slider, sliders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from alerts.incidents.model import Notification
    from config.brands.model import Brand
    from mentions.model.batches import Tick
    from replay.player.result import IncidentTimeline, ReplayResult
    from replay.report.provenance import Provenance

BARS_SHOWN: Final = 720
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
    levels: list[DetectorLevel]
    phases: list[Phase]
    examples: list[QuotedMention]
    sliders: list[Slider]

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
    step = next((step for step in _STEPS if (until - since) / MINUTE / step <= BARS_SHOWN), _STEPS[-1])
    times, mentions, negative = _columns(brand.name, records, since, until, step)
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
