"""How many times as fast as vaderSentiment is ours, on texts never seen before? Paired, block by block, in one run."""

from __future__ import annotations

import argparse
import time
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from benchmarks import sets
from mentions.sentiment import Scorer, Vader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

T = TypeVar("T")
BLOCK: Final = 2_000


class Speed(NamedTuple):
    """Texts a second of CPU time, medians over the blocks, and the median of the blocks' ratios."""

    stock: float
    ours: float
    ratio: float
    same: bool  # whether every compound was equal


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
    """Return how fast each is, taking turns; every text is new to both."""
    analyzer, vader = SentimentIntensityAnalyzer(), Vader()
    stock, ours, ratios, same = [], [], [], True
    for at in range(0, len(texts) - BLOCK + 1, BLOCK):
        block = texts[at : at + BLOCK]
        slow, expected = _timed(lambda text: analyzer.polarity_scores(text)["compound"], block)
        fast, found = _timed(vader.compound, block)
        stock.append(BLOCK / slow)
        ours.append(BLOCK / fast)
        ratios.append(slow / fast)
        same = same and expected == found
    return Speed(median(stock), median(ours), median(ratios), same)


def pace(texts: Sequence[str]) -> tuple[float, float]:
    """Return texts a second of CPU time for the whole scorer: new texts, and the same ones again."""
    scorer = Scorer()
    cold, _ = _timed(scorer.read, texts)
    warm, _ = _timed(scorer.read, texts)
    return len(texts) / cold, len(texts) / warm


def _timed(score: Callable[[str], T], texts: Iterable[str]) -> tuple[float, list[T]]:
    started = time.process_time()
    found = [score(text) for text in texts]
    return time.process_time() - started, found


def main() -> None:
    """Print the figures."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    speed = race(everything())
    print(f"vaderSentiment {speed.stock:,.0f}/s, ours {speed.ours:,.0f}/s: {speed.ratio:.1f} times", end="; ")
    print("every compound equal" if speed.same else "COMPOUNDS DIFFER")
    cold, warm = pace(mixed())
    print(f"language, sentiment and abuse together, mixed English and French: {cold:,.0f}/s new, {warm:,.0f}/s again")


if __name__ == "__main__":
    main()
