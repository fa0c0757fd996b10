"""Counterfactual: what a card says of a brand without some accounts is what the detector finds without their posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from detectors.engine import engine
from detectors.policy import Policy
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from detectors.model.signal import Signal

LIMITS = {"window": "10m", "negative": 40}
NEGATIVE = Policy.model_validate({"static_threshold": LIMITS})
SHARE = Policy.model_validate({"static_threshold": {"window": "10m", "negative_share": 0.5}})


def signals(policy: Policy, detector: str, author: Callable[[int], str], *, with_attack: bool = True) -> list[Signal]:
    """Return the signals of a detector: 3 mentions a minute by guests, 24 more of ten minutes by `author`."""
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START, policy)
    found: list[Signal] = []
    for minute in range(40):
        rows = [Row(minute + 0.1 * place, place % 2 - 1, author=f"guest {minute} {place}") for place in range(3)]
        if with_attack and 10 <= minute < 20:
            first = 24 * (minute - 10)
            rows += [Row(minute + 0.5 + 0.01 * place, -1, author=author(first + place)) for place in range(24)]
        state, raised = engine.process(state, batch_of(rows, 100 * minute), policy)
        state, closed = engine.advance_watermark(state, START + (minute + 1) * MINUTE, policy)
        found += [signal for signal in raised + closed if signal.detector == detector]
    return found


def test_without_twelve_accounts_it_would_not_have_fired() -> None:
    """What is left is counted: the guests' mentions of the window; without the accounts there is no signal at all."""
    found = signals(NEGATIVE, "static_threshold", lambda place: f"account {place % 12}")
    peak = max((one.crowd for one in found if one.crowd), key=lambda crowd: crowd.mentions)
    assert peak.pattern == "few_accounts"
    assert peak.without is not None
    assert (peak.without.accounts, peak.without.fires) == (12, False)
    assert peak.without.before - peak.without.observed == peak.without.mentions
    assert peak.without.observed <= 20
    assert {name for name, _ in peak.busiest} == {f"account {place}" for place in range(12)}
    assert signals(NEGATIVE, "static_threshold", str, with_attack=False) == []


def test_without_a_few_of_a_crowd_it_would_have_fired() -> None:
    """No account of 240 matters."""
    found = signals(NEGATIVE, "static_threshold", lambda place: f"author {place}")
    peak = max((one.crowd for one in found if one.crowd), key=lambda crowd: crowd.mentions)
    assert peak.pattern == "crowd"
    assert peak.without is not None
    assert peak.without.fires
    assert peak.effective > 200


def test_a_share_is_counted_again() -> None:
    """The share of negative mentions without the accounts is that of the others."""
    found = signals(SHARE, "static_threshold_share", lambda place: f"account {place % 12}")
    peak = max((one.crowd for one in found if one.crowd and one.crowd.without), key=lambda crowd: crowd.mentions)
    assert peak.without is not None
    assert peak.without.before == pytest.approx(26 / 27, abs=0.01)
    assert peak.without.observed == pytest.approx(2 / 3, abs=0.01)
    assert peak.without.fires


@pytest.mark.parametrize("author", [lambda place: f"account {place % 12}", lambda place: f"author {place}"])
def test_looking_at_it_changes_nothing(author: Callable[[int], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The brand's own counts stay: with and without crowds the same signals come."""
    described = signals(NEGATIVE, "static_threshold", author)
    monkeypatch.setattr("detectors.engine.evaluation.describe_finding", lambda *_: None)
    plain = signals(NEGATIVE, "static_threshold", author)
    assert [(one.at, one.evidence, one.severity) for one in described] == [
        (one.at, one.evidence, one.severity) for one in plain
    ]
