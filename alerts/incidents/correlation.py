"""Correlation by cause: brands of a group that the same cause hits share one incident, and another cause is no relapse.

An agency whose brands are hit by one article is paged once, not once for each brand. The first brand that is hit opens
an incident of its own; the next ones join it, if the mentions are alike and it is still open. Different causes
stay apart, and two open incidents are never merged. The cooldown of an incident holds back its relapse, and not a
breach of another cause.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.model import is_topic
from alerts.incidents.policy import milliseconds
from detectors.model.signal import Contributors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Incident
    from alerts.incidents.policy import Policy
    from alerts.incidents.silences import Silence
    from detectors.model.signal import Signal

MIN_COMMON_TERMS: Final = 2
"""Terms that two brands must share, besides their names, to have the same cause; a shared link is enough."""

TOP_TERMS: Final = 5
"""Terms compared: the most frequent."""

MIN_MENTIONS_OF_TERM: Final = 3
"""Mentions that share a term before it tells of a cause of its own; what one or two write is chance."""

_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_WORD: Final = re.compile(r"[^\W_]+")


class CrossBrandContext(NamedTuple):
    """What accompanies a signal that is applied to another state than its brand's own."""

    silences: tuple[Silence, ...]  # of the brand
    group: str = ""  # of which both brands are


def is_related(incident: Incident, signal: Signal, group: str, policy: Policy) -> bool:
    """Tell whether an open incident of another brand of `group` has the same cause as a signal."""
    within = milliseconds(policy.correlation_window)
    near = incident.opened_at - within <= signal.at <= incident.last_breach_at + within
    if not within or not near or incident.resolved_at is not None:
        return False
    names = frozenset(_words([group, signal.brand, *incident.all_brands]))
    return any(
        _same_cause(signal.contributors, finding.signal.contributors, names) for finding in incident.findings.values()
    )


def is_another_cause(incident: Incident, signal: Signal) -> bool:
    """Tell whether a breach after the last one of an incident has another cause: a topic or words of its own.

    What it counts came after the last breach. Several mentions share its words, and no finding of the incident does.
    """
    topic = signal.topic if is_topic(signal) else None
    began = topic.start if topic else signal.evidence.window_start
    if began < incident.last_breach_at:
        return False
    findings = [one.signal for one in incident.findings.values()]
    if topic:
        return topic.number not in {one.topic.number for one in findings if one.topic}
    names = frozenset(_words([signal.brand, *incident.all_brands]))
    common = Contributors(terms=tuple(one for one in signal.contributors.terms if one[1] >= MIN_MENTIONS_OF_TERM))
    if len(_terms(common, names)) < MIN_COMMON_TERMS:
        return False
    return not any(_same_cause(signal.contributors, one.contributors, names) for one in findings)


def _same_cause(one: Contributors, other: Contributors, names: frozenset[str]) -> bool:
    """Tell whether two findings share a link, or enough terms."""
    return bool(_links(one) & _links(other)) or len(_terms(one, names) & _terms(other, names)) >= MIN_COMMON_TERMS


def _terms(drivers: Contributors, names: frozenset[str]) -> frozenset[str]:
    """Return the most frequent terms without the names of brands and group."""
    terms = (term.casefold() for term, _ in drivers.terms[:TOP_TERMS])
    return frozenset(term for term in terms if not names.issuperset(_words([term])))


def _words(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _WORD.findall(text.casefold())}


def _links(drivers: Contributors) -> frozenset[str]:
    """Return the addresses of the examples and the links in them: a post that names two brands belongs to both."""
    found = [link for one in drivers.examples for link in [one.url, *_LINK.findall(one.text)] if link]
    return frozenset(link.rstrip("/.,;:!?") for link in found)
