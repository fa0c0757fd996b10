"""Language, sentiment and abuse scores on the labelled sets, written as a table into `docs/results.md`.

No figure is on a text that the model was trained on: for the training sets, models are trained again in five folds.
"""

from __future__ import annotations

import argparse
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from benchmarks import vader_speed
from benchmarks.metrics import correlation, macro_f1, macro_recall, precision, recall
from benchmarks.training import folds, sets
from mentions.sentiment import Scorer, Vader
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "results.md"
BEGIN: Final = "<!-- sentiment: begin (make sentiment-table) -->"
END: Final = "<!-- sentiment: end -->"
NAMES: Final = {-1: "negative", 0: "neutral", 1: "positive", 2: "unknown"}
FELT: Final = 0.05
FEWEST: Final = 5
"""Mentions of a brand in an hour whose mean is compared."""


class Row(NamedTuple):
    """One line of the table."""

    on: str
    stock: str
    anchor: str
    target: str
    ours: str


def rows() -> Iterator[Row]:
    """Yield the lines of the table."""
    scorer, vader = Scorer(), Vader()
    yield _tweets(scorer, vader)
    yield from _airlines(scorer, vader)
    yield _raters(scorer, vader)
    yield _french_tweets()
    yield _deft(scorer, vader)
    yield _offensive(scorer, vader)
    yield _toxic(scorer)
    yield from _languages(scorer)
    yield from _speeds()


def _stock(vader: Vader, text: str) -> str:
    compound = vader.compound(text)
    return "positive" if compound >= FELT else "negative" if compound <= -FELT else "neutral"


def _tweets(scorer: Scorer, vader: Vader) -> Row:
    data = sets.read("en_tweeteval_sentiment_val")
    truth = [row["label"] for row in data]
    ours = macro_recall(truth, [NAMES[scorer.analyse(row["text"], "en").label] for row in data])
    stock = macro_recall(truth, [_stock(vader, row["text"]) for row in data])
    anchor = "test split: FastText 62.9, n-gram LR 64.7, RoBERTa-base 71.3"
    return Row("TweetEval sentiment, validation split, macro recall", f"{stock:.1f}", anchor, "≥ 64.5", f"{ours:.1f}")


def _airlines(scorer: Scorer, vader: Vader) -> Iterator[Row]:
    data = sets.read("en_airlines")
    masks = {brand: Mask(BrandTerms(name=brand).names()) for brand in {row["brand"] for row in data}}
    texts = [masks[row["brand"]].apply(row["text"]) for row in data]
    truth = [row["label"] for row in data]
    readings = [scorer.analyse(text, "en") for text in texts]
    ours, stock = [NAMES[reading.label] for reading in readings], [_stock(vader, text) for text in texts]
    yield Row(
        "Airlines (none learnt from), negatives, recall (precision)",
        _pair(truth, stock, "negative"),
        "n-gram LR 67",
        "≥ 65 (≥ 85)",
        _pair(truth, ours, "negative"),
    )
    human = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}
    hours: dict[tuple[str, str], list[tuple[float, float, float]]] = defaultdict(list)
    for row, text, reading in zip(data, texts, readings, strict=True):
        scores = human[row["label"]], reading.compound, vader.compound(text)
        hours[row["brand"], row["timestamp_utc"][:13]].append(scores)
    means = [tuple(map(mean, zip(*hour, strict=True))) for hour in hours.values() if len(hour) >= FEWEST]
    people, found, plain = (list(column) for column in zip(*means, strict=True))
    yield Row(
        f"Airlines, mean compound per brand-hour of ≥ {FEWEST} ({len(means)} of them) against people's, r",
        f"{correlation(people, plain):.2f}",
        "n-gram LR 0.81",
        "≥ 0.81",
        f"{correlation(people, found):.2f}",
    )


def _raters(scorer: Scorer, vader: Vader) -> Row:
    data = sets.read("en_vader_gt_tweets")
    people = [float(row["score"]) for row in data]
    stock = correlation(people, [vader.compound(row["text"]) for row in data])
    ours = correlation(people, [scorer.analyse(row["text"], "en").compound for row in data])
    return Row("VADER's tweets, r with the mean of 20 raters", f"{stock:.3f}", "LR 0.883", "–", f"{ours:.3f}")


def _french_tweets() -> Row:
    ours, sd = folds.french_sentiment()
    anchor = "FastText 54.8, LR 62.7, XLM-T 71.2"
    return Row("French xlm-t, five parts, macro F1", "33.3", anchor, "≥ 62.5", f"{ours:.1f} (± {sd:.1f} over parts)")


def _deft(scorer: Scorer, vader: Vader) -> Row:
    data = [row for row in sets.read("fr_deft2017_task1") if row["label"] != "mixed"]
    ours = macro_recall(
        [row["label"] for row in data], [NAMES[scorer.analyse(row["text"], "fr").label] for row in data]
    )
    stock = macro_recall([row["label"] for row in data], [_stock(vader, row["text"]) for row in data])
    return Row(
        "DEFT 2017 (sentiment not learnt from), macro recall",
        f"{stock:.1f}",
        "rules 50, LR 53.7",
        "≥ 54",
        f"{ours:.1f}",
    )


def _offensive(scorer: Scorer, vader: Vader) -> Row:
    data = sets.read("en_tweeteval_offensive_val")
    truth = [row["label"] == "offensive" for row in data]
    ours = macro_f1(truth, [scorer.analyse(row["text"], "en").abuse > 0.5 for row in data])
    stock = macro_f1(truth, [vader.compound(row["text"]) <= -0.5 for row in data])
    anchor = "test split: LR on OLID 73.2, RoBERTa-base 79.5"
    return Row(
        "Offensive English (weights not learnt from it), validation split, macro F1",
        f"{stock:.1f}",
        anchor,
        "≥ 73",
        f"{ours:.1f}",
    )


def _toxic(scorer: Scorer) -> Row:
    truth, guesses = folds.french_abuse()
    quiet = [row["text"] for row in sets.read("fr_deft2017_task1")]
    flagged = 100 * float(np.mean([scorer.analyse(text, "fr").abuse > 0.5 for text in quiet]))
    ours = f"{_pair(truth, guesses, True)}; flags {flagged:.1f} % of DEFT"
    return Row("Toxic French (MLMA), five parts, recall (precision)", "–", "word lists 18 (86)", "≥ 45 (≥ 85)", ours)


def _languages(scorer: Scorer) -> Iterator[Row]:
    data = sets.read("lid")
    cuts: dict[str, Callable[[str], str]] = {"": str, ", first six words": lambda text: " ".join(text.split()[:6])}
    for name, cut in cuts.items():
        truth = [row["label"] if row["label"] in {"en", "fr"} else "other" for row in data]
        guesses = [lang or "other" for lang in scorer.detect_languages([cut(row["text"]) for row in data])]
        found = " / ".join(f"{recall(truth, guesses, lang):.1f}" for lang in ("en", "fr", "other"))
        yield Row(f"Language{name}, recall en / fr / other", "–", "py3langid 99.0 / 98.7", "≥ 98.5 / 98.5", found)


def _speeds() -> Iterator[Row]:
    speed = vader_speed.race(vader_speed.everything())
    same = "every compound equal" if speed.same else "COMPOUNDS DIFFER"
    yield Row(
        "`vader`, new texts, a second of one core",
        f"{speed.stock:,.0f}",
        "rewrite 141,000",
        "≥ 5 times",
        f"{speed.ours:,.0f}: {speed.ratio:.1f} times (text by text {speed.alone:.1f}); {same}",
    )
    pace = vader_speed.pace(vader_speed.mixed())
    yield Row("Language alone, new texts, a second of one core", "–", "38,000", "≥ 100,000", f"{pace.language:,.0f}")
    yield Row(
        "All together, mixed English and French, new texts, a second of one core",
        "–",
        "20,800",
        "≥ 40,000",
        f"{pace.warmed:,.0f} after as many others, {pace.fresh:,.0f} from the first on; known texts {pace.known:,.0f}",
    )


def _pair(truth: list[str] | list[bool], guesses: list[str] | list[bool], label: str | bool) -> str:  # noqa: FBT001
    return f"{recall(truth, guesses, label):.1f} ({precision(truth, guesses, label):.1f})"


def table(lines: list[Row]) -> str:
    """Return the table as Markdown, with its date and commit."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    made = f"Made {datetime.now(UTC):%Y-%m-%d} at commit {commit.strip() or 'unknown'} by `make sentiment-table`, "
    heads = Row("On", "Stock VADER", "Anchor", "Target", "Tocsin")
    body = ["| " + " | ".join(line) + " |" for line in [heads, Row(*["---"] * len(heads)), *lines]]
    return "\n".join([f"{made}scorer {Scorer().version}.", "", *body])


def place(page: str, text: str) -> str:
    """Return the page with `text` between the markers, added at its end where there are none."""
    if BEGIN not in page:
        page = f"{page.rstrip()}\n\n## Sentiment, language, abuse\n\n{BEGIN}\n{END}\n".lstrip()
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    """Print the table and write it into the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=PAGE)
    given = parser.parse_args()
    text = table(list(rows()))
    print(text)
    page = given.out.read_text(encoding="utf-8") if given.out.is_file() else "# Results\n"
    given.out.write_text(place(page, text), encoding="utf-8")


if __name__ == "__main__":
    main()
