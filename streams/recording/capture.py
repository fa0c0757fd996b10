"""Captures a recording from Kafka: what the workers read of some brands between two instants, in their order."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from alerts.incidents.model import decode_action
from mentions.model.batches import Batch, Tick, decode
from mentions.readers import external_sort
from mentions.readers.external_sort import DiskBuffer
from streams.heartbeat import canary
from streams.kafka import reader
from streams.recording.deletions import without_excerpts, without_texts
from streams.recording.format import (
    ActionEntry,
    ConfigEntry,
    Entry,
    Header,
    MentionsEntry,
    ScoredEntry,
    TickEntry,
    code_version,
)
from streams.recording.source_lines import SourceLines
from streams.recording.tick_compactor import TickCompactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streams.kafka.connection import Connection
    from streams.kafka.reader import Record
    from streams.kafka.topics import Topics

_RANK: Final = {ConfigEntry: 0, TickEntry: 1, ScoredEntry: 1, MentionsEntry: 1, ActionEntry: 2}
"""What comes first of the same millisecond."""

_ROW_BYTES: Final = 1_000
"""What a scored mention takes in memory, about."""


@dataclass
class Captured:
    """What was read: the header, the entries in the order of their reading, and how many texts are gone."""

    header: Header
    entries: Iterable[Entry]
    missing_lines: int = 0  # mentions whose original is no longer in the topic `mentions`
    unknown_revisions: list[str] = field(default_factory=list)  # brands whose configuration at the start is gone


@dataclass
class _Selection:
    """What the scored records say on the way: where each brand is, its first revision, and which originals it takes."""

    source_lines: SourceLines = field(default_factory=SourceLines)
    partitions: dict[str, int] = field(default_factory=dict)
    first_revisions: dict[str, int] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)  # ids of mentions whose text must not be recorded

    def note(self, target: int, record: Batch | Tick) -> None:
        if isinstance(record, Batch):
            self.partitions[record.brand] = target
            self.first_revisions.setdefault(record.brand, record.policy)
            self.source_lines.request(record)
            self.deleted.update(change.id for change in record.changes if change.deleted)


def capture(
    connection: Connection,
    topics: Topics,
    brands: Iterable[str],
    period: tuple[int, int],
    *,
    warm_up: int = 0,
    scores: bool = False,
) -> Captured:
    """Return what the workers read of `brands` (none: of all) in `period`, with the `warm_up` before it (ms).

    What is read waits on disk, about a kilobyte a mention; the entries are made as they are asked for.

    Raises:
        BrokerError: no broker answers, or a topic does not exist.
    """
    wanted, (since, until) = frozenset(brands), period
    keys = [name.encode() for name in wanted]
    start, met = max(0, since - warm_up), _Selection()
    waiting = DiskBuffer[Entry](Entry)
    for at, target, record in _scored(reader.between(connection, topics.scored.name, start, until, keys), wanted):
        met.note(target, record)
        waiting.add(TickEntry(at, target, record) if isinstance(record, Tick) else ScoredEntry(at, target, record))
    if spans := met.source_lines.offset_ranges():
        for found in reader.offset_ranges(connection, topics.mentions.name, spans):
            met.source_lines.put(found.partition, found.offset, found.value)
    configured, unknown = _configured(connection, topics, met, until)
    acted = (_acted(record, met) for record in reader.between(connection, topics.actions.name, start, until))
    every = chain(configured, _followed(waiting, met), (entry for entry in acted if entry))
    unconfigured = tuple(sorted(met.partitions.keys() - {entry.name for entry in configured}))
    header = Header(tuple(sorted(met.partitions)), since, until, warm_up, scores, unconfigured, code=code_version())
    return Captured(
        header,
        _in_order(every, met.source_lines, frozenset(met.deleted), scores=scores),
        met.source_lines.missing(),
        unknown,
    )


def _followed(waiting: Iterable[Entry], met: _Selection) -> Iterator[Entry]:
    """Yield what was read of the partitions that hold a brand."""
    targets = set(met.partitions.values())
    return (entry for entry in waiting if isinstance(entry, ConfigEntry) or entry.target in targets)


def _in_order(
    entries: Iterable[Entry], originals: SourceLines, deleted: frozenset[int], *, scores: bool
) -> Iterator[Entry]:
    """Yield entries in the order of their reading, with the lines of what was scored, and the scores if asked for."""
    for entry in external_sort.sort(entries, Entry, _place, _weight):
        if not isinstance(entry, ScoredEntry):
            yield entry
            continue
        if scores:
            yield replace(entry, batch=without_excerpts(entry.batch, deleted))
        yield _received(entry, originals, deleted)


def _place(entry: Entry) -> tuple[int, int]:
    return entry.at, _RANK[type(entry)]


def _weight(entry: Entry) -> int:
    return _ROW_BYTES * (len(entry.batch.places) if isinstance(entry, ScoredEntry) else 1)


def read_scored(connection: Connection, topics: Topics, brand: str, since: int, until: int) -> list[Batch | Tick]:
    """Return what was watched of a brand in a period (ms): its scored mentions and the ticks among them, no texts.

    Raises:
        BrokerError: no broker answers, or the topic does not exist.
    """
    read = reader.between(connection, topics.scored.name, since, until, [brand.encode()])
    return [record for _, _, record in _scored(read, frozenset([brand]))]


def _scored(records: Iterable[Record], wanted: frozenset[str]) -> Iterator[tuple[int, int, Batch | Tick]]:
    """Yield (instant, partition, record), thinned; the instants of one partition never go back."""
    partitions: dict[int, TickCompactor] = {}
    for record in records:
        try:
            parts = decode(record.value or b"")
        except msgspec.DecodeError:
            continue
        for part in parts:
            if isinstance(part, Tick) or (part.brand in wanted if wanted else part.brand != canary.BRAND):
                partition = partitions.setdefault(record.partition, TickCompactor())
                for at, kept in partition.take(record.timestamp, part):
                    yield at, record.partition, kept
    for number, partition in partitions.items():
        for at, kept in partition.flush():
            yield at, number, kept


def _received(entry: ScoredEntry, originals: SourceLines, deleted: frozenset[int]) -> MentionsEntry:
    batch = entry.batch
    offsets, indexes, arrived = map(list, zip(*batch.places, strict=True))
    lines, scores = without_texts(batch, originals.lines(batch), deleted)
    return MentionsEntry(
        entry.at,
        entry.target,
        batch.brand,
        batch.partition,
        batch.policy,
        batch.scorer,
        offsets,
        indexes,
        arrived,
        lines,
        scores,
    )


def _configured(
    connection: Connection, topics: Topics, met: _Selection, until: int
) -> tuple[list[ConfigEntry], list[str]]:
    """Return the revisions that the topic still has, and the brands whose first batch names one that is gone."""
    found = [
        ConfigEntry(
            record.timestamp, name, record.offset, None if record.value is None else msgspec.json.decode(record.value)
        )
        for record in reader.records(connection, topics.brands.name)
        if (name := (record.key or b"").decode(errors="replace")) in met.partitions and record.timestamp < until
    ]
    known = {(entry.name, entry.revision) for entry in found}
    configured = {entry.name for entry in found}
    unknown = sorted(name for name in configured if (name, met.first_revisions[name]) not in known)
    for name in unknown:  # the next later one that is known serves, as live
        place = next(place for place, entry in enumerate(found) if entry.name == name)
        found[place] = replace(found[place], at=0)
    return found, unknown


def _acted(record: Record, met: _Selection) -> ActionEntry | None:
    try:
        action = decode_action(record.value or b"")
    except msgspec.DecodeError:
        return None
    return (
        ActionEntry(record.timestamp, met.partitions[action.brand], action) if action.brand in met.partitions else None
    )
