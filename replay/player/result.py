"""What came of a run? Its incidents with their segments, all that was told, and how many mentions each brand had."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from alerts.incidents.model import rank
from mentions.model.batches import Batch, Tick
from replay.player.chunking import AT_ONCE, ended, portions, records
from streams.pipeline import SETTLED, Pipeline, Raw, TriageShard, WatchShard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.incidents.model import Incident, Notification
    from detectors.model.signal import Severity
    from mentions.readers.position import Line, RejectedLine
    from mentions.scorer_port import Scorer
    from replay.player.policy_set import Rules
    from streams.pipeline import Policies, Scored


class Segment(NamedTuple):
    """One stretch in which an incident was open; `until` is None where the run ended before it. Instants in ms."""

    since: int
    until: int | None


@dataclass(frozen=True)
class Course:
    """One incident of a run: as last told, its open stretches, how often somebody was paged and its gravest state."""

    incident: Incident
    segments: tuple[Segment, ...]
    pages: int
    severity: Severity

    @property
    def opened_at(self) -> int:
        """Return when it opened for the first time (ms)."""
        return self.segments[0].since


@dataclass
class Outcome:
    """What came of a run. `since` and `until` are the first and the last event time (ms), 0 where nothing was read."""

    told: list[Notification] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)  # mentions by brand
    since: int = 0
    until: int = 0
    refused: list[RejectedLine] = field(default_factory=list)
    rejected: int = 0
    unmatched: int = 0
    late: int = 0  # mentions that came behind the frontier
    repeated: int = 0  # mentions left out: their ids were read before

    @property
    def mentions(self) -> int:
        """Return how many mentions were counted, one of two brands twice."""
        return self.counts.total()

    def count(self, batch: Batch) -> None:
        """Count a batch."""
        self.counts[batch.brand] += len(batch)
        self.since = min(self.since or batch.published[0], *batch.published)
        self.until = max(self.until, *batch.published)

    def close(self, *shards: WatchShard) -> None:
        """Take what the watch has counted, at the end."""
        totals = [state.totals for shard in shards for state in shard.states.values()]
        self.late = sum(one.late for one in totals)
        self.repeated = sum(one.duplicates for one in totals)

    def courses(self) -> list[Course]:
        """Return each incident, in the order in which they opened."""
        notes: dict[str, list[Notification]] = {}
        for note in self.told:
            notes.setdefault(note.incident.id, []).append(note)
        found = [_course(sorted(told, key=lambda note: note.revision)) for told in notes.values()]
        return sorted(found, key=lambda course: (course.opened_at, course.incident.brand))

    def incidents(self) -> list[Incident]:
        """Return each incident as last told, in the order in which they opened."""
        return [course.incident for course in self.courses()]


def run(
    rules: Rules, source: Iterable[Line | RejectedLine] | Iterable[Raw] | Iterable[Batch | Tick], scorer: Scorer | None
) -> Outcome:
    """Return what comes of `source` under `rules`.

    Args:
        rules: the brands and their thresholds.
        source: lines of a file in order of publication; or records of `mentions`, of one partition; or scored batches
            and ticks in the order of `mentions.model.batches`, which skip scoring. Without ticks, time follows the batches.
        scorer: reads the texts; None where the source carries scores.

    Raises:
        ValueError: the source carries no scores, and there is no scorer.
    """
    outcome, entries = Outcome(), iter(source)
    first = next(entries, None)
    if first is None:
        return outcome
    every: Iterator[object] = chain([first], entries)
    if isinstance(first, Batch | Tick):
        return _follow(outcome, rules, every)  # type: ignore[arg-type]  # of one kind, as the first is
    if scorer is None:
        raise ValueError("these mentions carry no scores: give a scorer, or a recording made with --scores")
    if isinstance(first, Raw):
        deque(_score(outcome, Pipeline(rules, rules.watchlist, scorer), every, AT_ONCE), maxlen=0)  # type: ignore[arg-type]
    else:
        deque(tell(outcome, rules, every, scorer), maxlen=0)  # type: ignore[arg-type]
    return outcome


def tell(
    outcome: Outcome, rules: Rules, lines: Iterable[Line | RejectedLine], scorer: Scorer, at_once: int = AT_ONCE
) -> Iterator[Notification]:
    """Yield what is told of lines in order of publication, and let `outcome` know; it is whole at the end.

    `at_once` is how many mentions are read between two steps of event time; it makes no difference to what is found.
    """
    read = ended(records(lines, outcome.refused))
    yield from _score(outcome, Pipeline(rules, rules.watchlist, scorer), read, at_once)


def _score(outcome: Outcome, pipeline: Pipeline, read: Iterable[Raw], at_once: int) -> Iterator[Notification]:
    for portion in portions(read, at_once):
        yield from _note(outcome, *pipeline.feed(portion))
    outcome.close(pipeline.watch)


def _note(outcome: Outcome, scored: Scored, told: list[Notification]) -> Iterator[Notification]:
    for batch in scored.batches:
        outcome.count(batch)
    outcome.rejected += len(scored.rejections)
    outcome.unmatched += scored.unmatched
    for note in told:
        outcome.told.append(note)
        yield note


def _follow(outcome: Outcome, policies: Policies, records: Iterable[Batch | Tick]) -> Outcome:
    watch, triage = WatchShard(policies), TriageShard(policies)
    ticked, waiting = False, 0
    for record in records:
        outcome.told += [note for found in watch.apply(record) for note in triage.apply(found)]
        ticked = ticked or isinstance(record, Tick)
        if isinstance(record, Batch):
            outcome.count(record)
            waiting += len(record)
        if not ticked and waiting >= AT_ONCE:
            outcome.told += _tick(watch, triage, outcome.until)
            waiting = 0
    if not ticked:
        outcome.told += _tick(watch, triage, outcome.until + SETTLED)
    outcome.close(watch)
    return outcome


def _tick(watch: WatchShard, triage: TriageShard, read_up_to: int) -> list[Notification]:
    found = watch.apply(Tick(0, 1, read_up_to, None))
    return [note for one in found for note in triage.apply(one)]


def _course(notes: list[Notification]) -> Course:
    """Return an incident's course from what was told of it, in order of revision."""
    since, segments = notes[0].incident.opened_at, []
    is_open = True
    for note in notes:
        resolved = note.incident.resolved_at
        if is_open and resolved is not None:
            segments.append(Segment(since, resolved))
        elif not is_open and resolved is None:
            since = note.incident.opened_at
        is_open = resolved is None
    if is_open:
        segments.append(Segment(since, None))
    gravest = max((note.incident.severity for note in notes), key=rank)
    return Course(notes[-1].incident, tuple(segments), sum(note.page for note in notes), gravest)
