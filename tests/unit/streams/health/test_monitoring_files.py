"""Alert rules, dashboard and the list of metrics: each names metrics that exist, and the page is what the code says."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from streams.health.metrics_reference import ALERTS, PROCESSES, alert_rules, metric_rows, page
from tests.support.docs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

DASHBOARD: Final = ROOT / "deploy" / "grafana" / "dashboard.json"
METRIC: Final = re.compile(r"\btocsin_[a-z_]+")
MATCHED: Final = re.compile(r"(tocsin_[a-z_]+)\{([^}]*)\}")
GROUPED: Final = re.compile(r"\bby \(([^)]*)\)")
ROWS: Final = {row.name: row for modules in PROCESSES.values() for module in modules for row in metric_rows(module)}
PROMISES: Final = {
    "no worker": ("TocsinNoWorker", "tocsin_worker_ready"),
    "a partition unread": ("TocsinPartitionUnread", "tocsin_assigned_partitions"),
    "lag over 60 s": ("TocsinBehind", "tocsin_lag_seconds"),
    "page not delivered within a minute": ("TocsinUndelivered", "tocsin_undelivered_oldest_seconds"),
    "heartbeat lost": ("TocsinHeartbeatLost", "tocsin_heartbeat_up"),
    "no heartbeat": ("TocsinNoHeartbeat", "absent(tocsin_heartbeat_up)"),
    "a source is silent": ("TocsinSourceSilent", "tocsin_sources"),
    "a clock is wrong": ("TocsinClockSkewed", "tocsin_clock_skew_seconds"),
}


def stored_name(name: str) -> str:
    """Return the metric of a series: a histogram has several."""
    return re.sub(r"_(bucket|sum|count)$", "", name)


def panels() -> list[dict[str, Any]]:
    """Return the panels that show something."""
    return [one for one in json.loads(DASHBOARD.read_text())["panels"] if one["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Yield each expression of the shipped files, with where it is."""
    for rule in alert_rules():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.mark.parametrize(("where", "expression"), list(expressions()))
def test_an_expression_names_metrics_and_labels_that_exist(where: str, expression: str) -> None:
    """And its parentheses are balanced; a metric that was renamed breaks no dashboard unseen."""
    named = {stored_name(name) for name in METRIC.findall(expression)}
    assert named, where
    assert named <= ROWS.keys(), where
    for name, matchers in MATCHED.findall(expression):
        assert {one.split("=")[0].rstrip("!~") for one in matchers.split(",")} <= set(ROWS[stored_name(name)].labels)
    labels = {"le", *(label for name in named for label in ROWS[name].labels)}
    assert {label.strip() for group in GROUPED.findall(expression) for label in group.split(",")} <= labels, where
    assert all(expression.count(opened) == expression.count(closed) for opened, closed in ("()", "{}", "[]")), where


@pytest.mark.parametrize(("alert", "metric"), PROMISES.values(), ids=PROMISES)
def test_each_promise_has_an_alert(alert: str, metric: str) -> None:
    """Seen within a minute: the rule waits for half of it at most, and says what to do."""
    (rule,) = (one for one in alert_rules() if one["alert"] == alert)
    assert metric in rule["expr"]
    assert rule.get("for", "0s") in {"0s", "15s", "30s"}
    assert rule["annotations"]["action"]


def test_every_metric_is_shown_or_alerts() -> None:
    """But the version, which the dashboard marks, and what only helps to find a cause."""
    shown = {stored_name(name) for _, expression in expressions() for name in METRIC.findall(expression)}
    causes = {
        "tocsin_build_info",
        "tocsin_notifications_total",
        "tocsin_heartbeat_outages_total",
        "tocsin_heartbeat_ping_failures_total",
        "tocsin_heartbeat_undelivered_alerts",
    }
    assert ROWS.keys() - shown == causes


def test_the_page_of_metrics_is_what_the_code_says() -> None:
    """`python -m streams.health.metrics_reference > docs/operations/metrics.md` makes it."""
    assert (ROOT / "docs" / "operations" / "metrics.md").read_text() == page()


def test_panels_do_not_overlap_and_have_titles() -> None:
    """As Grafana draws them, on a grid of 24 columns."""
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert panel["title"]
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_takes_the_rules() -> None:
    """By its own tool."""
    checked = subprocess.run(
        ["promtool", "check", "rules", ALERTS], capture_output=True, text=True, check=False, timeout=240
    )
    assert checked.returncode == 0, checked.stderr
