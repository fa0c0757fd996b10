"""Invented posts for the topic tests."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from detectors.topics.parameters import TopicBurst
from detectors.topics.risk.terms import built_in_terms
from detectors.topics.state import TopicState
from detectors.topics.text.units import own_words
from detectors.topics.tracker import TopicRow, step
from mentions.model.batches import NEGATIVE, NEUTRAL
from mentions.model.near_duplicates import text_hash

if TYPE_CHECKING:
    from detectors.topics.tracker import TopicNews

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
START: Final = 1_760_000_000_000 // (12 * HOUR) * 12 * HOUR
CRISIS: Final = START + 10 * DAY
POLICY: Final = TopicBurst()

_SUBJECTS: Final = ["kettle", "teapot", "toaster", "blender", "grinder", "scale", "timer", "basket", "ladle", "whisk"]
_VERBS: Final = ["arrived", "matches", "shines", "warms", "fits", "pours", "hums", "ticks", "folds", "stacks"]
_PLACES: Final = ["kitchen", "balcony", "garden", "hallway", "caravan", "cabin", "office", "studio", "attic", "cellar"]

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


def row(at: int, text: str, author: str, label: int = NEUTRAL, reach: int = 0, channel: str = "forum") -> TopicRow:
    """Return a mention."""
    compound = -0.6 if label == NEGATIVE else 0.0
    return TopicRow(at, author, channel, text_hash(text), label, compound, reach, text)


def calm(hours: int, an_hour: int = 2, start: int = START, seed: int = 1) -> list[TopicRow]:
    """Return ordinary posts: no two alike, each by another author, one in eight negative."""
    random, rows = Random(seed), []
    for number in range(hours * an_hour):
        words = [random.choice(words) for words in (_SUBJECTS, _VERBS, _PLACES)]
        text = f"the {words[0]} {words[1]} in our {words[2]} note {random.randrange(10**6)}x{number}"
        at = start + number * HOUR // an_hour
        rows.append(row(at, text, f"u{seed}-{number}", NEGATIVE if number % 8 == 0 else NEUTRAL))
    return rows


def constant(hours: int, an_hour: int) -> list[TopicRow]:
    """Return posts in which every word comes again after as many posts, each post by another author."""
    rows = []
    for n in range(hours * an_hour):
        text = f"the {_SUBJECTS[n % 10]} {_VERBS[n % 9]} in our {_PLACES[n % 7]} note {n}x"
        rows.append(row(START + n * HOUR // an_hour, text, f"c{n}", NEGATIVE if n % 8 == 0 else NEUTRAL))
    return rows


def leak(at: int = CRISIS, every: int = 10 * 60_000) -> list[TopicRow]:
    """Return the posts of a leak, one every ten minutes."""
    return [row(at + number * every, text, f"leak{number}", NEGATIVE) for number, text in enumerate(LEAK)]


def in_order(*several: list[TopicRow]) -> list[TopicRow]:
    """Return the rows of several lists in order of publication."""
    return sorted((one for rows in several for one in rows), key=lambda one: one.published)


def with_leak() -> list[TopicRow]:
    """Return a calm stream with the leak in it."""
    return in_order(calm(11 * 24), leak())


def new_state(*names: str) -> TopicState:
    """Return the topics of a brand without history."""
    return TopicState(own_words(names or ("Hallowfirth",)), built_in_terms())


def run(state: TopicState, rows: list[TopicRow], policy: TopicBurst = POLICY) -> list[tuple[int, TopicNews]]:
    """Return (instant, news) of what changed."""
    return [(one.published, news) for one in rows for news in step(state, one, policy)]


def pages(news: list[tuple[int, TopicNews]]) -> list[tuple[int, TopicNews]]:
    """Return what pages."""
    return [(at, one) for at, one in news if one.change in {"opened", "worsened"} and one.severity != "info"]
