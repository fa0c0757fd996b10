"""Policies of tests about groups: an agency with three brands, and one brand without a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.policy import Policy
from detectors.model.signal import Contributors, Example
from streams.stages.triage import TriageShard
from tests.support.alerts import START

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from config.brands.overrides import PolicyInterval
    from tests.support.alerts import Record

GROUP: Final = "Halcyon Inns"
BRANDS: Final = ("Halcyon Bay", "Halcyon Moor", "Halcyon Peak")
UNGROUPED: Final = "Brightmoor"


def about(*terms: str, url: str = "") -> Contributors:
    """Return drivers with these words, and an example that stands at an address."""
    examples = (Example("look at this", "mira", "forum", url, 10, -0.5, START),) if url else ()
    return Contributors(channels=(("forum", 9),), terms=tuple((term, 9) for term in terms), examples=examples)


class GroupPolicies:
    """The rules of an installation: the brands of the group, and one without."""

    def __init__(self, policy: Policy | None = None, members: tuple[str, ...] = BRANDS) -> None:
        self.policy = policy or Policy()
        self.members = members

    def detection_policy(self, brand: str, revision: int, at: int) -> PolicyInterval:
        """Nothing is watched here."""
        raise NotImplementedError(brand, revision, at)

    def alert_policy(self, brand: str) -> Policy:
        """Return the one policy."""
        assert brand
        return self.policy

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the group of a brand."""
        return (GROUP, self.members) if brand in self.members else ("", ())


def run_triage(*records: Record, rules: GroupPolicies | None = None) -> tuple[TriageShard, list[Notification]]:
    """Return the shard after the records, and all that was told."""
    shard = TriageShard(rules or GroupPolicies())
    return shard, [note for record in records for note in shard.apply(record)]
