"""Records of the topic `mentions.scored`: columnar micro-batches, ticks that carry event time, and verdicts.

A record holds what one round of scoring has for one partition: a batch for each brand, then the ticks. It is
MessagePack. The watch stage is a pure fold over batches and ticks, so a recording of them is all that a replay needs;
verdicts follow from the actions.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NEGATIVE: Final = -1
NEUTRAL: Final = 0
POSITIVE: Final = 1
UNKNOWN: Final = 2
"""Labels. `UNKNOWN` is a text in a language that is not scored: counted in volume, never called neutral."""

ABUSIVE_FROM: Final = 0.5
"""Moderation score from which a mention counts as abusive."""


class Change(msgspec.Struct, frozen=True, array_like=True):
    """An edit or a deletion of a mention, scored like a row of a batch; a deletion has no text and no score."""

    place: int  # how many rows of the batch come before it
    revision: int  # of the mention; a higher one replaces a lower one
    deleted: bool
    offset: int
    index: int
    id: int
    published: int
    arrived: int
    compound: float
    label: int
    abuse: float
    channel: str
    author: str
    reach: int
    text_hash: int
    excerpt: str
    url: str


class Batch(msgspec.Struct, frozen=True, tag="batch", array_like=True):
    """One brand's mentions from one source partition, in source order, as parallel arrays of equal length.

    Instants are milliseconds since the epoch, UTC; digests are 63-bit (`mentions.model.hashing.digest`).
    """

    brand: str
    partition: int  # source partition of `mentions`
    policy: int  # revision of the brand's configuration in force when scored
    scorer: str  # version of scorer and lexicons
    offsets: list[int]  # source offset of the record
    indexes: list[int]  # position of the mention within its record
    ids: list[int]  # digest of the mention's id
    published: list[int]  # event time
    arrived: list[int]  # arrival time
    compounds: list[float]  # sentiment in [-1, 1], four decimals
    labels: list[int]  # NEGATIVE, NEUTRAL, POSITIVE, UNKNOWN
    abuses: list[float]  # [0, 1], abusive from ABUSIVE_FROM on
    channels: list[str]
    authors: list[str]  # author id or name as given, "" when unknown
    reaches: list[int]  # people reached: the larger of reach and followers, 0 when unknown
    text_hashes: list[int]  # digest of the normalised text: equal for retweets, quotes and near-verbatim copies
    excerpts: list[str]  # the text, cut to EXCERPT_CHARS
    urls: list[str]  # "" when unknown
    epoch: int = 0  # identity of the topic `mentions` that the offsets count in, 0 where it is not known
    changes: list[Change] = []  # edits and deletions among the rows, in source order; older workers leave them out

    def __len__(self) -> int:
        """Return the number of mentions."""
        return len(self.offsets)

    @property
    def places(self) -> list[tuple[int, int, int]]:
        """Return offset, index and arrival of each row and each change, in source order."""
        places = list(zip(self.offsets, self.indexes, self.arrived, strict=True))
        for change in reversed(self.changes):
            places.insert(change.place, (change.offset, change.index, change.arrived))
        return places


EXCERPT_CHARS: Final = 280


class ClockSkew(msgspec.Struct, frozen=True, array_like=True):
    """A timestamp that was ahead of the clock of the worker that read it, and counted as the present."""

    source: str  # what held it: "record timestamp", "header arrived-at", "published_at" …
    ahead: int  # ms
    seen_at: int  # ms, by the worker's clock


class Tick(msgspec.Struct, frozen=True, tag="tick", array_like=True):
    """Watermark: source partition `partition` of `partitions` is read up to `read_up_to`; no earlier mention follows.

    `clock` is the arrival clock of the worker that says so, in milliseconds: the wall clock live, `None` where time
    advances with the records alone. With it the watch stage
    notices a partition whose reader has died (see `detectors.engine.watermarks`). `skew` is the latest timestamp of the
    partition that was ahead of that clock.
    """

    partition: int
    partitions: int
    read_up_to: int
    clock: int | None
    skew: ClockSkew | None = None


class _Ticks(Tick, frozen=True, tag="tick", array_like=True):
    """Ticks on the wire: further partitions that are read up to the same instant by the same clock, without skew.

    An older worker reads the tick of the first alone, and takes the others for idle.
    """

    others: list[int] = []


class CrisisVerdict(msgspec.Struct, frozen=True, tag="verdict", array_like=True):
    """What triage sends back to the watch stage: a person called an incident a real crisis, or took that back.

    Instants are milliseconds of event time. It is sent when the verdict is given, and again when the incident ends.
    """

    brand: str
    since: int  # start of the incident
    until: int | None  # its end, or how long it lasts so far; None: the verdict is withdrawn
    at: int  # when that became known


MAX_RECORD_BYTES: Final = 800_000
"""Bytes of a record at most, unless a single batch is larger: under the megabyte that brokers take by default."""

_encode: Final = msgspec.msgpack.Encoder().encode
ScoredPart = Batch | Tick | CrisisVerdict
"""What a record of `mentions.scored` holds."""

_decoder: Final = msgspec.msgpack.Decoder(list[Batch | _Ticks | CrisisVerdict])


def encode(parts: Sequence[ScoredPart]) -> bytes:
    """Return the wire form of a record of `mentions.scored`."""
    return _encode(parts)


def encode_all(parts: Iterable[Batch | Tick], max_bytes: int = MAX_RECORD_BYTES) -> Iterator[bytes]:
    """Yield the wire form of as few records as hold the parts in order, each of at most `max_bytes`."""
    record: list[msgspec.Raw] = []
    size = 0
    for part in map(_encode, parts):
        if record and size + len(part) > max_bytes:
            yield _encode(record)
            record, size = [], 0
        record.append(msgspec.Raw(part))
        size += len(part)
    if record:
        yield _encode(record)


def together(ticks: Iterable[Tick]) -> list[Tick]:
    """Return as few ticks as say the same when they are encoded and decoded again: idle partitions tick alike."""
    alike: dict[tuple[int, int, int | None], list[int]] = defaultdict(list)
    found: list[Tick] = []
    for tick in ticks:
        if tick.skew is None:
            alike[tick.partitions, tick.read_up_to, tick.clock].append(tick.partition)
        else:
            found.append(tick)
    for (partitions, read_up_to, clock), (first, *others) in alike.items():
        one = Tick(first, partitions, read_up_to, clock)
        found.append(_Ticks(first, partitions, read_up_to, clock, None, others) if others else one)
    return found


def decode_parts(raw: bytes) -> list[ScoredPart]:
    """Return all parts of a record, in order, each partition's tick by itself.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    parts: list[ScoredPart] = []
    for part in _decoder.decode(raw):
        if isinstance(part, _Ticks):
            said = (part.partitions, part.read_up_to, part.clock, part.skew)
            parts.extend(Tick(partition, *said) for partition in (part.partition, *part.others))
        else:
            parts.append(part)
    return parts


def decode(raw: bytes) -> list[Batch | Tick]:
    """Return the batches and ticks of a record, in order; verdicts are for the watch stage alone.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    return [part for part in decode_parts(raw) if not isinstance(part, CrisisVerdict)]
