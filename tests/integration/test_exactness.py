"""Exact counts when a worker is killed and the broker restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import chaos

if TYPE_CHECKING:
    from tests.support.brokers import RealBroker


@pytest.mark.timeout(240)
def test_nothing_is_lost_and_nothing_counts_twice(own_kafka: RealBroker) -> None:
    """After SIGKILL of one of two workers, its return and a broker restart, every minute's counts are exact."""
    outcome = chaos.run(own_kafka, chaos.Scenario(seed=1, mentions=16_000))
    assert outcome.exact, outcome.difference()


def test_the_comparison_notices_a_single_mention() -> None:
    """The check itself is not blind: one mention more in one minute is a difference."""
    ledger = chaos.expected(chaos.Scenario(seed=3, mentions=400).generator, 20)
    changed = {brand: [*rows] for brand, rows in ledger.items()}
    brand = next(iter(changed))
    minute, everything, *rest = changed[brand][0]
    changed[brand][0] = (minute, everything + 1, *rest)  # type: ignore[assignment]
    outcome = chaos.ChaosResult(ledger, changed)
    assert not outcome.exact
    assert brand in outcome.difference()
