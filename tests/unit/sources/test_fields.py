"""Is of a stranger's JSON only taken what has the kind that is wanted, and within bounds?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentions.model.decode import decode_line
from mentions.model.mention import MAX_COUNT, MAX_ID, MAX_TEXT
from mentions.model.wire import WireMention
from sources.item import SourceError
from sources.json_fields import MAX_LENGTH, MAX_OBJECTS, inside, instant, number, objects, text
from sources.mention_fields import mention

NOW = 1_795_867_200_000
ANY_TEXT = st.text(st.characters(exclude_categories=()))
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=8,
)


@given(JSON, st.lists(st.sampled_from("ab"), max_size=3))
def test_whatever_lies_there_is_of_the_kind_or_nothing(value: Any, path: list[str]) -> None:
    """Nothing is raised but the one error of a list that is missing."""
    assert isinstance(text(value, *path), str)
    assert number(value, *path) is None or type(number(value, *path)) is int
    assert instant(value, *path) is None or type(instant(value, *path)) is int
    if isinstance(inside(value, *path), list):
        assert all(isinstance(one, dict) for one in objects(value, *path))
    else:
        with pytest.raises(SourceError, match="without the list"):
            list(objects(value, *path))


def test_what_is_too_long_or_too_large_is_bounded() -> None:
    """Texts are cut, lists end, numbers that no id has are none."""
    assert len(text({"a": "x" * 10**6}, "a")) == MAX_LENGTH
    assert len(list(objects([{}] * 10_000))) == MAX_OBJECTS
    assert [number({"a": value}, "a") for value in (MAX_COUNT, MAX_COUNT + 1, -(10**30), True, 1.0)] == [MAX_COUNT] + [
        None
    ] * 4


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        (1_795_867_200, NOW),
        (NOW, NOW),
        ("2026-11-28T12:00:00Z", NOW),
        (0, None),
        ("", None),
        (float("inf"), None),
        (10**400, None),
    ],
)
def test_instants_are_read_in_any_unit_or_not_at_all(value: Any, ms: int | None) -> None:
    """As mentions have them."""
    assert instant({"a": value}, "a") == ms


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, st.none() | st.integers() | st.booleans() | ANY_TEXT)
def test_any_fields_make_a_mention(
    name: str, words: str, channel: str, author: str, url: str, lang: str, followers: object
) -> None:
    """NUL, halves of emoji, terminal codes, what is too long: they cost the field at most."""
    made = mention(name or "-", words, NOW, channel, author=author, followers=followers, url=url, lang=lang, note=words)
    decoded = decode_line(json.dumps(made.mention).encode(), NOW)

    assert isinstance(decoded, WireMention), decoded
    assert decoded.id == made.id


@pytest.mark.parametrize("name", ["x" * (MAX_ID + 1), "é" * MAX_ID, "a\0b", "a\ud83d", "\x1b[2J", "a\nb"])
def test_an_id_that_does_not_fit_becomes_its_digest(name: str) -> None:
    """The same each time, and another for another."""
    one, again, other = (mention(given, "", NOW, "web").id for given in (name, name, f"{name}!"))

    assert one == again != other
    assert one.isdigit()


def test_a_text_is_cut_between_characters() -> None:
    """To what the contract allows, without blanks at its ends."""
    made = mention("1", f"  {'😀' * (MAX_TEXT + 5)} ", NOW, "web")

    assert 0 < len(str(made.mention["text"])) <= MAX_TEXT
    assert set(str(made.mention["text"])) == {"😀"}


def test_a_mention_of_the_largest_fields_fits_into_a_record() -> None:
    """Kafka takes a megabyte."""
    most = dict.fromkeys(("channel", "author", "author_name", "url", "lang", "note", "thread"), "😀" * 10**6)
    made = mention("😀" * 10**6, "😀" * 10**6, published=NOW, **most)

    assert len(json.dumps(made.mention, ensure_ascii=False).encode()) < 500_000
