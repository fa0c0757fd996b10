"""Scoring speed against vaderSentiment, and of the whole scorer, on texts that the process has not seen before.

Paired block by block in one run; CPU time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import time
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks.training import sets
from mentions.cleaning import clean
from mentions.sentiment import BatchVader, Scorer, Vader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
BLOCK: Final = 2_000


class Speed(NamedTuple):
    """Texts a second of CPU time, medians over the blocks; how many times the package's, by the blocks' ratios."""

    stock: float
    ours: float  # a block at once
    ratio: float
    alone: float  # text by text
    same: bool  # whether every compound was equal


class Pace(NamedTuple):
    """Texts a second of CPU time for everything that `tocsin score` says of a text."""

    fresh: float  # new texts, most words new to the process
    warmed: float  # new texts, after as many others
    known: float  # texts seen before
    language: float  # new texts, their language alone, in a fresh process


def everything() -> list[str]:
    """Return all different texts at hand, shuffled."""
    names = sorted(path.name.removesuffix(".tsv.gz") for path in sets.DEVELOPMENT.glob("*.tsv.gz"))
    texts = list(dict.fromkeys(text for name in names for text in sets.column(name)))
    Random(0).shuffle(texts)
    return texts


def mixed() -> list[str]:
    """Return short English and French posts, one for one, shuffled."""
    english = [*sets.column("en_airlines"), *sets.column("en_tweeteval_sentiment_val")]
    french = [text for name in ("fr_xlmt_train", "fr_deft2017_task1", "fr_mlma_toxic") for text in sets.column(name)]
    texts = list(dict.fromkeys([*english[: len(french)], *french]))
    Random(0).shuffle(texts)
    return texts


def race(texts: Sequence[str]) -> Speed:
    """Return how fast each is, taking turns; every text is new to all."""
    analyzer, many, single = SentimentIntensityAnalyzer(), BatchVader(Vader()), Vader()
    many.compounds(["good", "bad"])
    stock, ours, ratios, alone, same = [], [], [], [], True
    for at in range(0, len(texts) - BLOCK + 1, BLOCK):
        block = texts[at : at + BLOCK]
        slow, expected = _timed(lambda given: [analyzer.polarity_scores(text)["compound"] for text in given], block)
        fast, found = _timed(many.compounds, block)
        one_by_one, each = _timed(lambda given: list(map(single.compound, given)), block)
        stock.append(BLOCK / slow)
        ours.append(BLOCK / fast)
        ratios.append(slow / fast)
        alone.append(slow / one_by_one)
        same = same and expected == found == each
    return Speed(median(stock), median(ours), median(ratios), median(alone), same)


def pace(texts: Sequence[str]) -> Pace:
    """Return the speed of the whole scorer on short texts."""
    half = len(texts) // 2
    tellers = [Teller() for _ in range(3)]
    fresh, _ = _timed(tellers[0].everything, texts)
    known, _ = _timed(tellers[0].everything, texts)
    tellers[1].everything(texts[:half])
    warmed, _ = _timed(tellers[1].everything, texts[half:])
    language, _ = _timed(tellers[2].languages, texts)
    return Pace(len(texts) / fresh, (len(texts) - half) / warmed, len(texts) / known, len(texts) / language)


class Teller:
    """Tells all there is to tell of texts."""

    def __init__(self) -> None:
        """Take a scorer that has read two texts only."""
        self._scorer, self._vader = Scorer(), BatchVader(Vader())
        self.everything(["good", "bad"] * BLOCK)

    def everything(self, texts: Sequence[str]) -> int:
        """Return language, VADER's compound whatever the language, and our own compound, label and abuse."""
        readings = self._scorer.analyse_all(list(map(clean, texts)), [None] * len(texts))
        rest = [text for text, reading in zip(texts, readings, strict=True) if reading.lang != "en" or "&" in text]
        return len(readings) + len(self._vader.compounds(rest))

    def languages(self, texts: Sequence[str]) -> list[str | None]:
        """Detect languages only."""
        return self._scorer.detect_languages(texts)


def _timed(score: Callable[[Sequence[str]], T], texts: Sequence[str]) -> tuple[float, T]:
    started = time.process_time()
    found = score(texts)
    return time.process_time() - started, found


def main() -> None:
    """Print the figures."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    speed = race(everything())
    print(f"vaderSentiment {speed.stock:,.0f}/s, ours {speed.ours:,.0f}/s: {speed.ratio:.1f} times", end=", ")
    same = "every compound equal" if speed.same else "COMPOUNDS DIFFER"
    print(f"text by text {speed.alone:.1f} times; {same}")
    found = pace(mixed())
    print(f"everything, mixed English and French, new texts and words: {found.fresh:,.0f}/s", end="; ")
    print(f"after as many others: {found.warmed:,.0f}/s; again: {found.known:,.0f}/s", end="; ")
    print(f"language alone, new texts: {found.language:,.0f}/s")


if __name__ == "__main__":
    main()
