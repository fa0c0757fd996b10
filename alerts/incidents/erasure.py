"""Erasure of an author from incidents: neither named nor quoted in any finding; figures and what people did stay."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from alerts.incidents.findings import map_signals
from detectors.model.erased_author import erase_from_signal

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.incidents.state import TriageState
    from detectors.model.erased_author import ErasedAuthor


def erase_from_incident(incident: Incident, author: ErasedAuthor) -> Incident:
    """Return an incident without somebody; the same object where they are not in it."""
    return map_signals(incident, partial(erase_from_signal, author=author))


def erase_from_state(state: TriageState, author: ErasedAuthor) -> TriageState:
    """Return the state of a brand whose incident is without somebody; the same object where they are not in it."""
    if state.incident is None:
        return state
    incident = erase_from_incident(state.incident, author)
    return state if incident is state.incident else replace(state, incident=incident)
