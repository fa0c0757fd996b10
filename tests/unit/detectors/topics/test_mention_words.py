"""Words of mentions: what a count of a handful is about, in any order, and of content words only."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.topics.storage import decode, encode
from detectors.topics.text.empty_words import EMPTY_WORDS
from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE
from tests.support.topic_stream import CRISIS, calm, in_order, new_state, row, run

if TYPE_CHECKING:
    from detectors.model.topic import MentionWords
    from detectors.topics.tracker import TopicRow

MINUTE = 60_000
SIDECAR = (
    "my sidecar is frozen since noon",
    "no refund for the broken sidecar, Hallowfirth?",
    "where is my refund",
    "frozen in the garage again",
)


def complaints(*texts: str, label: int = NEGATIVE, reach: int = 0) -> list[TopicRow]:
    """Return a mention a minute, each by another author."""
    return [row(CRISIS + n * MINUTE, text, f"p{n}{label}", label, reach) for n, text in enumerate(texts)]


def words_of(rows: list[TopicRow], *, label: int | None = NEGATIVE, min_reach: int = 0, days: int = 10) -> MentionWords:
    """Return the words of rows that follow some calm days."""
    state = new_state()
    run(state, in_order(calm(24 * days), rows))
    found = state.words_of(CRISIS, CRISIS + 60 * MINUTE, label, min_reach)
    assert found is not None
    assert state.words_of(CRISIS, CRISIS + 60 * MINUTE, label, min_reach) == found
    return found


def terms(words: MentionWords) -> dict[str, int]:
    """Return the words with their counts, in small letters."""
    return {term.casefold(): count for term, count in words.terms}


def test_words_that_several_share_are_named_with_their_counts() -> None:
    """Four complaints, each worded in its own way; the one that is quoted holds most of the words."""
    found = words_of(complaints(*SIDECAR))
    assert terms(found) == {"sidecar": 2, "frozen": 2, "refund": 2}
    assert found.voices == 4
    assert found.post.text in SIDECAR[:2]


def test_a_brand_without_history_has_words_too() -> None:
    """On the first day nothing is usual: what is shared counts."""
    assert {"sidecar", "frozen", "refund"} == terms(words_of(complaints(*SIDECAR), days=0)).keys()


def test_usual_words_are_left_out() -> None:
    """What the brand's mentions are full of says nothing, however many of the complaints hold it."""
    found = words_of(complaints(*(f"note: {text}" for text in SIDECAR)))
    assert terms(found) == {"sidecar": 2, "frozen": 2, "refund": 2}


def test_neutral_mentions_help_where_the_negative_ones_share_nothing() -> None:
    """The lexicon does not know "unreachable": what others write at the same time says what it is about."""
    rows = complaints("harbour booking, a disgrace") + complaints(
        "booking unreachable", "unreachable since nine", label=NEUTRAL
    )
    assert terms(words_of(rows)) == {"booking": 2, "unreachable": 2}


def test_of_one_mention_its_risk_and_its_rarest_words_are_named() -> None:
    """The words of the strongest mention, which is quoted; what is of a risk category goes first."""
    found = words_of(complaints("awful note: smouldering plug, and a fraud on deck"))
    assert next(iter(terms(found))) == "fraud"
    assert "smouldering" in terms(found)
    assert not {"awful", "note"} & terms(found).keys()
    assert (found.voices, len(found.terms)) == (1, 3)


def test_of_far_reaching_mentions_only_these_count() -> None:
    """A mention that few people see is none of them."""
    rows = [*complaints("gasket leaking on deck"), row(CRISIS, "lighthouse closed", "big", NEGATIVE, 90_000)]
    assert words_of(rows, min_reach=50_000).post.text == "lighthouse closed"


@pytest.mark.parametrize(
    "texts",
    [
        ["@acmehelp https://t.example/a1 Hallowfirth 2024 the and", "https://t.example/a1 @acmehelp hallowfirth 2024"],
        ["terrible, horrible, worst app", "worst app, horrible"],
        ["[deleted]", "nan"],
        ["hahaha lol", "mdr, hahaha", "lol &amp; hahahah"],
        ["nul, vraiment nul, quelle honte", "honte, c'est nul"],
    ],
)
def test_without_content_there_are_no_words(texts: list[str]) -> None:
    """Links, handles, numbers, function words, placeholders, judgements and the brand's name are no words."""
    state = new_state()
    run(state, complaints(*texts))
    assert state.words_of(CRISIS, CRISIS + 60 * MINUTE, NEGATIVE) is None


def test_french_is_read_as_english_is() -> None:
    """Elisions and accents; spelled as people write it."""
    rows = complaints(
        "l'horodateur est gelé, vraiment nul", "Encore l'horodateur gelé !", "remboursement de l'horodateur"
    )
    assert terms(words_of(rows)) == {"horodateur": 3, "gelé": 2}


def test_copies_and_further_posts_of_an_author_are_one_voice() -> None:
    """A text that five accounts copy, one of them with a word more, and an account that floods, are two voices."""
    copied = complaints(*["the gangway broke under us this morning at pier four"] * 5)
    longer = row(CRISIS, "the gangway broke under us this morning at pier four again", "q", NEGATIVE)
    flood = [row(CRISIS + n, f"barnacle number {n}x", "flood", NEGATIVE) for n in range(5)]
    found = words_of([*copied, longer, *flood])
    assert found.voices == 2
    assert set(terms(found).values()) == {1}


def test_an_author_of_a_neutral_and_a_negative_post_speaks_by_the_negative_one() -> None:
    """It is what the finding counts, though the other came first."""
    rows = [row(CRISIS, "boarding the gangway", "mira", NEUTRAL), row(CRISIS + 1, "capstan jammed", "mira", NEGATIVE)]
    found = words_of(rows)
    assert (found.voices, found.post.text) == (1, "capstan jammed")


def test_only_what_the_finding_counts_is_asked() -> None:
    """None without such a mention in the time; of all mentions, all."""
    state = new_state()
    run(state, complaints("sidecar polished", "sidecar painted", label=POSITIVE))
    assert state.words_of(CRISIS, CRISIS + 60 * MINUTE, NEGATIVE) is None
    assert state.words_of(CRISIS - 9 * MINUTE, CRISIS, None) is None
    every = state.words_of(CRISIS, CRISIS + 60 * MINUTE, None)
    assert every is not None
    assert terms(every)["sidecar"] == 2


@given(st.integers(0, 1_000), st.integers(1, 12))
def test_neither_order_nor_a_restart_makes_a_difference(seed: int, count: int) -> None:
    """The mentions of a minute in any order, and the state stored and read again, give the same words."""
    dice = Random(seed)
    words = ["sidecar", "frozen", "refund", "captain", "gangway", "lifeboat", "fog", "queue"]
    rows = [
        row(CRISIS, f"{' '.join(dice.sample(words, 3))} {n}q", f"r{n % 7}", dice.choice([NEGATIVE, NEUTRAL]))
        for n in range(count)
    ]
    one, other = new_state(), new_state()
    run(one, rows)
    run(other, dice.sample(rows, len(rows)))
    restarted = decode(encode(one), one.window.own, one._risks)
    asked = (CRISIS, CRISIS + MINUTE, NEGATIVE)
    assert one.words_of(*asked) == other.words_of(*asked) == restarted.words_of(*asked)


def test_no_word_stands_twice() -> None:
    """Neither by itself and in a phrase."""
    texts = ("open the locker", "open it", "cannot open locker", "does not open", "open locker nine")
    named = [word for term, _ in words_of(complaints(*texts)).terms for word in term.casefold().split()]
    assert sorted(named) == ["locker", "open"]


def test_empty_words_are_written_as_words_are_read() -> None:
    """Each is one normalised word, and counted as itself or without its plural."""
    assert all(word == word.casefold() and " " not in word for word in EMPTY_WORDS)
    assert {"worst", "nul", "honte", "decu", "far"} <= EMPTY_WORDS
