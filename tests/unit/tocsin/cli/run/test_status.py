"""`tocsin status`: what it says of clocks, and where what a view logs goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from alerts.delivery.undelivered import Undelivered
from detectors.engine.watermarks import Watermarks
from mentions.model.batches import ClockSkew
from streams.exactly_once import quarantine
from tocsin.cli.output import log_to_status
from tocsin.cli.run import status
from tocsin.cli.run.undelivered import undelivered_lines, with_undelivered

if TYPE_CHECKING:
    import pytest

NOW: Final = 1_790_000_000_000
HOUR: Final = 3_600_000


def test_the_latest_skew_of_each_partition_is_shown_for_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Every partition that watches brands keeps what it has seen; the latest of a source partition counts."""
    first = Watermarks(skews={0: ClockSkew("record timestamp", 50_000, NOW - 2 * HOUR)})
    second = Watermarks(
        skews={
            0: ClockSkew("header arrived-at", 259_200_000, NOW - HOUR),
            1: ClockSkew("published_at", 240_000, NOW - 25 * HOUR),
        }
    )
    status._print_skews([first, second], NOW)
    printed = capsys.readouterr().out
    expected = "mentions partition 0: header arrived-at 259200 s ahead of the clock at 2026-09-21T13:13+00:00"
    assert printed == f"{expected}, counted as then\n"


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
