"""Are thresholds that contradict each other found, and sensible ones left alone?"""

from __future__ import annotations

from typing import Any

import pytest

from config.brands.loader import parse
from config.brands.model import Brand
from config.brands.threshold_validation import check_thresholds
from config.errors import Problem
from config.yaml.nodes import Node
from detectors.model.parameters import Switched
from detectors.policy import Policy


def found(detect: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rules broken by a policy, with how grave they are."""
    brand = Brand.model_validate({"name": "Skylark Rail", "detect": detect})
    return [(rule, severity) for _, rule, severity in check_thresholds(brand, Node({}, "", 1, 1, (1, 1)))]


def switches() -> list[str]:
    """Return the names of all detectors that can be turned off."""
    fields = Policy.model_fields.items()
    return [n for n, field in fields if isinstance(field.annotation, type) and issubclass(field.annotation, Switched)]


def test_the_built_in_thresholds_agree() -> None:
    """Nobody who configures nothing is told off."""
    assert found({}) == []


def test_a_brand_that_nothing_can_fire_for_is_an_error() -> None:
    """All detectors off without an absolute limit is a brand that is watched for nothing."""
    off = {name: {"enabled": False} for name in switches()}
    assert len(off) >= 3
    assert [severity for _, severity in found(off)] == ["error"]


@pytest.mark.parametrize("limit", [{"mentions": 50}, {"negative": 5}, {"negative_share": 0.5}])
def test_one_absolute_limit_is_enough(limit: dict[str, Any]) -> None:
    """A brand may be watched by a limit of its owner's alone."""
    off: dict[str, Any] = {name: {"enabled": False} for name in switches()}
    assert found(off | {"static_threshold": limit}) == []


def test_any_one_detector_is_enough() -> None:
    """Which one is left on does not matter."""
    off = {name: {"enabled": False} for name in switches()}
    for name in set(off) - {"static_threshold"}:
        assert found({other: value for other, value in off.items() if other != name}) == []


@pytest.mark.parametrize("windows", [{"short": "1h", "main": "30m"}, {"main": "3h", "long": "3h", "short": "1h"}])
def test_windows_are_in_order(windows: dict[str, str]) -> None:
    """A short window that is longer than the long one is an error; equal ones are not."""
    wrong = windows["main"] == "30m"
    assert [severity for _, severity in found({"windows": windows})] == ["error"] * wrong


@pytest.mark.parametrize(("negative", "warned"), [(49, False), (50, True), (60, True)])
def test_a_limit_that_another_always_reaches_first_is_warned_about(negative: int, warned: bool) -> None:  # noqa: FBT001
    """Negative mentions are mentions, so their limit must be the lower one to matter."""
    assert bool(found({"static_threshold": {"mentions": 50, "negative": negative}})) == warned


def test_the_contradiction_is_reported_where_it_is_written() -> None:
    """If the brand says it, the place is the brand's; if the group says it, the group's."""
    text = (
        "groups:\n  G:\n    defaults:\n      detect:\n        windows: {short: 1h}\n"
        'brands:\n  - name: Skylark Rail\n    slack_channel: "#a"\n    group: G\n'
        "    detect:\n      windows: {main: 30m}\n"
    )
    (problem,) = parse(text.encode(), "b.yaml").problems
    assert isinstance(problem, Problem)
    assert (problem.line, problem.path) == (5, "groups.G.defaults.detect.windows.short")
