"""The fold over mentions: what becomes a topic, what pages, and the laws of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.topics.policy import Topics
from detectors.topics.risk import adjusted
from detectors.topics.storage import decode, encode
from detectors.topics.text import own_words
from detectors.topics.watch import SAMPLED, State, expire, step
from mentions.scored import NEGATIVE, POSITIVE, UNKNOWN
from tests.support.topic_stream import HOUR, LEAK, POLICY, START, calm, row, run, state

if TYPE_CHECKING:
    from detectors.topics.risk import RiskTerms
    from detectors.topics.watch import Row

DAYS = 24
CRISIS = START + 10 * DAYS * HOUR
COLOURS = ("red", "blue", "green", "grey", "pink", "teal")
PLACES = ("mill", "yard", "gate", "quay", "hall")
DISHES = ("stew", "soup", "roll", "cake")


def leak(at: int = CRISIS, every: int = 10 * 60_000) -> list[Row]:
    """Return the posts of a leak, one every ten minutes."""
    return [row(at + number * every, text, f"leak{number}", NEGATIVE) for number, text in enumerate(LEAK)]


def with_leak() -> list[Row]:
    """Return a calm stream with the leak in it."""
    return sorted(calm(11 * DAYS) + leak(), key=lambda one: one.published)


def pages(told: list[tuple[int, str, str, str]]) -> list[tuple[int, str, str, str]]:
    """Return what pages."""
    return [one for one in told if one[1] in {"opened", "raised"} and one[2] != "info"]


def test_a_calm_stream_tells_of_nothing() -> None:
    """A calm stream tells of nothing."""
    assert run(state(), calm(21 * DAYS)) == []


def test_a_leak_told_by_a_few_posts_an_hour_pages_within_the_hour_and_says_what_it_is() -> None:
    """A leak told by a few posts an hour pages within the hour and says what it is."""
    told = pages(run(state(), with_leak()))
    assert told, "no page"
    at, _, _, label = told[0]
    assert at - CRISIS <= HOUR
    assert "leaked" in label
    assert "hallowfirth" not in label.lower()


def test_a_topic_is_first_class() -> None:
    """A topic is first class."""
    watched = state()
    news = [told for one in with_leak() for told in step(watched, one, POLICY)]
    topic = next(one.topic for one in news if one.topic.severity != "info")
    assert topic.categories[0] == "data_leak_security"
    assert topic.reasons
    assert topic.new
    assert topic.start == CRISIS
    assert topic.first.text == LEAK[0]
    assert 3 <= topic.authors <= len(LEAK)
    assert topic.negative == 1.0
    assert 0 < topic.of_negative <= 1


def test_what_is_new_but_neither_risky_nor_dark_is_info() -> None:
    """What is new but neither risky nor dark is info."""
    texts = [
        f"the {colour} edition of the carousel looks neat"
        for colour in ["red", "blue", "green", "grey", "pink", "teal"]
    ]
    rows = [row(CRISIS + n * 600_000, text, f"n{n}", POSITIVE) for n, text in enumerate(texts)]
    told = run(state(), sorted(calm(11 * DAYS) + rows, key=lambda one: one.published))
    assert [one[2] for one in told if "carousel" in one[3]]
    assert not pages(told)


def test_one_account_that_floods_is_no_topic() -> None:
    """One account that floods is no topic."""
    flood = [one._replace(author="same") for one in leak(every=60_000) * 3]
    assert not pages(run(state(), sorted(calm(11 * DAYS) + flood, key=lambda one: one.published)))


@pytest.mark.parametrize("author", ["", "[deleted]", "Facebook User", "nan"])
def test_one_text_is_one_voice_whoever_copies_it(author: str) -> None:
    """One text is one voice whoever copies it."""
    copies = [row(CRISIS + n * 60_000, LEAK[0], author or f"bot{n}", NEGATIVE) for n in range(30)]
    assert not run(state(), sorted(calm(11 * DAYS) + copies, key=lambda one: one.published))


@pytest.mark.parametrize("author", ["", "A Google user", "[deleted]"])
def test_unknown_authors_with_texts_of_their_own_are_a_crowd(author: str) -> None:
    """Unknown authors with texts of their own are a crowd."""
    unknown = [one._replace(author=author) for one in leak()]
    assert pages(run(state(), sorted(calm(11 * DAYS) + unknown, key=lambda one: one.published)))


def test_a_language_without_a_lexicon_is_heard() -> None:
    """A language without a lexicon is heard."""
    texts = [
        "Kundendaten im Netz, das ist ein Datenleck",
        "Datenleck! Meine Kundendaten auch",
        "schon wieder Kundendaten gestohlen",
        "wer ist vom Datenleck betroffen",
        "Hackerangriff, alle Kundendaten weg",
    ]
    rows = [row(CRISIS + n * 600_000, text, f"d{n}", UNKNOWN) for n, text in enumerate(texts)]
    assert pages(run(state(), sorted(calm(11 * DAYS) + rows, key=lambda one: one.published)))


def test_a_cold_start_about_deaths_pages_and_one_about_kettles_does_not() -> None:
    """A cold start about deaths pages and one about kettles does not."""
    texts = [f"explosion at the {place}, {n} people injured" for n, place in enumerate(PLACES)]
    hot = [row(START + n * 60_000, text, f"c{n}", NEGATIVE) for n, text in enumerate(texts)]
    assert pages(run(state(), hot))
    assert not run(state(), calm(3, an_hour=30))


def test_an_insurer_is_used_to_accidents() -> None:
    """An insurer is used to accidents."""
    rows = [
        one._replace(text=one.text + (" after the accident" if number % 2 else ""))
        for number, one in enumerate(calm(21 * DAYS))
    ]
    assert not [one for one in run(state(), rows) if one[0] > START + 4 * DAYS * HOUR]


def test_a_category_that_is_switched_off_does_not_page() -> None:
    """A category that is switched off does not page."""
    without = State(own_words(["Hallowfirth"]), adjusted({}, ["data_leak_security"]))
    news = [told for one in with_leak() for told in step(without, one, Topics(dark=50))]
    assert news
    assert all("data_leak_security" not in one.topic.categories for one in news)


def test_the_same_matter_is_one_topic() -> None:
    """The same matter is one topic."""
    watched = state()
    numbers = {told.number for one in with_leak() for told in step(watched, one, POLICY)}
    assert len(numbers) == 1


def test_a_topic_ends_when_nobody_speaks_of_it_for_a_day() -> None:
    """A topic ends when nobody speaks of it for a day."""
    watched = state()
    run(watched, with_leak()[: 10 * DAYS * 2 + 20])
    assert watched.memory.live
    assert not [told for told in expire(watched, CRISIS + 12 * HOUR) if told.kind == "ended"]
    assert [told.kind for told in expire(watched, CRISIS + 60 * HOUR)] == ["ended"]
    assert not watched.memory.live


def test_a_second_crisis_three_days_later_is_heard() -> None:
    """A second crisis three days later is heard."""
    second = CRISIS + 3 * DAYS * HOUR
    texts = [
        f"rats in the {word}, this is a health hazard, food poisoning" for word in ["stew", "soup", "roll", "cake"]
    ]
    rows = [row(second + n * 600_000, text, f"r{n}", NEGATIVE) for n, text in enumerate(texts)]
    told = pages(run(state(), sorted(calm(14 * DAYS) + leak() + rows, key=lambda one: one.published)))
    assert any(second <= one[0] <= second + HOUR for one in told)


def test_a_firestorm_costs_no_more_than_its_sample_and_is_extrapolated() -> None:
    """A firestorm costs no more than its sample and is extrapolated."""
    watched = state()
    run(watched, calm(10 * DAYS))
    storm = [row(CRISIS + n * 300, f"{LEAK[n % 8]} {n * 7919 % 10_007}q", f"s{n}", NEGATIVE) for n in range(2_000)]
    run(watched, storm)
    assert len(watched.window.posts) <= 60
    (live,) = watched.memory.live
    assert live.mentions > 10 * SAMPLED


def _own(watched: State) -> tuple[frozenset[str], RiskTerms]:
    """Return what a state is decoded with."""
    return own_words(["Hallowfirth"]), watched.window._risks


@settings(max_examples=8, deadline=None)
@given(st.sets(st.integers(0, 11 * DAYS * 2), max_size=6), st.integers(0, 5))
def test_a_restart_between_any_two_mentions_changes_nothing(cuts: set[int], seed: int) -> None:
    """A restart between any two mentions changes nothing."""
    rows = sorted(calm(11 * DAYS, seed=seed) + leak(), key=lambda one: one.published)
    whole, parted = state(), state()
    expected = [told for one in rows for told in step(whole, one, POLICY)]
    found = []
    for place, one in enumerate(rows):
        if place in cuts:
            parted = decode(encode(parted), *_own(parted))
        found += step(parted, one, POLICY)
    assert found == expected
    assert encode(parted) == encode(whole)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1_000))
def test_louder_never_scores_lower(seed: int) -> None:
    """Louder never scores lower."""
    rows = calm(10 * DAYS, seed=seed)
    quiet, loud = state(), state()
    run(quiet, rows + leak()[:4])
    run(loud, rows + leak())
    assert max((live.surprise for live in loud.memory.live), default=0) >= max(
        (live.surprise for live in quiet.memory.live), default=0
    )


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1_000), st.integers(20, 400))
def test_a_constant_stream_tells_of_nothing_whatever_its_volume(seed: int, an_hour: int) -> None:
    """A constant stream tells of nothing whatever its volume."""
    assert run(state(), calm(4_800 // an_hour * 4, an_hour=an_hour, seed=seed)) == []


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(len(LEAK))))
def test_order_within_the_lateness_is_tolerated(order: list[int]) -> None:
    """Order within the lateness is tolerated."""
    rows = leak(every=15_000)
    watched = state()
    run(watched, calm(10 * DAYS))
    told = pages(run(watched, [rows[place] for place in order]))
    assert told
    assert told[0][0] - CRISIS <= 2 * 60_000


def test_the_state_of_a_busy_brand_stays_small() -> None:
    """The state of a busy brand stays small."""
    watched = state()
    run(watched, calm(6 * DAYS, an_hour=300))
    assert len(encode(watched)) <= 12_000
