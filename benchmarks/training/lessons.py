"""Training tasks: the labelled texts, features and regularisation of each model of the shipped weights."""

from __future__ import annotations

import re
from functools import cache
from html import unescape
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from benchmarks.training.sets import column, read
from mentions.sentiment.french import French
from mentions.sentiment.learned.features import MARK
from mentions.sentiment.learned.language_model import extras_of
from mentions.sentiment.training.feature_values import PAIR, WORD
from mentions.sentiment.vader.emoji import feelings
from mentions.sentiment.vader.vader import Vader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mentions.sentiment.training.feature_values import Floats

SENTIMENT: Final = {"neutral": 0, "negative": 1, "positive": 2}
RULES: Final = len(extras_of(0.0))
"""Figures by which the rules' compound enters."""

_OTHER_TOPICS: Final = 0.3
"""How much a text of Reddit counts beside a tweet."""

_EMOJI_WEIGHS: Final = 1.0
"""What a step of an emoji's valence adds to the log odds."""

_GOOD: Final = frozenset(
    {"admiration", "amusement", "approval", "caring", "desire", "excitement"}
    | {"gratitude", "joy", "love", "optimism", "pride", "relief"}
)
_BAD: Final = frozenset(
    {"anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment"}
    | {"fear", "grief", "nervousness", "remorse", "sadness"}
)
"""Emotions by the sentiment that the set's authors group them under; surprise and the like are of neither."""

_WHOLE: Final = 0.3
"""Share of the texts whose language is learnt from all their words."""

_FIRST: Final = 0.6
"""Of the others, the share of those cut after their first words, not out of their midst."""

_SIZES: Final = (3, 4, 5, 6, 6, 6, 8, 10)
"""Words of a piece, one as likely as another."""


class Example(NamedTuple):
    """A text, its label (0: none of the lanes), how much it counts, and the set it is from."""

    text: str
    label: int
    weight: float = 1.0
    group: int = 0


class Lesson(NamedTuple):
    """Examples, and how to learn from them."""

    name: str
    lanes: tuple[str, ...]
    examples: list[Example]
    rules: str = ""  # whose score is learnt along: "english" or "french"
    listed: Mapping[str, float] = {}  # words that share a weight, each so many times
    strength: float = 1.0  # how strongly weights are held to zero
    least: int = 1  # texts that a feature must occur in
    least_pairs: int = 10**9
    known: Mapping[str, Sequence[float]] = {}  # feature → what it says to begin with, a figure a lane
    apart: bool = False  # whether labels weigh alike within each set, not in all together
    nudge: tuple[float, ...] = (0.0, 0.0)  # added to the biases: what is met is not as frequent as in the sets
    slope: float = 1.0  # by which the score becomes a chance that comes true: the threshold stays where it is


def chosen(names: Sequence[str] | None, data: Path, more: Path) -> list[Lesson]:
    """Return the lessons of these names, all where none are given."""
    makers: dict[str, Callable[[], Lesson]] = {
        "languages": lambda: languages(data, more),
        "sentiment_en": lambda: english(data, more),
        "sentiment_fr": lambda: french(data),
        "abuse_en": lambda: abuse_english(more),
        "abuse_fr": lambda: abuse_french(data),
    }
    return [makers[name]() for name in names or makers]


def phrases(lang: str) -> dict[str, tuple[float, float]]:
    """Return what pairs of words say to begin with, against each of them: "not bad" is rarer than either."""
    return {PAIR + pair: (float(negative), float(positive)) for pair, negative, positive in _own(f"phrases_{lang}")}


def languages(data: Path, more: Path) -> Lesson:
    """Return the lesson that tells English and French from each other and from all else."""
    random = Random(0)
    seen = set(map(bare, column("lid", folder=data)))
    found: list[Example] = []

    def add(texts: Iterable[str], label: int, most: int, times: int = 1) -> None:
        fresh = [text for text in dict.fromkeys(texts) if bare(text) not in seen]
        random.shuffle(fresh)
        found.extend(Example(piece(text, random), label) for text in fresh[:most] * times)

    ground = [f"en_vader_gt_{part}" for part in ("amazonReviewSnippets", "nytEditorialSnippets", "tweets")]
    add(column("en_semeval_train", folder=more), 1, 18_000)
    add(column("en_goemotions", folder=more), 1, 10_000)
    add((text for name in ground for text in column(name, folder=data)), 1, 6_000)
    short = ("fr_xlmt_train", "fr_xlmt_val", "fr_deft2017_task1", "fr_mlma_toxic", "fr_hatecheck")
    add((text for name in short for text in column(name, folder=data)), 2, 99_999, 2)
    add(column("lid_french_books", folder=more), 2, 9_000)
    for name in ("lid_xlmt", "lid_hatecheck", "lid_udhr"):
        rows = read(name, more)
        add((row["text"] for row in rows if row["label"] not in {"eng", "fra"}), 0, 99_999)
        add((row["text"] for row in rows if row["label"] == "eng"), 1, 99_999)
        add((row["text"] for row in rows if row["label"] == "fra"), 2, 99_999)
    return Lesson("languages", ("english", "french"), found, strength=0.3, least=4, nudge=(1.1, 0.8))


def piece(text: str, random: Random) -> str:
    """Return some words in a row of a text, its first more often than others, or all: short texts are the hard ones."""
    if random.random() < _WHOLE:
        return text
    words, size = text.split(), random.choice(_SIZES)
    start = 0 if random.random() < _FIRST else random.randrange(max(1, len(words) - size + 1))
    return " ".join(words[start : start + size])


def english(data: Path, more: Path) -> Lesson:
    """Return the lesson of English sentiment: tweets, and Reddit at a lower weight for other topics."""
    seen = set(map(bare, column("en_tweeteval_sentiment_val", folder=data)))
    rows = [row for row in read("en_semeval_train", more) if bare(row["text"]) not in seen]
    found = [Example(row["text"], SENTIMENT[row["label"]]) for row in rows]
    found += (Example(text, label, _OTHER_TOPICS, 1) for text, label in felt(read("en_goemotions", more)))
    lanes = ("negative_en", "positive_en")
    known = pictured() | phrases("en")
    return Lesson(
        "sentiment_en",
        lanes,
        found,
        "english",
        strength=2.0,
        least=8,
        least_pairs=8,
        known=known,
        apart=True,
        nudge=(-0.08, 0.0),  # of what is met less is negative than in the sets, where labels weigh alike
    )


def felt(rows: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, int]]:
    """Yield the texts of GoEmotions whose emotions are of one kind, with their labels."""
    for row in rows:
        emotions = set(row["emotions"].split(","))
        good, bad = bool(emotions & _GOOD), bool(emotions & _BAD)
        if good != bad:
            yield row["text"], SENTIMENT["positive" if good else "negative"]
        elif emotions == {"neutral"}:
            yield row["text"], SENTIMENT["neutral"]


def pictured() -> dict[str, tuple[float, float]]:
    """Return what emoji say to begin with: most are too rare in the sets to be learnt."""
    return {
        WORD + MARK + emoji: (_EMOJI_WEIGHS * max(-valence, -valence / 3), _EMOJI_WEIGHS * max(valence, valence / 3))
        for emoji, valence in feelings().items()
    }


def french(data: Path) -> Lesson:
    """Return the lesson of French sentiment."""
    rows = [*read("fr_xlmt_train", data), *read("fr_xlmt_val", data)]
    found = [Example(row["text"], SENTIMENT[row["label"]]) for row in rows]
    lanes = ("negative_fr", "positive_fr")
    return Lesson("sentiment_fr", lanes, found, "french", strength=2.0, least=2, least_pairs=3, known=pictured())


def abuse_english(more: Path) -> Lesson:
    """Return the lesson of English abuse."""
    names = ("en_goemotions", "en_davidson", "en_surge_toxicity", "en_convabuse")
    found: list[Example] = []
    for group, name in enumerate(names):
        rows = read(name, more)
        hostile = ((row["text"], "1" in row.get("hostile", "") or row.get("label") == "offensive") for row in rows)
        found += (Example(text, int(label), 1.0, group) for text, label in hostile)
    table = {row["text"]: float(row["severity"]) for row in read("en_profanity", more)} | hostility("en")
    lanes = ("abuse_en",)
    return Lesson("abuse_en", lanes, found, "english", table, strength=2.0, least=5, least_pairs=8, nudge=(1.25,))


def abuse_french(data: Path) -> Lesson:
    """Return the lesson of French abuse."""
    found = [Example(row["text"], int(row["label"] == "toxic")) for row in read("fr_mlma_toxic", data)]
    found += (Example(row["text"], int(row["label"] == "hateful"), 0.3, 1) for row in read("fr_hatecheck", data))
    found += (Example(text, 0, 0.3) for text in column("fr_xlmt_train", folder=data))
    table = hostility("fr")
    return Lesson(
        "abuse_fr",
        ("abuse_fr",),
        found,
        "french",
        table,
        strength=2.0,
        least=2,
        least_pairs=3,
        nudge=(-1.0,),
        slope=2.5,  # of what is met one post in a hundred is abusive, of MLMA's, gathered by keyword, four in five
    )


def hostility(lang: str) -> dict[str, float]:
    """Return our own list of insults, each with how bad it is (1 to 3)."""
    return {word: float(degree) for word, degree in _own(f"hostile_{lang}")}


def _own(name: str) -> list[list[str]]:
    """Return the rows of a table of our own."""
    table = Path(__file__).with_name(f"{name}.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in table.splitlines()]


def bare(text: str) -> str:
    """Return what is left of a text for telling whether two are the same."""
    return re.sub(r"https?://\S+|@\S+|\W+", "", unescape(unescape(text)).lower())


@cache
def _rules() -> tuple[Vader, French]:
    return Vader(), French()


def ruled(rules: str, texts: Sequence[str]) -> Floats:
    """Return the rules' part of each text, in the columns that the scorer has them."""
    vader, french = _rules()
    if not rules:
        return np.zeros((len(texts), 0))
    if rules == "english":
        return np.array([extras_of(vader.compound(text)) for text in texts])
    return np.array([extras_of(french.compound(text, text.split())) for text in texts])
