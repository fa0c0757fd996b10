"""Does the evidence name who and what drives a finding, within bounds?"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.windows.contributor_tables import terms_of
from detectors.windows.contributors import (
    EXAMPLES,
    ROWS_PER_MINUTE,
    TEXTS_PER_MINUTE,
    ContributorSample,
    sampled_hours,
)
from detectors.windows.near_duplicates import MAX_TEXTS, count_copies
from detectors.windows.source_activity import MAX_SOURCES, SourceActivity
from detectors.windows.top_counts import TOP, TopCounts
from tests.support.mentions_stream import START, Row, batch_of

MINUTE = START // 60_000
NAMES = st.lists(st.sampled_from([f"name {place}" for place in range(12)]), max_size=80)


def sampled(rows: list[Row], minute: int = MINUTE) -> ContributorSample:
    """Return a sample that took these rows in one minute."""
    sample = ContributorSample()
    sample.take(batch_of(rows), 0, len(rows), minute, "acme")
    return sample


@given(NAMES)
def test_a_table_with_room_is_exact(names: list[str]) -> None:
    """While there is room every count is right."""
    top = TopCounts(12)
    for name in names:
        top.add(name)
    assert top.counts == {name: names.count(name) for name in set(names)}


@given(NAMES, st.integers(1, 6))
def test_a_full_table_never_counts_too_low_nor_loses_a_heavy_one(names: list[str], room: int) -> None:
    """Space-Saving: counts add up to all, none is too low, and more than 1/room of all is surely in it."""
    top = TopCounts(room)
    for name in names:
        top.add(name)
    assert sum(top.counts.values()) == len(names)
    assert len(top.counts) <= room
    assert all(count >= names.count(name) for name, count in top.counts.items())
    assert {name for name in names if names.count(name) * room > len(names)} <= set(top.counts)


def test_the_largest_come_first_and_equals_by_name() -> None:
    """Channels, terms and authors are ordered, so that two workers say the same."""
    rows = [Row(0, channel="b", author="x"), Row(0, channel="a", author="y"), Row(0, channel="a", author="x")]
    drivers = sampled(rows).summarise(negative=False)
    assert drivers.channels == (("a", 2), ("b", 1))
    assert [(name, count) for name, count, _ in drivers.authors] == [("x", 2), ("y", 1)]


def test_the_negative_have_tables_of_their_own() -> None:
    """A finding about negative mentions is not explained by cheerful ones."""
    rows = [Row(0, 1, text="lovely concert"), Row(0, -1, text="delayed trains"), Row(0, -1, text="delayed again")]
    sample = sampled(rows)
    assert dict(sample.summarise(negative=True).terms) == {"delayed": 2, "trains": 1}
    assert "concert" in dict(sample.summarise(negative=False).terms)


def test_examples_are_the_most_telling_one_an_author() -> None:
    """The most negative and furthest reaching first; no author twice; no more than three."""
    rows = [
        Row(0, -1, author="a", compound=-0.2, text="mild"),
        Row(0, -1, author="a", compound=-0.9, text="harsh"),
        Row(0, -1, author="b", compound=-0.3, reach=1_000_000, text="loud"),
        Row(0, -1, author="c", compound=-0.5, text="middling"),
        Row(0, -1, author="d", compound=-0.1, text="meek"),
    ]
    examples = sampled(rows).summarise(negative=True).examples
    assert [example.text for example in examples] == ["loud", "harsh", "middling"]
    assert len(examples) == EXAMPLES


def test_only_the_first_of_a_minute_are_looked_at() -> None:
    """A hot brand costs no more than a lukewarm one: SAMPLED mentions a minute, words of the first READ."""
    rows = [Row(0, text="word", author=f"a{place}") for place in range(5 * ROWS_PER_MINUTE)]
    sample = sampled(rows)
    assert sample.tables.everyone[0].sampled == ROWS_PER_MINUTE
    assert sample.tables.everyone[0].terms.counts == {"word": TEXTS_PER_MINUTE}
    assert len(sample.summarise(negative=False).authors) == TOP


def test_what_is_hours_old_explains_nothing() -> None:
    """Tables of the present and the past hour count, older ones are gone, and so are their examples."""
    sample = sampled([Row(0, -1, text="morning", author="old")])
    sample.take(batch_of([Row(200, -1, text="evening", author="new")]), 0, 1, MINUTE + 200, "acme")
    drivers = sample.summarise(negative=True)
    assert drivers.terms == (("evening", 1),)
    assert [example.author for example in drivers.examples] == ["new"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([-1, 0, 1])), max_size=60), st.integers(0, 60))
def test_where_a_batch_is_cut_does_not_matter(kinds: list[tuple[str, int]], cut: int) -> None:
    """Taking rows in two goes gives the same sample as in one."""
    rows = [Row(0, label, author=author, text=f"{author} text {label}") for author, label in kinds]
    whole, parts = sampled(rows), ContributorSample()
    for start, end in ((0, min(cut, len(rows))), (min(cut, len(rows)), len(rows))):
        if end > start:
            parts.take(batch_of(rows), start, end, MINUTE, "acme")
    assert parts.tables == (whole if rows else ContributorSample()).tables


def test_concentration_is_the_share_of_the_busiest_authors() -> None:
    """Five authors who wrote 7 of 10 mentions have a concentration of 0.7; unnamed ones count among all."""
    rows = [Row(0, author="a")] * 3 + [Row(0, author=name) for name in "bcde"] + [Row(0, author="")] * 3
    assert sampled(rows).top_author_share(5) == 0.7
    assert ContributorSample().top_author_share(5) == 0.0


def test_terms_leave_out_what_says_nothing() -> None:
    """Function words of both languages, links, handles and the brand's own name are no terms."""
    text = "Les trains d'Acme Rail sont encore en panne !!! @acme https://t.co/x très déçu #honte"
    assert terms_of(text, "Acme Rail") == ("trains", "d'acme", "panne", "déçu", "#honte")


def test_a_hostile_name_is_cut() -> None:
    """Names and links of any length keep their place in a bounded state."""
    sample = sampled([Row(0, -1, author="x" * 9999, channel="y" * 9999)])
    drivers = sample.summarise(negative=True)
    assert len(drivers.authors[0][0]) == len(drivers.channels[0][0]) == 40


def test_copies_are_distinguished_from_originals() -> None:
    """The first of a text is an original, every further one within the memory a copy."""
    recent: dict[int, None] = {}
    assert count_copies([1, 2, 3], recent) == 0
    assert count_copies([3, 3, 4], recent) == 2
    assert count_copies(list(range(100, 100 + MAX_TEXTS)), recent) == 0
    assert count_copies([3], recent) == 0
    assert len(recent) == MAX_TEXTS


@given(st.lists(st.integers(0, 300), max_size=400), st.integers(0, 400))
def test_copies_do_not_see_where_a_batch_is_cut(texts: list[int], cut: int) -> None:
    """Counting in two goes gives the same number and the same memory."""
    whole: dict[int, None] = {}
    parts: dict[int, None] = {}
    assert count_copies(texts, whole) == count_copies(texts[:cut], parts) + count_copies(texts[cut:], parts)
    assert list(whole) == list(parts)


def test_the_busiest_channels_are_kept() -> None:
    """A flood of made-up channels does not drive out the busy one, nor does the table grow."""
    channels = SourceActivity()
    channels.add(["forum"] * 100, 5)
    channels.add([f"bot {place}" for place in range(500)], 6)
    assert len(channels.sources) == MAX_SOURCES
    assert channels.sources["forum"].last == 5
    assert channels.share("forum") == 100 / 600


def test_channels_age_and_are_forgotten() -> None:
    """Counts are halved so that shares follow the present; a channel long silent is dropped."""
    channels = SourceActivity()
    channels.add(["old"] * 4000, 1)
    channels.add(["new"] * 4000, 100)
    assert channels.share("new") > 0.6
    channels.forget(50)
    assert set(channels.sources) == {"new"}
    assert channels.share("new") == 1


def test_no_name_is_credited_with_anothers_mentions() -> None:
    """A thousand authors who wrote once each are told as once each, though the table has room for a few only."""
    top = TopCounts(10)
    for number in range(1_000):
        top.add(f"author{number}")
    assert set(top.lower_bounds().values()) == {1}


def test_a_loud_author_is_found_in_a_crowd() -> None:
    """One of five mentions by one author, among ever new ones: told with at least half of them, and never too many."""
    top = TopCounts(10)
    for number in range(500):
        top.add("loud" if number % 5 == 0 else f"author{number}")
    reported = top.lower_bounds()["loud"]
    assert 50 <= reported <= 100
    assert max(top.lower_bounds().values()) == reported


@pytest.mark.parametrize(
    ("window", "minute", "hours"), [(15, 59, 2), (60, 30, 2), (150, 30, 3), (150, 5, 4), (720, 0, 4)]
)
def test_a_window_is_judged_by_the_hours_that_it_reaches_into(window: int, minute: int, hours: int) -> None:
    """Two at least, which is what the card shows, and no more than are kept."""
    assert sampled_hours(window, 60 * 1000 + minute) == hours


def test_who_flooded_two_hours_ago_is_known_when_the_window_is_judged() -> None:
    """One author wrote twenty times, then a few others: in three hours no crowd, in the last two a crowd."""
    sample = sampled([Row(0, -1, author="one")] * 20)
    for late in (130, 140, 150):
        sample.take(batch_of([Row(late, -1, author=f"a{late}")]), 0, 1, MINUTE + late, "acme")
    assert sample.author_diversity(negative=True) == 1.0
    assert sample.author_diversity(negative=True, hours=4) == pytest.approx(1 - 19 / 23)
    assert sample.tables.negative[2].terms.counts == {}


def days_by(author: str, days: int, *, flood: int = 0) -> ContributorSample:
    """Return a sample of two mentions an hour, one of them by `author`, from hour `flood` on."""
    sample = ContributorSample()
    for hour in range(24 * days):
        rows = [Row(60 * hour, author=f"{hour}"), Row(60 * hour, author=author if hour >= flood else f"other {hour}")]
        sample.take(batch_of(rows), 0, 2, MINUTE + 60 * hour, "acme")
    return sample


def test_a_name_with_a_share_that_no_person_has_is_an_unknown_author() -> None:
    """After two days, a restart makes no difference; another name of the hour stays one."""
    sample = days_by("Utilisateur de la Place", 3)
    assert sample.unknown_authors == {"Utilisateur de la Place"}
    assert sample.author_diversity() == 1.0
    assert ContributorSample.decode(sample.encode()).unknown_authors == sample.unknown_authors


def test_one_who_floods_for_a_day_stays_one() -> None:
    """The week before counts."""
    sample = days_by("angry", 8, flood=7 * 24)
    assert sample.unknown_authors == frozenset()
    assert sample.author_diversity() == 0.75
