"""Router: which triage state a record belongs to. A brand has one for its crises and one for sources without data.

A pure fold over the states of brands by key (`state_key`): a signal is applied to its brand's own state, unless an
incident of another brand of the group has the same cause (`alerts.incidents.correlation`). At most one open incident is
about a brand at a time, and one about its sources.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from msgspec.structs import replace

from alerts.incidents import lifecycle
from alerts.incidents.corrections import correct
from alerts.incidents.correlation import CrossBrandContext, is_related
from alerts.incidents.model import Action, kind_of
from alerts.incidents.silences import to_silence
from alerts.incidents.state import TriageState, mark_applied, new_state
from detectors.model.correction import Correction

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.incidents.model import IncidentKind, Notification
    from alerts.incidents.policy import Policy
    from detectors.model.signal import Signal

_SEPARATOR: Final = "\0"
"""Between brand and kind in the key of a state: no brand's name holds it."""


class PolicyProvider(Protocol):
    """Policies and groups of brands."""

    def alert_policy(self, brand: str) -> Policy:
        """Return the incident policy of `brand`."""
        ...

    def group_members(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""
        ...


def state_key(brand: str, kind: IncidentKind = "") -> str:
    r"""Return the key of a brand's state.

    >>> state_key("acme"), state_key("acme", "no_data")
    ('acme', 'acme\x00no_data')
    """
    return f"{brand}{_SEPARATOR}{kind}" if kind else brand


def route(
    states: Mapping[str, TriageState], record: Signal | Action | Correction, policies: PolicyProvider
) -> tuple[list[TriageState], list[Notification]]:
    """Return the states that a record changes, and its notifications, in order."""
    if isinstance(record, Correction):
        return _on_correction(states, record, policies)
    if isinstance(record, Action):
        return _on_action(states, record, policies)
    if kind_of(record) or not policies.group_members(record.brand)[0]:
        return _on_signal(states, record, policies)
    if lifecycle.already_seen(_state(states, record.brand), record):
        return [], []
    settled, notifications = _advance_group(states, record, policies)
    moved, more = _on_signal({**states, **settled}, record, policies)
    return [*settled.values(), *moved], notifications + more


def _advance_group(
    states: Mapping[str, TriageState], signal: Signal, policies: PolicyProvider
) -> tuple[dict[str, TriageState], list[Notification]]:
    """Advance the states of a group to the instant of a signal: where it belongs depends on what is open then."""
    settled: dict[str, TriageState] = {}
    notifications: list[Notification] = []
    for member in policies.group_members(signal.brand)[1]:
        if member in states:
            settled[member], more = lifecycle.advance_time(states[member], signal.at - 1, policies.alert_policy(member))
            notifications += more
    return settled, notifications


def _on_action(
    states: Mapping[str, TriageState], action: Action, policies: PolicyProvider
) -> tuple[list[TriageState], list[Notification]]:
    own, others = _state(states, action.brand), _other_states(states, action.brand, policies)
    if any(action.id in state.applied_actions for state in [own, *others]):
        return [], []
    meant = _action_target(own, others, action)
    state, notifications = lifecycle.process(meant, action, policies.alert_policy(meant.brand), CrossBrandContext(()))
    return [state], notifications


def _on_signal(
    states: Mapping[str, TriageState], signal: Signal, policies: PolicyProvider
) -> tuple[list[TriageState], list[Notification]]:
    own, policy = _state(states, signal.brand), policies.alert_policy(signal.brand)
    hushed = tuple(chain(map(to_silence, policy.silences), own.silences))
    if kind := kind_of(signal):
        silent = _state(states, signal.brand, kind)
        state, notifications = lifecycle.process(silent, signal, policy, CrossBrandContext(hushed))
        return [state], notifications
    host = _receiving_state(states, own, signal, policies)
    if host is own:
        state, notifications = lifecycle.process(own, signal, policy)
        return [state], notifications
    group, _ = policies.group_members(signal.brand)
    state, notifications = lifecycle.process(
        host, signal, policies.alert_policy(host.brand), CrossBrandContext(hushed, group)
    )
    return [
        state,
        replace(mark_applied(own, signal.id, signal.revision, signal.at), clock=max(own.clock, signal.at)),
    ], notifications


def _on_correction(
    states: Mapping[str, TriageState], correction: Correction, policies: PolicyProvider
) -> tuple[list[TriageState], list[Notification]]:
    """Correct the incidents that may quote a mention: the brand's own, and that of its group."""
    own = _state(states, correction.brand)
    hosts = [one for one in _group_states(states, correction.brand, policies) if _affects(one, correction.brand)]
    results = [(state, *correct(state, correction)) for state in (own, *hosts)]
    changed = [corrected for state, corrected, _ in results if corrected is not state]
    return changed, [one for _, _, found in results for one in found]


def _receiving_state(
    states: Mapping[str, TriageState], own: TriageState, signal: Signal, policies: PolicyProvider
) -> TriageState:
    """Return the state that a signal is applied to."""
    group, _ = policies.group_members(signal.brand)
    if not group or _open(own):
        return own
    others = sorted(_group_states(states, signal.brand, policies), key=_age)
    for other in others:
        if (
            _affects(other, signal.brand)
            and lifecycle.decide(other, signal, policies.alert_policy(other.brand), CrossBrandContext(())) != "open"
        ):
            return other
    alone = lifecycle.decide(own, signal, policies.alert_policy(own.brand))
    if signal.detector == lifecycle.POSITIVE_SPIKE or alone not in ("open", "reopen"):
        return own
    return next((other for other in others if _accepts(other, signal, group, policies)), own)


def _accepts(other: TriageState, signal: Signal, group: str, policies: PolicyProvider) -> bool:
    incident = other.incident
    if incident is None or lifecycle.is_positive(incident):
        return False
    return is_related(incident, signal, group, policies.alert_policy(other.brand))


def _age(state: TriageState) -> tuple[int, str]:
    return (state.incident.opened_at if state.incident else 0, state.brand)


def _group_states(states: Mapping[str, TriageState], brand: str, policies: PolicyProvider) -> Iterator[TriageState]:
    """Yield the states of the other brands of the group that have an incident."""
    _, members = policies.group_members(brand)
    for member in members:
        state = states.get(member)
        if member != brand and state is not None and state.incident is not None:
            yield state


def _affects(state: TriageState, brand: str) -> bool:
    return state.incident is not None and brand in state.incident.affected_brands


def _other_states(states: Mapping[str, TriageState], brand: str, policies: PolicyProvider) -> list[TriageState]:
    """Return the states beside a brand's own that an action may be about."""
    kinds: tuple[IncidentKind, ...] = ("no_data", "source")
    silent = [state for kind in kinds if (state := states.get(state_key(brand, kind))) is not None]
    return [*silent, *_group_states(states, brand, policies)]


def _action_target(own: TriageState, others: Sequence[TriageState], action: Action) -> TriageState:
    """Return the state that an action is about: that of the incident it names, else one with an open incident."""
    if action.kind in ("silence", "unsilence"):
        return own
    if action.incident is not None:
        return next((one for one in others if one.incident is not None and one.incident.id == action.incident), own)
    umbrellas = (one for one in others if one.kind or _affects(one, action.brand))
    return own if _open(own) else next((one for one in umbrellas if _open(one)), own)


def _open(state: TriageState) -> bool:
    return state.incident is not None and state.incident.resolved_at is None


def _state(states: Mapping[str, TriageState], brand: str, kind: IncidentKind = "") -> TriageState:
    return states.get(state_key(brand, kind)) or new_state(brand, kind)
