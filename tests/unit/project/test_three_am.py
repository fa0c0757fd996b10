"""Does the lock screen say which brand, what, how much and versus usual, in 110 characters, in either language?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.rendering.escaping import width
from alerts.rendering.text import HEADLINE_CHARS, MESSAGES
from detectors.model.signal import SEVERITIES
from docs.alert_line_examples import detectors, line_with_words, lines, page

ROOT = Path(__file__).resolve().parents[3]
EXPECTED = {"topic_burst": (r"\bnew$|\bnouveau$", r"six hours on board, no food.*41 (authors|auteurs) (in|en) 20 min")}
"""What a line about something else than a count says: how usual it is, and what."""

LINES_WITH_WORDS = {"en": "usually 6 (14×): “on board”", "fr": "d’habitude 6 (14×) : « on board »"}

CASES = [(name, language) for name in detectors() for language in MESSAGES]


def test_the_page_is_up_to_date() -> None:
    """`make docs` writes it again."""
    assert (ROOT / "docs" / "three-am.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(("detector", "language"), CASES)
def test_each_line_names_brand_what_how_much_and_the_usual(detector: str, language: str) -> None:
    """Whatever the severity, and once it is over."""
    stated = lines(detector, "fr" if language == "fr" else "en")
    assert list(stated) == [*SEVERITIES, "over"]
    for state, line in stated.items():
        assert width(line) <= HEADLINE_CHARS
        assert "Hallowfirth Ferries" in line
        assert MESSAGES["fr" if language == "fr" else "en"][state] in line
        usual, counted = EXPECTED.get(detector, (r"usually|limit|d’habitude|seuil", r"mention|share|part"))
        assert re.search(usual, line)
        assert re.search(counted, line)
        assert re.search(r"\d", line)


@pytest.mark.parametrize("language", MESSAGES)
def test_a_line_with_words_names_them_after_the_figures(language: str) -> None:
    """Whole words, within the same limit."""
    line = line_with_words("fr" if language == "fr" else "en")
    assert width(line) <= HEADLINE_CHARS
    assert LINES_WITH_WORDS[language] in line.replace("\xa0", " ")
