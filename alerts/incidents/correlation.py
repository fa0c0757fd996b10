"""Which brands of a group are hit by the same thing, so that they are one incident?

An agency whose brands are hit by one article is paged once, not once for each brand. The first brand that is hit opens
an incident of its own; the next ones join it, if what is said of them is alike and it goes on. What differs by cause
stays apart, and two incidents that are open are never made one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.policy import milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Incident
    from alerts.incidents.policy import Policy
    from alerts.incidents.silences import Silence
    from detectors.model.signal import Contributors, Signal

MIN_COMMON_TERMS: Final = 2
"""Words that two brands must share, besides their names, to be hit by the same thing; a shared link is enough."""

TOP_TERMS: Final = 5
"""Words looked at: the most frequent."""

_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_WORD: Final = re.compile(r"[^\W_]+")


class CrossBrandContext(NamedTuple):
    """What goes along with a signal that is heard in another case than its brand's own."""

    silences: tuple[Silence, ...]  # of the brand
    group: str = ""  # of which both brands are


def is_related(incident: Incident, signal: Signal, group: str, policy: Policy) -> bool:
    """Tell whether an open incident of another brand of `group` is about what a signal says too."""
    within = milliseconds(policy.correlation_window)
    near = incident.opened_at - within <= signal.at <= incident.last_breach_at + within
    if not within or not near or incident.resolved_at is not None:
        return False
    names = frozenset(_words([group, signal.brand, *incident.all_brands]))
    return any(
        _same_cause(signal.contributors, finding.signal.contributors, names) for finding in incident.findings.values()
    )


def _same_cause(one: Contributors, other: Contributors, names: frozenset[str]) -> bool:
    """Tell whether two findings are driven by the same: a link in common, or words."""
    return bool(_links(one) & _links(other)) or len(_terms(one, names) & _terms(other, names)) >= MIN_COMMON_TERMS


def _terms(drivers: Contributors, names: frozenset[str]) -> frozenset[str]:
    """Return the leading words without those that brands and group are called by."""
    terms = (term.casefold() for term, _ in drivers.terms[:TOP_TERMS])
    return frozenset(term for term in terms if not names.issuperset(_words([term])))


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _links(drivers: Contributors) -> frozenset[str]:
    """Return what the examples link to, and where they stand: a post that names two brands is one of both."""
    found = [link for one in drivers.examples for link in [one.url, *_LINK.findall(one.text)] if link]
    return frozenset(link.rstrip("/.,;:!?") for link in found)
