"""Problems: each way in which a crisis could pass unheard or untold is named, with a remedy."""

from __future__ import annotations

from typing import Final

import pytest

from alerts.delivery.undelivered import Undelivered
from streams.health.backlog import StageBacklog
from streams.health.last_canary import LastCanary
from streams.health.problems import MAX_WAIT, find_problems
from streams.health.snapshot import Snapshot
from streams.health.worker_group import GroupMember, WorkerGroup
from streams.listening.health import SourceHealth, State

NOW: Final = 1_790_000_000_000
LONG_AGO: Final = NOW - int(1000 * MAX_WAIT) - 1
BOTH: Final = WorkerGroup(False, (GroupMember("a", "h", (0,)), GroupMember("b", "h", (1,))))
NOTHING: Final = [StageBacklog(stage, 0, None) for stage in ("score", "watch", "triage", "notify")]
WELL: Final = Snapshot(NOW, BOTH, 2, NOTHING, LastCanary(NOW - 15_000, "", NOW - 15_000), [])


def waiting(stage: str, oldest_at: int, records: int = 60) -> list[StageBacklog]:
    """Return backlogs in which one stage has records that wait."""
    return [StageBacklog(stage, records, oldest_at) if one.stage == stage else one for one in NOTHING]


def source(state: State, *brands: str, name: str = "feed a") -> SourceHealth:
    """Return a source of some brands."""
    return SourceHealth(name, list(brands), state, "answers 500", NOW)


def test_an_installation_that_works_has_no_problem() -> None:
    """Nor one that has just got some work, or runs no heartbeat."""
    assert find_problems(WELL) == []
    assert find_problems(WELL._replace(backlogs=waiting("score", NOW - 5_000), canary=None)) == []


@pytest.mark.parametrize(
    ("seen", "what", "remedy"),
    [
        (
            WELL._replace(group=WorkerGroup(False, ()), backlogs=waiting("score", NOW - 130_000)),
            "no worker is running: nobody is watched, and 60 records of mentions wait, the oldest for 2 min",
            "tocsin worker",
        ),
        (WELL._replace(partitions=4), "no worker reads partitions 2, 3 of mentions", "restart"),
        (
            WELL._replace(backlogs=waiting("watch", LONG_AGO, 1)),
            "the watch stage is behind: 1 record waits",
            "more workers",
        ),
        (WELL._replace(backlogs=waiting("notify", LONG_AGO)), "notifications are not delivered", "alert rejected"),
        (
            WELL._replace(canary=LastCanary(LONG_AGO, "", LONG_AGO)),
            "the last heartbeat came through 1 min ago",
            "--once",
        ),
        (WELL._replace(canary=LastCanary(None, "", None)), "no canary of the heartbeat comes through", "--once"),
        (
            WELL._replace(canary=LastCanary(NOW, "invalid_auth: new token", NOW)),
            "Slack refuses alerts: invalid_auth",
            "wait",
        ),
        (
            WELL._replace(sources=[source("stopped", "Acme", "Brisela")]),
            "no source of Acme, Brisela is heard",
            "listen",
        ),
    ],
    ids=["workers", "partition", "behind", "undelivered", "heartbeat", "lost", "slack", "sources"],
)
def test_each_way_to_miss_a_crisis_is_named(seen: Snapshot, what: str, remedy: str) -> None:
    """One problem each: a cause is not reported once more as its effects."""
    (found,) = find_problems(seen)
    assert found.level == "critical"
    assert what in found.what
    assert remedy in found.remedy


def test_one_of_several_sources_is_a_warning() -> None:
    """The brand is heard by the other."""
    seen = WELL._replace(sources=[source("failing", "Acme"), source("active", "Acme", "Brisela", name="feed b")])
    (found,) = find_problems(seen)
    assert (found.level, found.what) == ("warning", "feed a: answers 500")


def test_a_rebalance_is_a_warning_and_the_most_severe_comes_first() -> None:
    """Members have no partitions while they are shared out."""
    seen = WELL._replace(
        group=WorkerGroup(True, (GroupMember("a", "h", ()),)), canary=LastCanary(LONG_AGO, "", LONG_AGO)
    )
    assert [one.level for one in find_problems(seen)] == ["critical", "warning"]


def test_an_undelivered_alert_is_reported_once_with_its_remedy() -> None:
    """Its notification waits, too: that is the effect."""
    held = [Undelivered("acme-1", "#acme", LONG_AGO, "Acme", "is_archived", "set another slack_channel")]
    (found,) = find_problems(WELL._replace(backlogs=waiting("notify", LONG_AGO)), undelivered=held)
    assert (found.level, found.what) == ("critical", "1 alert is not delivered, the oldest for 1 min: is_archived")
    assert found.remedy == "set another slack_channel"


def test_what_slack_answers_from_here_counts_without_a_heartbeat() -> None:
    """A token that was revoked is known at once."""
    (found,) = find_problems(WELL._replace(canary=None), "token_revoked: install the app again")
    assert "token_revoked" in found.what
