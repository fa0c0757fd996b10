"""Where does a group have its incidents, when its brands are dealt to different partitions?

What is found about a brand comes to the partition of the brand. For a brand of a group it is passed on from there to
the partition of the group, where all its brands meet; there event time is what every partition has reached. What began
here before the brand had its group ends here, and so does what is about its sources.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Literal

from kafka.partitioner.default import murmur2

from alerts.incidents.model import NO_DATA, Action
from alerts.incidents.router import state_key
from alerts.incidents.silences import matching_silence
from detectors.model.signal import Watermark, Signal
from streams.pipeline import TriageShard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.incidents.model import Notification
    from alerts.incidents.state import TriageState
    from streams.pipeline import Policies

GROUPED: Final = b"\0group/"
"""Before the group, or the partition whose time it is: the key of what is passed on. No brand's name begins so."""

ACT: Final = b"\0act/"
"""The same for an act: it is no record of `signals` otherwise."""

Route = Literal["here", "onward", "both"]


def route(record: Signal | Action, cases: Mapping[str, TriageState], group: str) -> Route:
    """Say where a record of a brand is heard, given the cases of the brand's partition."""
    if not group:
        return "here"
    if isinstance(record, Action) and record.kind in ("silence", "unsilence"):
        return "both"
    own = cases.get(record.brand)
    is_open = own is not None and own.incident is not None and own.incident.resolved_at is None
    if isinstance(record, Signal):
        kept = own is not None and (record.id in own.applied_signals or matching_silence(record, own.silences))
        return "here" if record.detector == NO_DATA or kept or is_open else "onward"
    known = (own, cases.get(state_key(record.brand, NO_DATA)))
    meant = any(one and one.incident and one.incident.id == record.incident for one in known)
    return "here" if meant or (is_open and record.incident is None) else "onward"


def group_partition(group: str, partitions: int) -> int:
    """Return the partition of a group."""
    return int(murmur2(GROUPED + group.encode()) & 0x7FFFFFFF) % partitions


class PartitionClocks:
    """The time that all partitions have reached, once each was heard of."""

    def __init__(self, partitions: int = 0) -> None:
        """Take how many partitions there are; 0: those that were heard of."""
        self._partitions = partitions
        self._reached: dict[int, int] = {}

    def advance(self, partition: int, at: int) -> Watermark | None:
        """Note how far (ms) a partition is; return how far all are."""
        self._reached[partition] = max(at, self._reached.get(partition, 0))
        return Watermark(min(self._reached.values())) if len(self._reached) >= self._partitions else None


class GroupRouter:
    """The triage of all partitions in one process."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._here: defaultdict[int, TriageShard] = defaultdict(lambda: TriageShard(policies))
        self._groups = TriageShard(policies)
        self._clocks = PartitionClocks()

    def of(self, partition: int, brand: str) -> TriageShard:
        """Return where a brand of a partition has its incidents."""
        return self._groups if self._policies.group_members(brand)[0] else self._here[partition]

    def apply(self, partition: int, record: Signal | Watermark | Action) -> list[Notification]:
        """Return what there is to tell after the next record of a partition."""
        here = self._here[partition]
        if isinstance(record, Watermark):
            reached = self._clocks.advance(partition, record.at)
            return here.apply(record) + ([] if reached is None else self._groups.apply(reached))
        found = route(record, here.cases, self._policies.group_members(record.brand)[0])
        told = here.apply(record) if found != "onward" else []
        return told + (self._groups.apply(record) if found != "here" else [])
