"""Metrics of the stages: what they count is what became of each mention."""

from __future__ import annotations

from prometheus_client import REGISTRY

from detectors.engine.state import Totals
from mentions.model.decode import Rejection
from streams.agents import stage_metrics


def value(name: str, **labels: str) -> float:
    """Return the value of a sample, 0 before the first."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_rejection_counts_by_the_field_that_is_wrong() -> None:
    """What names no field of a mention is the record's fault: labels come from a short list, whatever was sent."""
    before = {field: value("tocsin_rejected_mentions_total", field=field) for field in ("published_at", "record")}
    reasons = ["published_at: 5 h ahead of its arrival", "not JSON", "x\u202e.y: unknown"]
    stage_metrics.count_rejections(Rejection(0, b"", (reason,)) for reason in reasons)
    assert value("tocsin_rejected_mentions_total", field="published_at") == before["published_at"] + 1
    assert value("tocsin_rejected_mentions_total", field="record") == before["record"] + 2


def test_what_a_batch_added_to_the_totals_is_counted() -> None:
    """A brand that is new has none before; one that is not watched has none after."""
    counted = value("tocsin_counted_mentions_total", outcome="mentions")
    duplicates = value("tocsin_counted_mentions_total", outcome="duplicates")
    stage_metrics.count_totals(None, Totals(mentions=7, duplicates=1))
    stage_metrics.count_totals(Totals(mentions=7, duplicates=1), Totals(mentions=9, duplicates=1))
    stage_metrics.count_totals(Totals(mentions=9), None)
    assert value("tocsin_counted_mentions_total", outcome="mentions") == counted + 9
    assert value("tocsin_counted_mentions_total", outcome="duplicates") == duplicates + 1


def test_the_bytes_of_a_table_are_added_up() -> None:
    """By table."""
    stage_metrics.set_state_bytes("watch", [b"12345", b"678"])
    assert value("tocsin_state_bytes", table="watch") == 8
