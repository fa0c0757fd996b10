"""Is a language understood as exports name it?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.language_names import language_subtag


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("English", "en"),
        ("ENGLISH (US)", "en"),
        ("eng", "en"),
        ("en-Latn-GB", "en"),
        ("en;q=0.9", "en"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("Français", "fr"),
        ("French (Canada)", "fr"),
        ("deu", "de"),
        ("Deutsch", "de"),
        ("iw", "he"),
        ("русский", "ru"),
        ("日本語", "ja"),
    ],
)
def test_codes_and_names_are_understood(tag: str, lang: str) -> None:
    """Two letters, three, or a name, with or without a region."""
    assert language_subtag(tag) == lang


@pytest.mark.parametrize(
    "tag", ["unknown", "N/A", "null", "nan", "und", "zxx", "qme", "-", "1", "xx", "klingon", "", None]
)
def test_what_names_no_known_language_is_not_given(tag: str | None) -> None:
    """The text is then asked, as if there were no tag."""
    assert language_subtag(tag) is None


@given(st.text())
def test_it_is_two_letters_or_none(tag: str) -> None:
    """Whatever an export holds, the answer is a code or none, and the code answers for itself."""
    found = language_subtag(tag)
    assert found is None or (len(found) == 2 and language_subtag(found) == found)
