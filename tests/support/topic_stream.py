"""Invented posts for the topic tests."""

from __future__ import annotations

from random import Random
from typing import Final

from detectors.topics.policy import Topics
from detectors.topics.risk import shipped
from detectors.topics.text import own_words
from detectors.topics.watch import Row, State, step
from mentions.likeness import likeness
from mentions.scored import NEGATIVE, NEUTRAL

HOUR: Final = 3_600_000
START: Final = 1_760_000_000_000 // (12 * HOUR) * 12 * HOUR
POLICY: Final = Topics()

_SUBJECTS: Final = ["kettle", "teapot", "toaster", "blender", "grinder", "scale", "timer", "basket", "ladle", "whisk"]
_VERBS: Final = ["arrived", "matches", "shines", "warms", "fits", "pours", "hums", "ticks", "folds", "stacks"]
_PLACES: Final = ["kitchen", "balcony", "garden", "hallway", "caravan", "cabin", "office", "studio", "attic", "cellar"]


def row(at: int, text: str, author: str, label: int = NEUTRAL, reach: int = 0, channel: str = "forum") -> Row:
    """Return a mention."""
    compound = -0.6 if label == NEGATIVE else 0.0
    return Row(at, author, channel, likeness(text), label, compound, reach, text)


def calm(hours: int, an_hour: int = 2, start: int = START, seed: int = 1) -> list[Row]:
    """Return ordinary posts: no two alike, each by another author, one in eight negative."""
    random, rows = Random(seed), []
    for number in range(hours * an_hour):
        words = [random.choice(words) for words in (_SUBJECTS, _VERBS, _PLACES)]
        text = f"the {words[0]} {words[1]} in our {words[2]} note {random.randrange(10**6)}x{number}"
        at = start + number * HOUR // an_hour
        rows.append(row(at, text, f"u{seed}-{number}", NEGATIVE if number % 8 == 0 else NEUTRAL))
    return rows


def state(*names: str) -> State:
    """Return the topics of a brand never seen before."""
    return State(own_words(names or ("Hallowfirth",)), shipped())


def run(watched: State, rows: list[Row], policy: Topics = POLICY) -> list[tuple[int, str, str, str]]:
    """Return (instant, kind, severity, label) of what is told."""
    return [
        (one.published, news.kind, news.topic.severity, news.topic.label)
        for one in rows
        for news in step(watched, one, policy)
    ]


LEAK: Final = (
    "customer passwords leaked from Hallowfirth, change yours",
    "so the passwords leaked and nobody told us",
    "my card and my password, leaked, thanks a lot",
    "reading that all passwords leaked at hallowfirth last night",
    "passwords leaked? found mine in the dump",
    "is it true that passwords leaked",
    "they leaked our passwords and keep silent",
    "leaked passwords again, I am leaving",
)
