"""Are the figures of the sentiment table computed as the published ones are?"""

from __future__ import annotations

import pytest

from benchmarks.metrics import correlation, macro_f1, macro_recall, precision, recall
from benchmarks.sentiment import BEGIN, END, place

TRUTH = ["a", "a", "a", "b", "b", "c"]
GUESSES = ["a", "a", "b", "b", "b", "a"]


def test_recall_and_precision() -> None:
    """Shares of those asked for, and of those given, in per cent; a label never given has precision 0."""
    assert recall(TRUTH, GUESSES, "a") == pytest.approx(200 / 3)
    assert precision(TRUTH, GUESSES, "a") == pytest.approx(200 / 3)
    assert precision(TRUTH, GUESSES, "c") == 0


def test_macro_figures_weigh_labels_alike() -> None:
    """The mean over labels, however many texts each has; a label never found counts 0."""
    assert macro_recall(TRUTH, GUESSES) == pytest.approx((200 / 3 + 100 + 0) / 3)
    assert macro_f1(TRUTH, GUESSES) == pytest.approx((200 / 3 + 80 + 0) / 3)


def test_correlation_is_pearsons() -> None:
    """One for a line, minus one for its mirror image."""
    assert correlation([1, 2, 4], [3, 5, 9]) == pytest.approx(1)
    assert correlation([1, 2, 4], [-3, -5, -9]) == pytest.approx(-1)


def test_the_table_replaces_only_itself() -> None:
    """What stands between the markers is replaced, all else stays; without markers it comes at the end."""
    page = f"# Results\n\nbefore\n{BEGIN}\nold\n{END}\nafter\n"
    assert place(page, "new") == f"# Results\n\nbefore\n{BEGIN}\nnew\n{END}\nafter\n"
    assert place("# Results\n", "new").startswith("# Results\n")
    assert place(place("# Results\n", "old"), "new").count(BEGIN) == 1
    assert "old" not in place(place("# Results\n", "old"), "new")
