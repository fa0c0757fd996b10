"""`tocsin status`: what it says of clocks, and where what a view logs goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import structlog

from alerts.delivery.undelivered import Undelivered
from config.brands.model import default_brand
from detectors.engine.watermarks import Watermarks
from mentions.model.batches import ClockSkew
from streams.exactly_once import quarantine
from streams.health.backlog import StageBacklog
from streams.health.brand_activity import read_activity
from streams.health.last_canary import LastCanary
from streams.health.problems import find_problems
from streams.health.snapshot import Snapshot
from streams.health.worker_group import GroupMember, WorkerGroup
from streams.listening.health import SourceHealth
from tocsin.cli.output import log_to_status
from tocsin.cli.run.health import status_output
from tocsin.cli.run.health.status_report import StatusReport
from tocsin.cli.run.health.undelivered import undelivered_lines, with_undelivered

if TYPE_CHECKING:
    import pytest

NOW: Final = 1_790_000_000_000
HOUR: Final = 3_600_000
SEEN: Final = Snapshot(
    NOW,
    WorkerGroup(rebalancing=False, members=(GroupMember("a", "10.0.0.1", (0, 1)),)),
    2,
    [StageBacklog("score", 3, NOW - 2_000)],
    LastCanary(NOW - 15_000, "", NOW - 15_000),
    [],
)


def test_the_latest_skew_of_each_partition_is_shown_for_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Every partition that watches brands keeps what it has seen; the latest of a source partition counts."""
    first = Watermarks(skews={0: ClockSkew("record timestamp", 50_000, NOW - 2 * HOUR)})
    second = Watermarks(
        skews={
            0: ClockSkew("header arrived-at", 259_200_000, NOW - HOUR),
            1: ClockSkew("published_at", 240_000, NOW - 25 * HOUR),
        }
    )
    status_output.print_report(report(watermarks={0: first, 1: second}))
    printed = capsys.readouterr().out
    expected = "mentions partition 0: header arrived-at 259200 s ahead of the clock at 2026-09-21T13:13+00:00"
    assert printed.endswith(f"\n{expected}, counted as then\n")
    assert printed.count("ahead of the clock") == 1


def test_the_report_says_what_is_wrong_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict comes first; text from outside acts on no terminal; JSON says the same."""
    seen = SEEN._replace(rejected=3, sources=[SourceHealth("feed \x1b[2J", ["Acme"], "failing", "answers\n500", NOW)])
    given = report(seen, brands=list(read_activity({}, {"Acme": default_brand("Acme")})))
    status_output.print_report(given)
    first, problem, remedy, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("Tocsin ")
    assert first.endswith(" at broker:9092, prefix eu.: 1 problem")
    assert problem == "PROBLEM  no source of Acme is heard"
    assert "tocsin listen" in remedy
    shown = "\n".join(rest)
    assert "workers    1 alive, 2 of 2 partitions read" in shown
    assert "partitions 0-1 (a)" in shown
    assert "rejected   3 mentions in the last hour" in shown
    assert "0 of 1 sources active; feed \\x1b[2J: answers 500" in shown
    assert "learning, 0 of 12 h" in shown
    data = status_output.record(given, minutes=True)
    assert (data["ok"], data["problems"][0]["level"], data["brands"][0]["learning"]) == (False, "critical", True)
    assert data["heartbeat"]["age_seconds"] == 15.0
    assert data["slack"] == {"checked": "2026-09-21T14:13:05+00:00", "error": ""}


def report(seen: Snapshot | None = None, **fields: Any) -> StatusReport:
    """Return a report on an installation with one worker."""
    seen = seen or SEEN
    return StatusReport("broker:9092", "eu.", seen, find_problems(seen), None, [], [], [], {})._replace(**fields)


def test_an_unreadable_state_is_named_on_stderr_and_acts_on_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Stdout holds the data alone, and a key is text from outside."""
    try:
        log_to_status()
        for _ in range(3):
            quarantine.report("watch-changelog", 1, 7, b"\x1b[2Jacme\0ids/3", "no segment of ids")
    finally:
        structlog.reset_defaults()
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.count("\n") == 1
    assert "\x1b" not in printed.err
    assert "acme\\x00ids/3" in printed.err


def test_undelivered_alerts_are_counted_and_each_says_where_since_when_and_why() -> None:
    """Lines for people, fields for machines; what comes from outside acts on no terminal."""
    held = [
        Undelivered("acme-1", "#acme", NOW - 12 * 60_000, "acme", "is_archived", "set another slack_channel"),
        Undelivered("b-1", "", NOW - 60_000, "b\x1b[2J", "no_route", "no channel is configured"),
    ]
    head, first, second = undelivered_lines(held, NOW)
    assert head == "undelivered: 2, the oldest for 12 min; all are retried"
    assert first == "  2026-09-21T14:01:20+00:00 acme: acme-1 to #acme: is_archived: set another slack_channel"
    assert "to no channel: no_route" in second
    assert "\x1b" not in second
    assert undelivered_lines([], NOW) == []
    records = with_undelivered([{"brand": "acme"}, {"brand": "calm"}], held)
    assert [(one["brand"], len(one["undelivered"])) for one in records] == [("acme", 1), ("calm", 0), ("b\x1b[2J", 1)]
    assert records[0]["undelivered"][0] == {
        "incident": "acme-1",
        "receiver": "#acme",
        "since": "2026-09-21T14:01:20+00:00",
        "reason": "is_archived",
        "remedy": "set another slack_channel",
    }
