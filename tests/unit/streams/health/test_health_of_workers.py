"""Worker group, backlog and last canary, as read from what the brokers answer."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest
from kafka import TopicPartition

from streams.health.backlog import StageBacklog, read_backlogs, records_since, stage_topics
from streams.health.last_canary import LastCanary, last_canary
from streams.health.worker_group import GroupMember, WorkerGroup, parse_group
from streams.heartbeat.canary import STAGES, Canary
from streams.kafka.connection import Connection
from streams.kafka.errors import MissingTopicError, RefusedError
from streams.kafka.topics import Topics

HERE: Final = Connection(("broker:9092",))
TOPICS: Final = Topics()


def described(state: str, *members: dict[str, Any], error: str | None = None) -> dict[str, Any]:
    """Return a group as kafka-python describes it."""
    return {"group_state": state, "members": list(members), "error": error}


def member(name: str, *partitions: int) -> dict[str, Any]:
    """Return a member that reads partitions of `mentions`, and of another topic."""
    assigned = [{"topic": "mentions", "partitions": list(partitions)}, {"topic": "signals", "partitions": [7]}]
    return {"member_id": name, "client_host": "/10.0.0.1", "member_assignment": {"assigned_partitions": assigned}}


def test_a_group_says_who_reads_what() -> None:
    """Only partitions of `mentions` count."""
    group = parse_group(HERE, described("Stable", member("b", 3, 1), member("a", 0)), "mentions")
    assert group == WorkerGroup(False, (GroupMember("a", "10.0.0.1", (0,)), GroupMember("b", "10.0.0.1", (1, 3))))
    assert group.unassigned(5) == (2, 4)


def test_a_group_that_nobody_joined_or_that_rebalances_has_no_partitions() -> None:
    """A member has no assignment while partitions are shared out."""
    empty = described("Dead", error="[Error 69] GroupIdNotFoundError: Group tocsin not found.")
    assert parse_group(HERE, empty, "mentions") == WorkerGroup(False, ())
    joining = member("a") | {"member_assignment": b""}
    group = parse_group(HERE, described("PreparingRebalance", joining), "mentions")
    assert group.rebalancing
    assert group.unassigned(1) == (0,)


def test_a_group_that_may_not_be_seen_is_an_error_with_the_remedy() -> None:
    """Else it would look like a group without workers."""
    refused = described("", error="[Error 30] GroupAuthorizationFailedError: Not authorized to access group")
    with pytest.raises(RefusedError, match="check the broker's ACLs"):
        parse_group(HERE, refused, "mentions")


class Offset(NamedTuple):
    """A committed offset."""

    offset: int


class Fetched(NamedTuple):
    """A record."""

    timestamp: int


class FakeBroker:
    """Committed offsets, ends, and the records between them, for admin client and consumer."""

    def __init__(self, committed: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]) -> None:
        self.committed = committed
        self.ends = ends
        self.missing = ""
        self.sought: dict[TopicPartition, int] = {}
        self.paused: set[TopicPartition] = set()

    def list_group_offsets(self, group: str) -> dict[str, dict[TopicPartition, Offset]]:
        """Return what the group has committed."""
        return {group: {TopicPartition(*at): Offset(offset) for at, offset in self.committed.items()}}

    def partitions_for_topic(self, name: str) -> set[int]:
        """Return two partitions for each topic that exists."""
        return set() if name == self.missing else {0, 1}

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the ends."""
        return {tp: self.ends.get((tp.topic, tp.partition), 0) for tp in partitions}

    def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the beginnings: the first ten records are gone where there are more."""
        return {tp: 10 if self.ends.get((tp.topic, tp.partition), 0) > 10 else 0 for tp in partitions}

    def offsets_for_times(self, wanted: dict[TopicPartition, int]) -> dict[TopicPartition, Offset | None]:
        """Return the first offset whose timestamp, a thousand times the offset, is not before the instant."""
        ends = self.end_offsets(list(wanted))
        return {tp: Offset(at // 1000) if at // 1000 < ends[tp] else None for tp, at in wanted.items()}

    def assign(self, partitions: list[TopicPartition]) -> None:
        """Take the partitions to read."""
        self.sought = dict.fromkeys(partitions, 0)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        """Read from there."""
        self.sought[tp] = offset

    def pause(self, tp: TopicPartition) -> None:
        """Read no more."""
        self.paused.add(tp)

    def poll(self, _: int) -> dict[TopicPartition, list[Fetched]]:
        """Return a record of each partition: its timestamp is a thousand times its offset."""
        return {tp: [Fetched(1000 * at)] for tp, at in self.sought.items() if tp not in self.paused}


def test_a_backlog_counts_from_the_committed_offset_and_knows_the_oldest() -> None:
    """Where nothing is committed, or what is committed is gone or of a deleted topic, it counts from the first."""
    broker: Any = FakeBroker(
        {("mentions", 0): 40, ("mentions", 1): 3, ("mentions.scored", 0): 99, ("signals", 0): 5},
        {("mentions", 0): 50, ("mentions", 1): 20, ("mentions.scored", 0): 6, ("signals", 0): 5, ("actions", 1): 2},
    )
    backlogs, partitions = read_backlogs(HERE, broker, broker, TOPICS)
    assert partitions == 2
    assert backlogs == [
        StageBacklog("score", 10 + 10, 10_000),
        StageBacklog("watch", 6, 0),
        StageBacklog("triage", 2, 0),
        StageBacklog("notify", 0, None),
    ]


def test_records_since_an_instant_are_counted_by_the_index_of_timestamps() -> None:
    """A partition without a record so young counts none."""
    broker: Any = FakeBroker({}, {("mentions.dead-letters", 0): 40, ("mentions.dead-letters", 1): 7})
    assert records_since(HERE, broker, "mentions.dead-letters", 30_000) == 10


def test_a_missing_topic_is_named() -> None:
    """With the command that makes it."""
    broker: Any = FakeBroker({}, {})
    broker.missing = "signals"
    with pytest.raises(MissingTopicError, match=r"signals.*topics create"):
        read_backlogs(HERE, broker, broker, TOPICS)


def test_stages_read_what_the_architecture_says() -> None:
    """The stages of a canary, in order."""
    assert tuple(stage_topics(TOPICS)) == STAGES


def reports(sent_at: int, partitions: int, *, sender: str = "a", slack_error: str = "") -> list[Canary]:
    """Return what workers report of a round of canaries that comes through."""
    return [
        Canary(sender, number, sent_at, stage, slack_error if stage == "notify" else "")
        for number in range(partitions)
        for stage in STAGES
    ]


def test_the_last_canary_is_that_of_the_last_whole_round() -> None:
    """A round that is on its way does not count yet; what Slack answered last does."""
    whole = [*reports(10, 2), *reports(20, 2)]
    assert last_canary([*whole, *reports(30, 1)], 2) == LastCanary(20, "", 30)
    refused = [*whole, *reports(30, 2, slack_error="invalid_auth: renew the token")]
    assert last_canary(refused, 2) == LastCanary(20, "invalid_auth: renew the token", 30)
    stuck = [one for one in reports(10, 2) + reports(20, 2) if one.stage == "score"]
    assert last_canary(stuck, 2) == LastCanary(None, "", None)


def test_a_heartbeat_that_was_asked_for_once_is_none_that_runs() -> None:
    """`tocsin heartbeat --once` leaves one round of each sender."""
    assert last_canary([*reports(10, 2, sender="a"), *reports(20, 2, sender="b")], 2) is None
    assert last_canary([], 2) is None
