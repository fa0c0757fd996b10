"""Topic tracker: what becomes a topic, what pages, and when a topic ends."""

from __future__ import annotations

import pytest

from detectors.topics.parameters import TopicBurst
from detectors.topics.risk.terms import adjusted_terms
from detectors.topics.state import TopicState
from detectors.topics.storage import encode
from detectors.topics.text.units import own_words
from detectors.topics.tracker import SAMPLED, count_unread, expire
from mentions.model.batches import NEGATIVE, POSITIVE, UNKNOWN
from tests.support.topic_stream import (
    CRISIS,
    DAY,
    HOUR,
    LEAK,
    START,
    calm,
    in_order,
    leak,
    new_state,
    pages,
    row,
    run,
    with_leak,
)

COLOURS = ("red", "blue", "green", "grey", "pink", "teal")
PLACES = ("mill", "yard", "gate", "quay", "hall")
DISHES = ("stew", "soup", "roll", "cake")


def test_a_calm_stream_has_no_topic() -> None:
    """Ordinary posts of three weeks change nothing."""
    assert run(new_state(), calm(21 * 24)) == []


def test_a_leak_in_a_few_posts_an_hour_pages_within_the_hour_and_is_named() -> None:
    """The label holds the word of the matter, and not the brand's name."""
    found = pages(run(new_state(), with_leak()))
    assert found, "no page"
    at, news = found[0]
    assert at - CRISIS <= HOUR
    assert "leaked" in news.topic.label
    assert "hallowfirth" not in news.topic.label.lower()


def test_a_topic_says_all_that_a_card_shows() -> None:
    """Category, reasons, first post, people, and its part of the negative mentions."""
    news = next(one for _, one in run(new_state(), with_leak()) if one.severity != "info")
    topic = news.topic
    assert topic.categories[0] == "data_leak_security"
    assert topic.reasons
    assert topic.is_new
    assert topic.start == CRISIS
    assert topic.first.text == LEAK[0]
    assert 3 <= topic.authors <= len(LEAK)
    assert topic.negative_share == 1.0
    assert 0 < topic.share_of_negative <= 1


def test_what_is_new_but_neither_risky_nor_negative_is_info() -> None:
    """A launch is worth knowing and pages nobody."""
    texts = [f"the {colour} edition of the carousel looks neat" for colour in COLOURS]
    rows = [row(CRISIS + n * 600_000, text, f"n{n}", POSITIVE) for n, text in enumerate(texts)]
    found = run(new_state(), in_order(calm(11 * 24), rows))
    assert any("carousel" in news.topic.label for _, news in found)
    assert not pages(found)


def test_one_account_that_floods_is_no_topic() -> None:
    """Its posts are one voice."""
    flood = [one._replace(author="same") for one in leak(every=60_000) * 3]
    assert not pages(run(new_state(), in_order(calm(11 * 24), flood)))


@pytest.mark.parametrize("author", ["", "[deleted]", "Facebook User", "nan"])
def test_one_text_is_one_voice_however_often_it_is_copied(author: str) -> None:
    """Neither thirty accounts nor unknown authors make a crowd out of one text."""
    copies = [row(CRISIS + n * 60_000, LEAK[0], author or f"bot{n}", NEGATIVE) for n in range(30)]
    assert not run(new_state(), in_order(calm(11 * 24), copies))


@pytest.mark.parametrize("author", ["", "A Google user", "[deleted]"])
def test_unknown_authors_with_different_texts_are_a_crowd(author: str) -> None:
    """Each distinct text of an unknown author is a voice."""
    unknown = [one._replace(author=author) for one in leak()]
    assert pages(run(new_state(), in_order(calm(11 * 24), unknown)))


def test_a_language_without_a_lexicon_pages() -> None:
    """The risk terms carry it: no score is needed."""
    texts = [
        "Kundendaten im Netz, das ist ein Datenleck",
        "Datenleck! Meine Kundendaten auch",
        "schon wieder Kundendaten gestohlen",
        "wer ist vom Datenleck betroffen",
        "Hackerangriff, alle Kundendaten weg",
    ]
    rows = [row(CRISIS + n * 600_000, text, f"d{n}", UNKNOWN) for n, text in enumerate(texts)]
    assert pages(run(new_state(), in_order(calm(11 * 24), rows)))


def test_a_new_brand_pages_for_deaths_and_not_for_kettles() -> None:
    """Before the warm-up is over only risk categories count."""
    texts = [f"explosion at the {place}, {n} people injured" for n, place in enumerate(PLACES)]
    hot = [row(START + n * 60_000, text, f"c{n}", NEGATIVE) for n, text in enumerate(texts)]
    assert pages(run(new_state(), hot))
    assert not run(new_state(), calm(3, an_hour=30))


def test_an_insurer_is_used_to_accidents() -> None:
    """A category that half of all posts touch is usual."""
    rows = [
        one._replace(text=one.text + (" after the accident" if number % 2 else ""))
        for number, one in enumerate(calm(21 * 24))
    ]
    assert not [at for at, _ in run(new_state(), rows) if at > START + 4 * DAY]


def test_an_ignored_category_is_named_nowhere() -> None:
    """The matter is still a topic by its words."""
    state = TopicState(own_words(["Hallowfirth"]), adjusted_terms({}, ["data_leak_security"]))
    found = run(state, with_leak(), TopicBurst(negative_surprisal=50))
    assert found
    assert all("data_leak_security" not in news.topic.categories for _, news in found)


def test_the_same_matter_is_one_topic() -> None:
    """Bursts that share half of their posts have one number."""
    assert len({news.topic.number for _, news in run(new_state(), with_leak())}) == 1


def test_a_topic_ends_a_day_after_its_last_burst() -> None:
    """Half a day later it is still active."""
    state = new_state()
    run(state, with_leak()[: 10 * 24 * 2 + 20])
    assert state.stored.active
    assert not [news for news in expire(state, CRISIS + 12 * HOUR) if news.change == "ended"]
    assert [news.change for news in expire(state, CRISIS + 60 * HOUR)] == ["ended"]
    assert not state.stored.active


def test_a_second_crisis_three_days_later_pages() -> None:
    """A first crisis does not make the brand insensitive to another one."""
    second = CRISIS + 3 * DAY
    texts = [f"rats in the {dish}, this is a health hazard, food poisoning" for dish in DISHES]
    rows = [row(second + n * 600_000, text, f"r{n}", NEGATIVE) for n, text in enumerate(texts)]
    found = pages(run(new_state(), in_order(calm(14 * 24), leak(), rows)))
    assert any(second <= at <= second + HOUR for at, _ in found)


def test_a_firestorm_is_sampled_and_extrapolated() -> None:
    """The window stays small, and the topic's mentions count those that were not read."""
    state = new_state()
    run(state, calm(10 * 24))
    storm = [row(CRISIS + n * 300, f"{LEAK[n % 8]} {n * 7919 % 10_007}q", f"s{n}", NEGATIVE) for n in range(2_000)]
    run(state, storm)
    assert len(state.window.posts) <= 60
    (topic,) = state.stored.active
    assert topic.mentions > 10 * SAMPLED


def test_rows_beyond_the_sample_are_counted_at_once_as_one_by_one() -> None:
    """`count_unread` refuses while one of them would be read, and is the same as steps afterwards."""
    one, other = new_state(), new_state()
    storm = [row(CRISIS + n, f"{LEAK[n % 8]} {n}q", f"s{n}", NEGATIVE) for n in range(SAMPLED + 50)]
    run(one, storm)
    assert not count_unread(other, CRISIS // 60_000, 50)
    run(other, storm[:SAMPLED])
    assert count_unread(other, CRISIS // 60_000, 50)
    assert encode(one) == encode(other)
