"""Result of a replay: incidents with their timelines, notifications, counts of mentions."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from alerts.incidents.findings import topic_of, words_of
from alerts.incidents.model import rank
from mentions.model.batches import Batch, Tick
from replay.player.chunking import CHUNK_SIZE, chunks, read_records, with_end_marker
from streams.pipeline import Pipeline
from streams.stages.event_time import FLUSH_MARGIN
from streams.stages.score import MentionsRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Incident, Notification
    from detectors.engine.state import State
    from detectors.model.signal import Severity
    from detectors.model.topic import MentionWords, Topic
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from replay.player.policy_set import PolicySet
    from streams.stages.policies import Policies
    from streams.stages.score import ScoreResult


class OpenPeriod(NamedTuple):
    """One stretch in which an incident was open; `until` is None where the run ended before it. Instants in ms."""

    since: int
    until: int | None


@dataclass(frozen=True)
class IncidentTimeline:
    """One incident of a run: its last state, its open periods, its pages, its highest severity, and its topic."""

    incident: Incident
    open_periods: tuple[OpenPeriod, ...]
    pages: int
    severity: Severity
    first_page_at: int | None  # ms; None where it paged nobody
    topic: Topic | None  # what it was about, as last notified
    words: MentionWords | None  # of its mentions, where no topic is known

    @property
    def opened_at(self) -> int:
        """Return when it opened for the first time (ms)."""
        return self.open_periods[0].since


@dataclass
class ReplayResult:
    """What came of a run. `since` and `until` are the first and the last event time (ms), 0 where nothing was read."""

    notifications: list[Notification] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # mentions by brand
    since: int = 0
    until: int = 0
    rejected_lines: list[RejectedLine] = field(default_factory=list)
    rejected: int = 0
    unmatched: int = 0
    late: int = 0  # mentions that came behind the frontier
    duplicates: int = 0  # mentions left out: their ids were read before

    @property
    def mentions(self) -> int:
        """Return how many mentions were counted, one of two brands twice."""
        return self.counts.total()

    def count(self, batch: Batch) -> None:
        """Count a batch; its edits and deletions are no further mentions."""
        if not batch.published:
            return
        self.counts[batch.brand] += len(batch)
        self.since = min(self.since or batch.published[0], *batch.published)
        self.until = max(self.until, *batch.published)

    def close(self, states: Iterable[State]) -> None:
        """Take the counts of the brands' states, at the end of the run."""
        totals = [state.totals for state in states]
        self.late = sum(one.late for one in totals)
        self.duplicates = sum(one.duplicates for one in totals)

    def timelines(self) -> list[IncidentTimeline]:
        """Return each incident, in the order in which they opened."""
        notes: dict[str, list[Notification]] = {}
        for note in self.notifications:
            notes.setdefault(note.incident.id, []).append(note)
        found = [_timeline(sorted(sent, key=lambda note: note.revision)) for sent in notes.values()]
        return sorted(found, key=lambda course: (course.opened_at, course.incident.brand))

    def incidents(self) -> list[Incident]:
        """Return the last state of each incident, in the order in which they opened."""
        return [course.incident for course in self.timelines()]


def replay(
    policies: PolicySet,
    source: Iterable[Line | RejectedLine] | Iterable[MentionsRecord] | Iterable[Batch | Tick],
    scorer: Scorer | None,
) -> ReplayResult:
    """Return what comes of `source` under `rules`.

    Args:
        policies: the brands and their thresholds.
        source: lines of a file in order of publication; or records of `mentions`, of one partition; or scored batches
            and ticks in the order of `mentions.scored`, which skip scoring. Without ticks, time follows the batches.
        scorer: reads the texts; None where the source carries scores.

    Raises:
        ValueError: the source carries no scores, and there is no scorer.
    """
    result, entries = ReplayResult(), iter(source)
    first = next(entries, None)
    if first is None:
        return result
    every: Iterator[object] = chain([first], entries)
    if isinstance(first, Batch | Tick):
        return _follow(result, policies, every)  # type: ignore[arg-type]  # of one kind, as the first is
    if scorer is None:
        raise ValueError("these mentions carry no scores: give a scorer, or a recording made with --scores")
    if isinstance(first, MentionsRecord):
        deque(_score(result, policies, every, scorer, CHUNK_SIZE), maxlen=0)  # type: ignore[arg-type]
    else:
        deque(replay_lines(result, policies, every, scorer), maxlen=0)  # type: ignore[arg-type]
    return result


def replay_lines(
    result: ReplayResult,
    policies: PolicySet,
    lines: Iterable[Line | RejectedLine],
    scorer: Scorer,
    chunk_size: int = CHUNK_SIZE,
) -> Iterator[Notification]:
    """Yield the notifications of lines in order of publication; `result` is complete at the end.

    `chunk_size` is how many mentions are read between two steps of event time. It changes the speed, not the result.
    """
    read = with_end_marker(read_records(lines, result.rejected_lines))
    yield from _score(result, policies, read, scorer, chunk_size)


def _score(
    result: ReplayResult, policies: PolicySet, read: Iterable[MentionsRecord], scorer: Scorer, chunk_size: int
) -> Iterator[Notification]:
    pipeline = Pipeline(policies)
    for chunk in chunks(read, chunk_size):
        yield from _collect(result, *pipeline.feed(chunk, policies.watchlist, scorer))
    result.close(pipeline.states())


def _collect(result: ReplayResult, scored: ScoreResult, sent: list[Notification]) -> Iterator[Notification]:
    for batch in scored.batches:
        result.count(batch)
    result.rejected += len(scored.rejections)
    result.unmatched += scored.unmatched
    for note in sent:
        result.notifications.append(note)
        yield note


def _follow(result: ReplayResult, policies: Policies, records: Iterable[Batch | Tick]) -> ReplayResult:
    pipeline, ticked, waiting = Pipeline(policies), False, 0
    for record in records:
        result.notifications += pipeline.apply(0, record)
        ticked = ticked or isinstance(record, Tick)
        if isinstance(record, Batch):
            result.count(record)
            waiting += len(record)
        if not ticked and waiting >= CHUNK_SIZE:
            result.notifications += pipeline.apply(0, Tick(0, 1, result.until, None))
            waiting = 0
    if not ticked:
        result.notifications += pipeline.apply(0, Tick(0, 1, result.until + FLUSH_MARGIN, None))
    result.close(pipeline.states())
    return result


def _timeline(notes: list[Notification]) -> IncidentTimeline:
    """Return an incident's timeline from its notifications, in order of revision."""
    since, segments = notes[0].incident.opened_at, []
    is_open = True
    for note in notes:
        resolved = note.incident.resolved_at
        if is_open and resolved is not None:
            segments.append(OpenPeriod(since, resolved))
        elif not is_open and resolved is None:
            since = note.incident.opened_at
        is_open = resolved is None
    if is_open:
        segments.append(OpenPeriod(since, None))
    most_severe = max((note.incident.severity for note in notes), key=rank)
    paged = [note.happened_at for note in notes if note.page]
    topics = [topic for note in notes if (topic := topic_of(note.incident)) is not None]
    return IncidentTimeline(
        incident=notes[-1].incident,
        open_periods=tuple(segments),
        pages=len(paged),
        severity=most_severe,
        first_page_at=min(paged, default=None),
        topic=topics[-1] if topics else None,
        words=None if topics else words_of(notes[-1].incident),
    )
