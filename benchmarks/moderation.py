"""Moderation policies on labelled sets and functional cases, and their speed: a table in `docs/results.md`.

The offensive English tweets and the toxic French ones are scored by weights that were not learnt from them; whether a
text enters the queue is decided by the policies against people. The functional cases ask the policy of hate alone.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.metrics import macro_f1, precision, recall
from benchmarks.results_table import publish, table
from benchmarks.training import folds, sets
from mentions.sentiment import Scorer
from moderation.policies.model import Reading
from moderation.policies.registry import POLICIES, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

AGAINST_PEOPLE: Final = ("threat", "hate", "sexual", "insult")
QUIET: Final = {"en_airlines": "en", "en_vader_gt_amazonReviewSnippets": "en", "fr_deft2017_task1": "fr"}


class Row(NamedTuple):
    """One line of the table."""

    on: str
    target: str
    ours: str


def rows() -> Iterator[Row]:
    """Yield the lines of the table."""
    scorer = Scorer()
    yield _offensive(scorer)
    yield _toxic()
    for language in ("en", "fr"):
        yield _functional(language)
    yield from _quiet(scorer)


def _offensive(scorer: Scorer) -> Row:
    data = sets.read("en_tweeteval_offensive_val")
    texts = [row["text"] for row in data]
    scores = [analysis.abuse for analysis in scorer.analyse_all(texts, ["en"] * len(texts))]
    guesses = [_enters(text, "en", abuse) for text, abuse in zip(texts, scores, strict=True)]
    ours = macro_f1([row["label"] == "offensive" for row in data], guesses)
    return Row("offensive English, validation split, macro F1", "≥ 75", f"{ours:.1f}")


def _toxic() -> Row:
    texts = [row["text"] for row in sets.read("fr_mlma_toxic")]
    truth, scores = folds.french_abuse_scores()
    guesses = [_enters(text, "fr", abuse) for text, abuse in zip(texts, scores, strict=True)]
    ours = f"{recall(truth, guesses, True):.1f} ({precision(truth, guesses, True):.1f})"
    return Row("toxic French (MLMA), five parts, recall (precision)", "≥ 60 (≥ 90)", ours)


def _functional(language: str) -> Row:
    data = sets.read(f"{language}_hatecheck")
    truth = [row["label"] == "hateful" for row in data]
    guesses = ["hate" in judge(Reading(row["text"], language, 0.0)) for row in data]
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for row, known, guess in zip(data, truth, guesses, strict=True):
        right[row["functionality"]].append(known == guess)
    worst = sorted((sum(cases) / len(cases), name) for name, cases in right.items())[:4]
    told = ", ".join(f"{name} {share:.0%}" for share, name in worst)
    name = {"en": "English", "fr": "French"}[language]
    return Row(
        f"HateCheck, {name}, policy of hate, macro F1", "≥ 60", f"{macro_f1(truth, guesses):.1f} (weakest: {told})"
    )


def _quiet(scorer: Scorer) -> Iterator[Row]:
    """Yield how much of ordinary posts each policy flags, and how fast."""
    for name, language in QUIET.items():
        texts = [row["text"] for row in sets.read(name)]
        scores = [analysis.abuse for analysis in scorer.analyse_all(texts, [language] * len(texts))]
        begun = time.perf_counter()
        found: Counter[str] = Counter()
        for text, abuse in zip(texts, scores, strict=True):
            found.update(list(judge(Reading(text, language, abuse))))
        cost = (time.perf_counter() - begun) / len(texts) * 1e6
        told = ", ".join(f"{policy} {100 * found[policy] / len(texts):.2f}" for policy in POLICIES)
        yield Row(f"{name}, {len(texts):,} texts, flagged [%]", "–", f"{told}; {cost:.0f} µs a text")


def _enters(text: str, language: str, abuse: float) -> bool:
    return bool(judge(Reading(text, language, abuse), AGAINST_PEOPLE))


def main() -> None:
    """Measure, print, and write the table where it is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/results.md")
    asked = parser.parse_args()
    text = table(("on", "target", "measured"), rows())
    print(text)
    if asked.write:
        publish("moderation", "Moderation", "moderation-table", text)


if __name__ == "__main__":
    main()
