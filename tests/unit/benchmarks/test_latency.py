"""Latency benchmark: its brands fire at the mention that crosses, and at none before."""

from __future__ import annotations

from typing import Any

from benchmarks.latency import LIMIT, brand


def test_a_crossing_is_the_limit_of_a_static_threshold() -> None:
    """Nothing but the static threshold of negative mentions can fire so soon."""
    detect: Any = brand(3).detect
    assert detect.static_threshold.negative == LIMIT
    assert not any(
        getattr(detect, name).enabled
        for name in ("volume_spike", "negative_spike", "negative_burst", "negative_share", "topic_burst")
    )
