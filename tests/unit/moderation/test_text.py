"""Folded texts: what is the same word to a reader is the same to a policy, and points back to what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.text import READ_CHARS, FoldedText


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Espèce d\N{RIGHT SINGLE QUOTATION MARK}IDIOT !", "espece d'idiot !"),
        ("you 1d10t", "you idiot"),
        ("i d i o t", "idiot"),
        ("i.d.i.o.t", "idiot"),
        ("id\N{ZERO WIDTH SPACE}iot", "idiot"),
        ("ｉｄｉｏｔ", "idiot"),
        ("cœur brisé", "coeur brise"),
        ("5G, 4K and an iPhone 13", "5g, 4k and an iphone 13"),
        ("$300 at 18h30", "$300 at 18h30"),
        ("@user said so", "@user said so"),
        ("see https://a1.example/x0", "see https://a1.example/x0"),
        ("a1@b4.example", "a1@b4.example"),
    ],
)
def test_disguises_are_read_and_figures_are_not_words(written: str, read: str) -> None:
    """Digits are letters within a word only; prices, times, models, handles and addresses stay as they are."""
    assert FoldedText(written).folded == read


def test_a_span_points_at_what_was_written() -> None:
    """The words that are shown are the author's own, disguise included."""
    text = "Franchement, quel 1d10t é\N{ZERO WIDTH SPACE}tonnant"
    folded = FoldedText(text)
    start = folded.folded.index("idiot")
    span = folded.span(start, start + 5)
    assert text[span.start : span.end] == "1d10t"
    start = folded.folded.index("etonnant")
    span = folded.span(start, start + 8)
    assert text[span.start : span.end] == "é\N{ZERO WIDTH SPACE}tonnant"


@given(st.text(max_size=200))
def test_each_part_has_a_place_in_any_text(text: str) -> None:
    """Whatever is written, each character that is read stands somewhere in it, and the places never go back."""
    folded = FoldedText(text)
    places = [folded.span(at, at + 1) for at in range(len(folded.folded))]
    assert all(0 <= span.start < span.end <= len(text) for span in places)
    assert [span.start for span in places] == sorted(span.start for span in places)


def test_a_long_text_is_read_up_to_a_bound() -> None:
    """The cost of a text has a bound."""
    assert len(FoldedText("a" * 10 * READ_CHARS).folded) == READ_CHARS
