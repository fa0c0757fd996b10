"""Topics and their signals for tests of what people are shown, with the fields that do not matter filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from detectors.model.signal import TOPIC_BURST, Contributors
from detectors.model.topic import CopiedPost, MentionWords, Topic, TopicPost
from tests.support.alerts import MINUTE, START, figures, signal

if TYPE_CHECKING:
    from detectors.model.signal import Severity, Signal

FIRST: Final = TopicPost("Six hours on board and no food", "forum", START - 20 * MINUTE, 0, -0.6)
LARGEST: Final = TopicPost("No food, no word from anybody", "twitter", START - 5 * MINUTE, 48_000, -0.7)
COPIED: Final = TopicPost("My parents sit on board for six hours, share this", "twitter", START - 9 * MINUTE, 0, -0.4)


def topic(**changes: Any) -> Topic:
    """Return a topic of 41 authors in 20 min, with one post that 12 people copied."""
    parts: dict[str, Any] = {
        "number": 1,
        "label": "six hours on board, no food",
        "terms": ("six hours on board", "no food", "captain"),
        "categories": ("outage", "death_injury"),
        "reasons": ("risk", "negative"),
        "start": START - 20 * MINUTE,
        "at": START,
        "mentions": 96,
        "authors": 41,
        "channels": 2,
        "ratio": None,
        "surprisal": 14.0,
        "trend": "rising",
        "doubling_minutes": 12,
        "negative_share": 0.8,
        "share_of_negative": 0.64,
        "first": FIRST,
        "largest": LARGEST,
        "groups": (CopiedPost(12, COPIED), CopiedPost(1, FIRST), CopiedPost(1, LARGEST)),
    }
    return Topic(**parts | changes)


def topic_signal(
    minute: float = 0, about: Topic | None = None, *, severity: Severity = "warning", brand: str = "acme"
) -> Signal:
    """Return the first signal of a topic at `minute` after START."""
    about = about or topic()
    evidence = figures(about.authors, None, metric="authors", threshold=3.0, window_start=about.start, history=1)
    base = signal(minute, detector=TOPIC_BURST, severity=severity, start=minute, brand=brand, drivers=Contributors())
    return replace(base, evidence=evidence, topic=about)


def mention_words(**changes: Any) -> MentionWords:
    """Return words of five mentions."""
    parts: dict[str, Any] = {
        "terms": (("sidecar frozen", 3), ("refund", 2)),
        "voices": 5,
        "post": TopicPost("Sidecar frozen since noon, I want a refund", "forum", START - MINUTE, 0, -0.6),
    }
    return MentionWords(**parts | changes)
