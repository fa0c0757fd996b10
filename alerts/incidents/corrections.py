"""Corrections of incidents: a mention that was edited is quoted as it is now, one that was deleted no longer.

Figures stay what they were when people were notified; an incident says how many of its mentions were deleted since. To
apply a correction twice changes nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents.findings import map_signals, primary
from alerts.incidents.model import Notification, finding_key
from detectors.model.correction import correct_signal

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from alerts.incidents.state import TriageState
    from detectors.model.correction import Correction

MAX_DELETIONS: Final = 100
"""Deleted mentions that a brand's state remembers, so that an incident that opens afterwards knows of them."""


def correct(state: TriageState, correction: Correction) -> tuple[TriageState, list[Notification]]:
    """Return the state whose incident quotes what a mention says now, and the notification if that changes its card.

    The same object is returned where nothing changes.
    """
    deletion = (correction.key, correction.published)
    is_new = correction.counted and deletion not in state.deletions
    deletions = (*state.deletions, deletion)[-MAX_DELETIONS:] if is_new else state.deletions
    incident = state.incident
    if incident is None:
        return (replace(state, deletions=deletions) if is_new else state), []
    corrected = map_signals(incident, partial(correct_signal, correction=correction))
    if is_new and begins_at(incident) <= correction.published <= (incident.resolved_at or correction.published):
        corrected = replace(corrected, deleted=corrected.deleted + 1)
    if corrected is incident:
        return (replace(state, deletions=deletions) if is_new else state), []
    updated = replace(corrected, revision=incident.revision + 1)
    lead = finding_key(updated, primary(updated.findings.values()).signal)
    notification = Notification(updated, "updated", correction.at, lead, reply=False, page=False)
    return replace(state, incident=updated, deletions=deletions), [notification]


def begins_at(incident: Incident) -> int:
    """Return when the mentions begin that an incident is about [ms]."""
    return min(min(one.first_seen_at, one.peak.window_start) for one in incident.findings.values())


def deleted_before(state: TriageState, incident: Incident) -> int:
    """Return how many mentions of a new incident were deleted before it opened."""
    begin = begins_at(incident)
    return sum(begin <= published for _, published in state.deletions)
