"""Is this the same text again?"""

from __future__ import annotations

import pytest

from mentions.model.near_duplicates import text_hash

TEXT = "The night train to Basel was cancelled without a word, again."


@pytest.mark.parametrize(
    "copy",
    [
        f"RT @rail_watch: {TEXT}",
        f"rt @a: RT @b: {TEXT}",
        f"“{TEXT}”",
        f"« {TEXT} »",
        f'"{TEXT}" @nordbahn',
        f"{TEXT} https://t.co/abc",
        f"http://example.org/x {TEXT.upper()}",
        TEXT.replace(" ", "\n  "),
    ],
)
def test_copies_are_alike(copy: str) -> None:
    """Retweets, quotes, added links and handles, capitals and blanks do not make another text."""
    assert text_hash(copy) == text_hash(TEXT)


def test_a_cut_copy_of_a_long_text_is_alike() -> None:
    """An old-style retweet that was cut at 140 characters is like its original."""
    original = TEXT + " Nobody at the station knew anything, and the next one leaves at six in the morning."
    retweet = f"RT @rail_watch: {original}"[:139] + "…"
    assert text_hash(retweet) == text_hash(original)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.replace("Basel", "Bern")),
        ("😡", "😍"),
        ("no", "no!"),
        ("https://t.co/a", "https://t.co/b"),
        ("@nordbahn", "@cremerielys"),
        ("", " "),
    ],
)
def test_different_texts_differ(one: str, other: str) -> None:
    """One other word, another emoji, or another link where there is nothing else, is another text."""
    assert text_hash(one) != text_hash(other)
