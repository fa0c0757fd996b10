"""What stands on a phone's lock screen at 3 am? Each detector, severity and language, as the code writes it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from alerts.incidents.findings import create
from alerts.incidents.model import Incident
from alerts.rendering import text
from detectors import registry
from detectors.model.signal import SEVERITIES, TOPIC_BURST, Contributors, Evidence, Severity, Signal
from detectors.model.topic import MentionWords, Topic, TopicPost

if TYPE_CHECKING:
    from detectors.model.signal_text import Language

PAGE: Final = Path("docs/three-am.md")
AT: Final = 1_773_097_200_000
"""2026-03-09 23:00 UTC."""

MINUTE: Final = 60_000
_HEAD: Final = """# The line at 3 am

The first line of each message is what a phone shows on its lock screen. It has to say which brand, what, how much, and
how much is usual, in at most 110 characters. These are the lines as Tocsin writes them, for an invented brand; this
page is made by `make docs`, and the tests hold it to the code.
"""
_WORDS: Final = """## Before a topic is known

A count names words of its mentions, as many as have room ([topics.md](topics.md#where-no-topic-is-known-yet)):
"""


def page() -> str:
    """Return the page."""
    tables = "\n".join(_table(language) for language in text.MESSAGES)
    return (
        f"{_HEAD}\n{tables}\n{_WORDS}\n"
        + "\n".join(f"- {line_with_words(language)}" for language in text.MESSAGES)
        + "\n"
    )


def detectors() -> list[str]:
    """Return the names of all detectors, in the order in which they run."""
    return list(dict.fromkeys(one.name for one in registry.ALL))


def lines(detector: str, language: Language) -> dict[str, str]:
    """Return the line of a detector by severity, and once it is over."""
    found = {severity: text.headline(_incident(detector, severity), language) for severity in SEVERITIES}
    over = replace(_incident(detector, "critical"), status="resolved", resolved_at=AT + 30 * MINUTE)
    return found | {"over": text.headline(over, language)}


def line_with_words(language: Language) -> str:
    """Return the line of a count that knows no topic, but words of its mentions."""
    incident = _incident("negative_spike", "warning")
    post = TopicPost("Six hours on board and no food", "app reviews", AT - 20 * MINUTE, 0, -0.6)
    words = MentionWords((("on board", 6), ("no food", 4), ("captain", 2)), 83, post)
    finding = incident.findings["negative_spike"]
    worded = replace(finding, signal=replace(finding.signal, words=words))
    return text.headline(replace(incident, findings={"negative_spike": worded}), language)


def _table(language: Language) -> str:
    rows = [f"| {name} | {line} |" for name in detectors() for line in lines(name, language).values()]
    title = {"en": "English", "fr": "French"}[language]
    return "\n".join([f"## {title}", "", "| detector | line |", "| --- | --- |", *rows, ""])


def _incident(detector: str, severity: Severity) -> Incident:
    metric, window, observed, usual, threshold = registry.BY_NAME[detector].example
    evidence = Evidence(
        window_start=AT - window * MINUTE,
        window_end=AT,
        metric=metric,
        observed=observed,
        expected=usual,
        threshold=threshold,
        mentions=120,
        negative=83,
        history=0 if detector.startswith("static_threshold") else 20_160,
    )
    drivers = Contributors(channels=(("app reviews", 61),), terms=(), authors=(), examples=())
    topic = _topic() if detector == TOPIC_BURST else None
    signal = Signal("Hallowfirth Ferries", detector, AT, 0, "raised", severity, AT, 1, evidence, drivers, topic=topic)
    return Incident(
        "hallowfirth-20260309T2300Z", signal.brand, "open", severity, AT, AT, AT, 1, {detector: create(signal)}
    )


def _topic() -> Topic:
    """Return a topic of 41 people in 20 minutes, of which nobody wrote before."""
    first = TopicPost("Six hours on board and no food", "app reviews", AT - 20 * MINUTE, 0, -0.6)
    return Topic(
        number=1,
        label="six hours on board, no food",
        terms=("six hours on board", "no food"),
        categories=("outage",),
        reasons=("risk",),
        start=first.published,
        at=AT,
        mentions=96,
        authors=41,
        channels=2,
        ratio=None,
        surprisal=14.0,
        trend="rising",
        doubling_minutes=12,
        negative_share=0.8,
        share_of_negative=0.64,
        first=first,
        largest=None,
        groups=(),
    )


if __name__ == "__main__":
    (Path(sys.argv[1]) if sys.argv[1:] else PAGE).write_text(page(), "utf-8")
