"""Which case does a record belong to? A brand has one for its crises, one for its silent sources, and its group's.

A pure fold over the cases of brands by name (`name`): a signal is heard in its brand's own case, unless an incident of
another brand of the group is about the same (`alerts.incidents.correlation`). At most one open incident is about a brand at a time,
and one about its sources.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from msgspec.structs import replace

from alerts.incidents import lifecycle
from alerts.incidents.correlation import Guest, concerns
from alerts.incidents.model import SILENCE, Action
from alerts.incidents.silences import planned
from alerts.incidents.state import Case, new_case, remember

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alerts.incidents.model import Kind, Notification
    from alerts.incidents.policy import Policy
    from detectors.model.signal import Signal

_BETWEEN: Final = "\0"
"""Between brand and kind in the name of a case: no brand's name holds it."""


class Rules(Protocol):
    """What the configuration says about brands."""

    def alert(self, brand: str) -> Policy:
        """Return the incident policy of `brand`."""
        ...

    def group(self, brand: str) -> tuple[str, tuple[str, ...]]:
        """Return the brand's group with all brands that belong to it; ("", ()) for one without."""
        ...


def name(brand: str, kind: Kind = "") -> str:
    r"""Return the name of a brand's case.

    >>> name("acme"), name("acme", "silence")
    ('acme', 'acme\x00silence')
    """
    return f"{brand}{_BETWEEN}{kind}" if kind else brand


def step(cases: Mapping[str, Case], record: Signal | Action, rules: Rules) -> tuple[list[Case], list[Notification]]:
    """Return the cases that a record moves, and what there is to tell, in order."""
    if isinstance(record, Action):
        return _act(cases, record, rules)
    if record.detector == SILENCE or not rules.group(record.brand)[0]:
        return _hear(cases, record, rules)
    if lifecycle.heard(_case(cases, record.brand), record):
        return [], []
    settled, told = _settled(cases, record, rules)
    moved, said = _hear({**cases, **settled}, record, rules)
    return [*settled.values(), *moved], told + said


def _settled(cases: Mapping[str, Case], signal: Signal, rules: Rules) -> tuple[dict[str, Case], list[Notification]]:
    """Bring the cases of a group up to the instant of a signal: where it belongs depends on what is open then."""
    settled: dict[str, Case] = {}
    told: list[Notification] = []
    for member in rules.group(signal.brand)[1]:
        if member in cases:
            settled[member], said = lifecycle.settle(cases[member], signal.at - 1, rules.alert(member))
            told += said
    return settled, told


def _act(cases: Mapping[str, Case], action: Action, rules: Rules) -> tuple[list[Case], list[Notification]]:
    own, others = _case(cases, action.brand), _others(cases, action.brand, rules)
    if any(action.id in case.acted for case in [own, *others]):
        return [], []
    meant = _meant(own, others, action)
    case, told = lifecycle.step(meant, action, rules.alert(meant.brand), Guest(()))
    return [case], told


def _hear(cases: Mapping[str, Case], signal: Signal, rules: Rules) -> tuple[list[Case], list[Notification]]:
    own, policy = _case(cases, signal.brand), rules.alert(signal.brand)
    hushed = tuple(chain(map(planned, policy.silences), own.silences))
    if signal.detector == SILENCE:
        silent = _case(cases, signal.brand, SILENCE)
        case, told = lifecycle.step(silent, signal, policy, Guest(hushed))
        return [case], told
    host = _host(cases, own, signal, rules)
    if host is own:
        case, told = lifecycle.step(own, signal, policy)
        return [case], told
    group, _ = rules.group(signal.brand)
    case, told = lifecycle.step(host, signal, rules.alert(host.brand), Guest(hushed, group))
    return [case, replace(remember(own, signal.id, signal.revision, signal.at), clock=max(own.clock, signal.at))], told


def _host(cases: Mapping[str, Case], own: Case, signal: Signal, rules: Rules) -> Case:
    """Return the case that is to hear a signal."""
    group, _ = rules.group(signal.brand)
    if not group or _open(own):
        return own
    mates = sorted(_mates(cases, signal.brand, rules), key=_age)
    for mate in mates:
        if (
            _listed(mate, signal.brand)
            and lifecycle.decide(mate, signal, rules.alert(mate.brand), Guest(())) != "opens"
        ):
            return mate
    alone = lifecycle.decide(own, signal, rules.alert(own.brand))
    if signal.detector == lifecycle.PRAISE or alone not in ("opens", "reopens"):
        return own
    return next((mate for mate in mates if _takes(mate, signal, group, rules)), own)


def _takes(mate: Case, signal: Signal, group: str, rules: Rules) -> bool:
    incident = mate.incident
    if incident is None or lifecycle.is_praise(incident):
        return False
    return concerns(incident, signal, group, rules.alert(mate.brand))


def _age(case: Case) -> tuple[int, str]:
    return (case.incident.opened_at if case.incident else 0, case.brand)


def _mates(cases: Mapping[str, Case], brand: str, rules: Rules) -> Iterator[Case]:
    """Yield the cases of the other brands of the group that have an incident."""
    _, members = rules.group(brand)
    for member in members:
        case = cases.get(member)
        if member != brand and case is not None and case.incident is not None:
            yield case


def _listed(case: Case, brand: str) -> bool:
    return case.incident is not None and brand in case.incident.brands


def _others(cases: Mapping[str, Case], brand: str, rules: Rules) -> list[Case]:
    """Return the cases beside a brand's own that an act may be about."""
    silent = cases.get(name(brand, SILENCE))
    return [*([silent] if silent is not None else []), *_mates(cases, brand, rules)]


def _meant(own: Case, others: Sequence[Case], action: Action) -> Case:
    """Return the case that an act is about: that of the incident it names, else where something is open."""
    if action.kind in ("silence", "unsilence"):
        return own
    if action.incident is not None:
        return next((one for one in others if one.incident is not None and one.incident.id == action.incident), own)
    umbrellas = (one for one in others if one.kind or _listed(one, action.brand))
    return own if _open(own) else next((one for one in umbrellas if _open(one)), own)


def _open(case: Case) -> bool:
    return case.incident is not None and case.incident.resolved_at is None


def _case(cases: Mapping[str, Case], brand: str, kind: Kind = "") -> Case:
    return cases.get(name(brand, kind)) or new_case(brand, kind)
