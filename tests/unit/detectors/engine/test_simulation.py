"""Is a rehearsal the same every time, and does it tell calm from storm?"""

from __future__ import annotations

import pytest

from detectors.engine.simulation import HourlyMix, first_alert, simulate
from detectors.policy import Policy

CALM: HourlyMix = {"negative": 4, "positive": 4, "neutral": 22}


def test_a_rehearsal_is_the_same_every_time() -> None:
    """One seed, one stream; another seed, another."""
    storm: HourlyMix = {"negative": 60, "neutral": 10}
    assert simulate(CALM, storm) == simulate(CALM, storm)
    assert simulate(CALM, storm) != simulate(CALM, storm, seed=2)


@pytest.mark.parametrize("seed", range(5))
def test_calm_is_silent(seed: int) -> None:
    """A Poisson stream that goes on as it was pages nobody."""
    reported = simulate(CALM, CALM, hours=12, seed=seed)
    assert [signal.detector for signal in reported if signal.severity != "info"] == []


@pytest.mark.parametrize("seed", range(5))
def test_a_tenfold_storm_pages_within_the_hour(seed: int) -> None:
    """Whatever the draw, ten times the negative mentions are told within an hour, and not before they begin."""
    reported = first_alert(simulate(CALM, {**CALM, "negative": 60}, seed=seed), "negative_spike")
    assert reported.startswith(("warning after ", "critical after "))
    assert 0 < int(reported.split()[2]) <= 60


def test_greater_sensitivity_is_never_later() -> None:
    """The same storm is told no later at high than at low sensitivity."""
    found = {}
    for level in ("low", "high"):
        reported = simulate(CALM, {**CALM, "negative": 45}, policy=Policy.model_validate({"sensitivity": level}))
        found[level] = min((signal.at for signal in reported if signal.detector == "negative_spike"), default=2**63)
    assert found["high"] <= found["low"]
