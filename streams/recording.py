"""What did the live workers read of some brands, between two instants, and in which order? For a recording."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from alerts.incident import decode_action
from mentions.decode import split_lines
from mentions.scored import Batch, Tick, decode
from sources.recording import Acted, Configured, Entry, Header, Judged, Received, Ticked, code_version
from streams import canary, reading
from streams.recording_ticks import Thinning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streams.connection import Connection
    from streams.reading import Record
    from streams.topics import Topics

_RANK: Final = {Configured: 0, Ticked: 1, Judged: 1, Received: 1, Acted: 2}
"""What comes first of the same millisecond."""


@dataclass
class Gathered:
    """What was read: the header, the entries in the order of their reading, and how many texts are gone."""

    header: Header
    entries: list[Entry]
    gone: int = 0  # mentions whose original is no longer in the topic `mentions`
    unknown_revisions: list[str] = field(default_factory=list)  # brands whose configuration at the start is gone

    @property
    def mentions(self) -> int:
        """Return how many mentions were read."""
        return sum(len(entry.lines) for entry in self.entries if isinstance(entry, Received))


def gather(
    connection: Connection,
    topics: Topics,
    brands: Iterable[str],
    period: tuple[int, int],
    *,
    warm_up: int = 0,
    scores: bool = False,
) -> Gathered:
    """Return what the workers read of `brands` (none: of all) in `period`, with the `warm_up` before it (ms).

    All of it is held in memory: about a kilobyte a mention, and 100 MB for the ticks of a brand's week.

    Raises:
        BrokerError: no broker answers, or a topic does not exist.
    """
    wanted, (since, until) = frozenset(brands), period
    keys = [name.encode() for name in wanted]
    start = max(0, since - warm_up)
    scored = list(_scored(reading.between(connection, topics.scored.name, start, until, keys), wanted))
    targets = {batch.brand: target for _, target, batch in scored if isinstance(batch, Batch)}
    lines, gone = _lines(connection, topics, [record for _, _, record in scored if isinstance(record, Batch)])
    configured, unknown = _configured(connection, topics, targets, until, scored)
    entries: list[Entry] = list(configured)
    for at, target, found in scored:
        if target in targets.values():
            entries += _entries(at, target, found, lines, scores=scores)
    for record in reading.between(connection, topics.actions.name, start, until):
        entries += _acted(record, targets)
    entries.sort(key=lambda entry: (entry.at, _RANK[type(entry)]))
    unconfigured = tuple(sorted(targets.keys() - {entry.name for entry in configured}))
    header = Header(tuple(sorted(targets)), since, until, warm_up, scores, unconfigured, code=code_version())
    return Gathered(header, entries, gone, unknown)


def scores(connection: Connection, topics: Topics, brand: str, since: int, until: int) -> list[Batch | Tick]:
    """Return what was watched of a brand in a period (ms): its scored mentions and the ticks among them, no texts.

    Raises:
        BrokerError: no broker answers, or the topic does not exist.
    """
    read = reading.between(connection, topics.scored.name, since, until, [brand.encode()])
    return [record for _, _, record in _scored(read, frozenset([brand]))]


def _scored(records: Iterable[Record], wanted: frozenset[str]) -> Iterator[tuple[int, int, Batch | Tick]]:
    """Yield (instant, partition, record), thinned; the instants of one partition never go back."""
    partitions: dict[int, Thinning] = {}
    for record in records:
        try:
            entry = decode(record.value or b"")
        except msgspec.DecodeError:
            continue
        if isinstance(entry, Tick) or (entry.brand in wanted if wanted else entry.brand != canary.BRAND):
            partition = partitions.setdefault(record.partition, Thinning())
            for at, kept in partition.take(record.timestamp, entry):
                yield at, record.partition, kept
    for number, partition in partitions.items():
        for at, kept in partition.flush():
            yield at, number, kept


def _lines(connection: Connection, topics: Topics, batches: list[Batch]) -> tuple[dict[tuple[int, int, int], str], int]:
    """Return the original of each row, by source partition, offset and index, and how many are gone."""
    wanted: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for batch in batches:
        wanted[batch.partition].update(zip(batch.offsets, batch.indexes, strict=True))
    found: dict[tuple[int, int, int], str] = {}
    spans = {partition: (min(places)[0], max(places)[0]) for partition, places in wanted.items()}
    if spans:
        for record in reading.spans(connection, topics.mentions.name, spans):
            for index, line in enumerate(split_lines(record.value or b"")):
                if (record.offset, index) in wanted[record.partition]:
                    found[record.partition, record.offset, index] = _one_line(line)
    return found, sum(len(places) for places in wanted.values()) - len(found)


def _one_line(line: bytes) -> str:
    return (msgspec.json.format(line, indent=-1) if b"\n" in line else line).decode("utf-8", "replace")


def _entries(
    at: int, target: int, record: Batch | Tick, lines: dict[tuple[int, int, int], str], *, scores: bool
) -> Iterator[Entry]:
    if isinstance(record, Tick):
        yield Ticked(at, target, record)
        return
    if scores:
        yield Judged(at, target, record)
    places = zip(record.offsets, record.indexes, strict=True)
    originals = [lines.get((record.partition, *place), "") for place in places]
    yield Received(
        at,
        target,
        record.brand,
        record.partition,
        record.policy,
        record.scorer,
        record.offsets,
        record.indexes,
        record.arrived,
        originals,
    )


def _configured(
    connection: Connection,
    topics: Topics,
    targets: dict[str, int],
    until: int,
    scored: list[tuple[int, int, Batch | Tick]],
) -> tuple[list[Configured], list[str]]:
    """Return the revisions that the topic still has, and the brands whose first batch names one that is gone."""
    found = [
        Configured(
            record.timestamp, name, record.offset, None if record.value is None else msgspec.json.decode(record.value)
        )
        for record in reading.records(connection, topics.brands.name)
        if (name := (record.key or b"").decode(errors="replace")) in targets and record.timestamp < until
    ]
    known = {(entry.name, entry.revision) for entry in found}
    first = {batch.brand: batch.policy for _, _, batch in reversed(scored) if isinstance(batch, Batch)}
    configured = {entry.name for entry in found}
    unknown = sorted(name for name in configured if (name, first[name]) not in known)
    for name in unknown:  # the next later one that is known serves, as live
        place = next(place for place, entry in enumerate(found) if entry.name == name)
        found[place] = replace(found[place], at=0)
    return found, unknown


def _acted(record: Record, targets: dict[str, int]) -> Iterator[Acted]:
    try:
        action = decode_action(record.value or b"")
    except msgspec.DecodeError:
        return
    if action.brand in targets:
        yield Acted(record.timestamp, targets[action.brand], action)
