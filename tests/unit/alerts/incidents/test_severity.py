"""Is an incident as grave as what was found together?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from alerts.incidents.policy import Policy
from config.brands.loader import parse
from tests.support.agency import BRANDS, GroupPolicies, about, run_triage
from tests.support.alerts import MINUTE, START, action, now, run, signal

if TYPE_CHECKING:
    from detectors.model.signal import Severity

BOTH = {"when": ["negative_spike", "volume_spike"], "raise_to": "critical"}


def policy(*rules: dict[str, Any], **changes: Any) -> Policy:
    """Return a policy with severity rules."""
    return Policy.model_validate({"severity_rules": rules, **changes})


def test_without_rules_the_strongest_signal_counts() -> None:
    """What ships says nothing about combinations."""
    _, reported = run(
        signal(0, severity="info"), signal(1, detector="volume_spike"), signal(2, detector="negative_share")
    )
    assert [note.incident.severity for note in reported] == ["info", "warning", "warning"]


def test_detectors_that_speak_together_raise_the_severity_at_once() -> None:
    """Each alone is what it is; the second of them pages."""
    watch: Severity = "info"
    rule = policy(BOTH)
    _, reported = run(
        signal(0, severity=watch), signal(1, detector="volume_spike", severity=watch), now(90), policy=rule
    )
    first, second = reported[:2]
    assert (first.incident.severity, first.page) == ("info", False)
    assert (second.reason, second.incident.severity, second.page) == ("raised_severity", "critical", True)
    assert second.incident.history[-1].text == "critical"
    assert {note.incident.severity for note in reported[2:]} == {"critical"}


def test_a_rule_of_one_detector_opens_more_severe() -> None:
    """A silent source can be made to page."""
    silent = signal(0, detector="no_data", severity="info", brand=BRANDS[0])
    _, reported = run_triage(silent, rules=GroupPolicies(policy({"when": ["no_data"], "raise_to": "warning"})))
    assert (reported[0].incident.severity, reported[0].incident.kind, reported[0].page) == ("warning", "no_data", True)


def test_what_two_brands_say_is_no_combination() -> None:
    """In a group incident a rule holds for one brand, not for one detector here and one there."""
    one, other = (about("kitchen", "buffet"),) * 2
    records = [
        signal(0, brand=BRANDS[0], drivers=one),
        signal(1, brand=BRANDS[1], detector="volume_spike", drivers=other),
    ]
    _, reported = run_triage(*records, rules=GroupPolicies(policy(BOTH)))
    assert [(note.reason, note.incident.severity) for note in reported] == [
        ("opened", "warning"),
        ("joined", "warning"),
    ]


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"when": ["negatve"], "raise_to": "critical"}, "is no detector: choose among negative_spike, negative_burst"),
        ({"when": [], "raise_to": "critical"}, "at least 1"),
        ({"when": ["no_data", "volume_spike"], "raise_to": "critical"}, "must stand alone"),
        ({"when": ["volume_spike"], "raise_to": "grave"}, "info"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(rule: dict[str, Any], error: str) -> None:
    """The error says what would be right."""
    with pytest.raises(ValidationError, match=error):
        policy(rule)


def test_an_error_in_a_rule_has_its_place_in_the_file() -> None:
    """Line, path and remedy."""
    text = """\
brands:
  - name: Hallowfirth
    slack_channel: "#hallowfirth"
    alert:
      severity_rules:
        - when: [negative_spike, loud]
          raise_to: critical
"""
    (problem,) = parse(text.encode()).errors
    assert (problem.line, problem.path) == (6, "brands[0].alert.severity_rules[0].when[1]")
    assert "choose among negative_spike" in problem.rule


def test_an_acknowledgement_of_less_is_void_once_it_is_critical() -> None:
    """Acknowledging an info incident does not acknowledge the crisis: it pages, and somebody is chased."""
    rule = Policy(resolve_after=timedelta(hours=2))
    _, reported = run(signal(0, severity="info"), action(1), signal(2, severity="critical"), now(13), policy=rule)
    assert [(note.reason, note.page, note.incident.status) for note in reported[2:]] == [
        ("raised_severity", True, "open"),
        ("escalated", True, "open"),
    ]
    assert reported[-1].happened_at == START + 12 * MINUTE


def test_an_acknowledgement_of_what_is_critical_holds() -> None:
    """Only a rise voids it."""
    _, reported = run(
        signal(0, severity="critical"), action(1), signal(2, detector="volume_spike", severity="critical")
    )
    assert reported[-1].incident.status == "acknowledged"
