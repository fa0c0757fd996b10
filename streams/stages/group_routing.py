"""Where the records of a brand in a group are triaged, and the typed record that takes them there.

The watch stage sends a brand's signals to the brand's partition. For a brand in a group, triage forwards them to the
partition of the group, where the signals of all its brands meet. Event time of a group is the time that every partition
has reached. An incident that began before the brand joined its group ends in the brand's partition; so do incidents
about a brand's silent sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from alerts.incidents.model import Action, kind_of
from alerts.incidents.router import state_key
from alerts.incidents.silences import matching_silence
from detectors.model.correction import Correction
from detectors.model.signal import Signal, Watermark
from streams.kafka.partitioning import partition_of
from streams.stages.triage import TriageShard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.incidents.model import Notification
    from alerts.incidents.state import TriageState
    from streams.stages.policies import Policies

Route = Literal["brand", "group", "both"]
"""Where a record is triaged: in the partition of its brand, in the partition of its group, or in both."""


class ForwardedRecord(msgspec.Struct, frozen=True, tag="forwarded"):
    """A record that triage forwards to the partition of a group, through the topic `signals`."""

    group: str  # "" for a watermark: it goes to every group
    source: int  # partition that forwards it
    record: Signal | Watermark | Action | Correction


SignalsRecord = Signal | Watermark | Correction | ForwardedRecord
"""What the topic `signals` carries."""

_encode: Final = msgspec.json.Encoder().encode
_decoder: Final[msgspec.json.Decoder[SignalsRecord]] = msgspec.json.Decoder(
    Signal | Watermark | Correction | ForwardedRecord
)


def encode(record: SignalsRecord) -> bytes:
    """Return the wire form (JSON) of a record of `signals`."""
    return _encode(record)


def decode(raw: bytes) -> SignalsRecord:
    """Return the record that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not a record of `signals`.
    """
    return _decoder.decode(raw)


def route(record: Signal | Action | Correction, states: Mapping[str, TriageState], group: str) -> Route:
    """Return where a record is triaged, given the states in the brand's partition and its group, "" for none."""
    if not group:
        return "brand"
    if isinstance(record, Correction) or (isinstance(record, Action) and record.kind in ("silence", "unsilence")):
        return "both"
    own = states.get(record.brand)
    is_open = own is not None and own.incident is not None and own.incident.resolved_at is None
    if isinstance(record, Signal):
        kept = own is not None and (record.id in own.applied_signals or matching_silence(record, own.silences))
        return "brand" if kind_of(record) or kept or is_open else "group"
    known = (own, *(states.get(state_key(record.brand, kind)) for kind in ("no_data", "source")))
    meant = any(one and one.incident and one.incident.id == record.incident for one in known)
    return "brand" if meant or (is_open and record.incident is None) else "group"


def group_partition(group: str, partitions: int) -> int:
    """Return the partition of a group."""
    return partition_of(group.encode(), partitions)


class PartitionClocks:
    """The event time that every partition has reached; None until each partition has reported."""

    def __init__(self, partitions: int = 0) -> None:
        """Take the number of partitions; 0: those that have reported."""
        self._partitions = partitions
        self._reached: dict[int, int] = {}

    def advance(self, partition: int, at: int) -> Watermark | None:
        """Note how far (ms) a partition is; return how far all are."""
        self._reached[partition] = max(at, self._reached.get(partition, 0))
        return Watermark(min(self._reached.values())) if len(self._reached) >= self._partitions else None


class TriageResult(NamedTuple):
    """What follows from a record in its own partition: notifications, and records for the partition of a group."""

    notifications: list[Notification]
    forwarded: list[ForwardedRecord]


class PartitionTriage:
    """Triage of one partition: `brands` holds the incidents of its brands, `groups` those of its groups."""

    def __init__(self, policies: Policies, partitions: int = 0) -> None:
        """Take the number of partitions, which a group's clock waits for; 0: those that have reported."""
        self.brands = TriageShard(policies)
        self.groups = TriageShard(policies)
        self._clocks = PartitionClocks(partitions)
        self._policies = policies

    def apply(self, partition: int, record: Signal | Watermark | Action | Correction) -> TriageResult:
        """Apply the next record of `partition`, this object's own."""
        if isinstance(record, Watermark):
            return TriageResult(self.brands.apply(record), [ForwardedRecord("", partition, record)])
        group, _ = self._policies.group_members(record.brand)
        target = route(record, self.brands.cases, group)
        forwarded = [] if target == "brand" else [ForwardedRecord(group, partition, record)]
        return TriageResult([] if target == "group" else self.brands.apply(record), forwarded)

    def receive(self, forwarded: ForwardedRecord) -> list[Notification]:
        """Apply a record that a partition forwarded to a group that meets here."""
        if not isinstance(forwarded.record, Watermark):
            return self.groups.apply(forwarded.record)
        reached = self._clocks.advance(forwarded.source, forwarded.record.at)
        return [] if reached is None else self.groups.apply(reached)
