"""Tests of the buttons of a card: what makes sense about its incident, and only that."""

from __future__ import annotations

from msgspec.structs import replace

from alerts.rendering.buttons import CRISIS, MORE, NOT_A_CRISIS, Button, Menu, build_actions
from tests.support.alerts import action, incident_of, signal


def offered(elements: tuple[Button | Menu, ...]) -> set[str]:
    """Return the actions of a row, with what its overflow menu holds."""
    (more,) = [element for element in elements if isinstance(element, Menu) and element.action_id == MORE]
    return {element.action_id for element in elements} | {value for value, _ in more.options}


def test_a_crisis_is_there_to_be_judged() -> None:
    """What people say can be judged, while it lasts and afterwards."""
    elements = build_actions(incident_of(signal(0)), "en").elements
    assert {NOT_A_CRISIS, "planned"} <= offered(elements)
    elements = build_actions(incident_of(signal(0), action(1, "resolve")), "en").elements
    assert {NOT_A_CRISIS, CRISIS} <= offered(elements)


def test_a_silent_source_is_not_judged() -> None:
    """A feed that brings nothing is acknowledged and resolved; whether it was a crisis is not the question."""
    for acts in ((), (action(1, "resolve"),)):
        found = replace(incident_of(signal(0), *acts), kind="no_data")
        assert not {NOT_A_CRISIS, CRISIS, "planned"} & offered(build_actions(found, "en").elements)
