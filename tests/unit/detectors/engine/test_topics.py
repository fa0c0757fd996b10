"""Topics in the engine: rows reach the tracker, news become signals, and nothing depends on batches or restarts."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from detectors.engine import engine, storage
from detectors.model.signal import TOPIC_BURST, Signal, decode, encode
from detectors.policy import Policy
from detectors.topics.parameters import TopicBurst
from tests.support.mentions_stream import MINUTE, START, Row, batch_of

POLICY = Policy.model_validate({"topic_burst": {"own_terms": ["Acme", "ferry"]}})
OWN = POLICY.parameters(TopicBurst)
DAY = 24 * 60
WORDS = [
    *("harbour", "morning", "coffee", "ticket", "blue", "deck", "friend", "holiday", "photo", "breakfast", "island"),
    *("sunset", "queue", "window"),
]


def calm(days: int) -> list[Row]:
    """Return a mention an hour, each of other words and by another author."""
    dice = Random(3)
    return [
        Row(60 * hour, 0, text=f"acme {' '.join(dice.sample(WORDS, 4))}", author=f"a{hour}")
        for hour in range(24 * days)
    ]


def outbreak(minute: float, count: int, text: str) -> list[Row]:
    """Return negative mentions of one matter, two minutes apart, each by another author."""
    return [Row(minute + 2 * n, -1, text=f"{text} {WORDS[n % 12]}", author=f"o{n}") for n in range(count)]


def signals_of(rows: list[Row], policy: Policy = POLICY, *, cut: int = 10_000, restart: bool = False) -> list[Signal]:
    """Return the signals of rows read `cut` at a time."""
    state, signals = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, policy)
    for place in range(0, len(rows), cut):
        part = rows[place : place + cut]
        state, found = engine.process(state, batch_of(part, place), policy)
        signals += found
        state, found = engine.advance_watermark(state, START + int(part[-1].minute - 1) * MINUTE, policy)
        signals += found
        state = storage.decode(storage.encode(state)) if restart else state
    return signals + engine.advance_watermark(state, START + int(rows[-1].minute + 30) * MINUTE, policy)[1]


def topics(signals: list[Signal]) -> list[Signal]:
    """Return those about topics themselves."""
    return [one for one in signals if one.detector == TOPIC_BURST]


ROWS = [*calm(5), *outbreak(5 * DAY + 1, 12, "acme norovirus on board, passengers hospitalised")]


def test_what_many_write_is_a_signal_that_names_it() -> None:
    """A risk category that is new pages; the words are named, and those of the brand are not."""
    found = topics(signals_of(ROWS))
    assert found[0].phase == "raised"
    assert any(one.severity != "info" for one in found)
    last = found[-1].topic
    assert last is not None
    assert "norovirus" in f"{last.label} {last.terms}"
    assert "acme" not in f"{last.label} {last.terms}".lower()
    assert "product_safety_recall" in last.categories or "death_injury" in last.categories
    assert [one.revision for one in found] == list(range(len(found)))
    assert found[-1].evidence.observed == last.authors


@pytest.mark.parametrize("cut", [1, 7])
def test_batches_and_restarts_make_no_difference(cut: int) -> None:
    """Rows read one at a time, with the state stored and read again after each, give the same topics."""
    whole = topics(signals_of(ROWS, cut=1))
    assert whole
    assert topics(signals_of(ROWS, cut=cut, restart=True)) == whole


def test_switched_off_nothing_is_read() -> None:
    """Then there is no topic, and other findings name none."""
    off = POLICY.model_copy(update={"topic_burst": OWN.model_copy(update={"enabled": False})})
    signals = signals_of(ROWS, off)
    assert topics(signals) == []
    assert all(one.topic is None for one in signals)


def test_an_ignored_category_does_not_page() -> None:
    """Of an insurer's mentions accidents are the usual: the category is left out, also of topics."""
    ignored = ("death_injury", "product_safety_recall", "outage", "legal_regulator")
    own = OWN.model_copy(update={"ignored_categories": ignored})
    found = topics(signals_of(ROWS, POLICY.model_copy(update={"topic_burst": own})))
    assert all(one.topic is None or not set(one.topic.categories) & set(ignored) for one in found)


def test_other_findings_name_what_mentions_are_about() -> None:
    """The signals of other detectors carry the topic of the moment."""
    others = [one for one in signals_of(ROWS) if one.detector != TOPIC_BURST and one.at > START + 5 * DAY * MINUTE]
    assert any(one.topic is not None and "norovirus" in one.topic.label for one in others)


def complaints(minute: float) -> list[Row]:
    """Return negative mentions, each in words of its own, of which no three share one."""
    texts = [
        *("acme sidecar frozen", "frozen again at the pier", "refund, acme", "where is my refund", "sidecar broken"),
        *("broken gangway", "gangway closed", "closed without a word", "acme lifejacket torn", "torn sail"),
    ]
    return [Row(minute + n, -1, text=text, author=f"c{n}") for n, text in enumerate(texts)]


def test_a_count_without_a_topic_names_the_words_of_its_mentions() -> None:
    """Those that several share, never the brand's own; they are the same with a restart after each row."""
    rows = [*calm(5), *complaints(5 * DAY + 1)]
    found = [one for one in signals_of(rows, cut=1) if one.words is not None]
    assert found
    assert all(one.topic is None and one.detector != TOPIC_BURST for one in found)
    last = found[-1].words
    assert last is not None
    named = dict(last.terms)
    assert {"frozen", "refund", "sidecar"} & named.keys()
    assert "acme" not in " ".join(named).lower()
    assert set(named.values()) == {2}
    assert last.post.text in {row.text for row in rows}
    assert signals_of(rows, cut=1, restart=True) == signals_of(rows, cut=1)
    assert all(decode(encode(one)) == one for one in found)


def test_words_change_nothing_but_themselves() -> None:
    """Without them the signals are the same; topics that are off have none."""
    rows = [*calm(5), *complaints(5 * DAY + 1)]
    off = POLICY.model_copy(update={"topic_burst": OWN.model_copy(update={"enabled": False})})
    silent = signals_of(rows, off, cut=1)
    assert all(one.words is None for one in silent)
    stated = [msgspec.structs.replace(one, words=None, topic=None) for one in signals_of(rows, cut=1)]
    assert [one for one in stated if one.detector != TOPIC_BURST] == silent


def test_a_busy_minute_is_read_in_part_and_counted_whole() -> None:
    """Of 300 mentions in a minute some are read; the topic's mentions are extrapolated, in batches of any size."""
    rows = [*calm(5), *outbreak(5 * DAY + 1, 4, "acme norovirus on board")]
    at = 5 * DAY + 20
    rows += [Row(at + n / 400, -1, text=f"acme norovirus {WORDS[n % 12]} {n}", author=f"b{n}") for n in range(300)]
    rows += outbreak(at + 2, 8, "acme norovirus again")
    found = topics(signals_of(rows, cut=1))
    assert found
    assert topics(signals_of(rows, cut=50))[-1].topic == found[-1].topic


def test_topics_of_one_minute_are_two_episodes() -> None:
    """Two topics that begin with the same post differ by their number."""
    signal = topics(signals_of(ROWS))[0]
    assert signal.topic is not None
    other = msgspec.structs.replace(signal, topic=msgspec.structs.replace(signal.topic, number=99))
    assert other.id != signal.id
    assert decode(encode(signal)) == signal


@pytest.mark.parametrize("ingested", [True, False])
def test_a_past_that_is_ingested_teaches_what_is_usual_and_raises_nothing(*, ingested: bool) -> None:
    """What people always write about is no topic on the day after; without that past it is."""
    usual = [Row(60 * hour, -1, text=f"acme sidecar {WORDS[hour % 12]}", author=f"p{hour}") for hour in range(14 * 24)]
    start = START + 14 * DAY * MINUTE
    state, signals = engine.advance_watermark(engine.initial_state("acme"), start, POLICY)
    if ingested:
        state, signals = engine.process(state, batch_of([row._replace(arrived=14 * DAY) for row in usual]), POLICY)
        assert state.totals.backfill > 300
        assert not signals
        state = storage.decode(storage.encode(state))
    days = [Row(14 * DAY + 30 * n, 0, text=f"acme {WORDS[n % 12]} {WORDS[n % 7]}", author=f"c{n}") for n in range(150)]
    news = [*days, *outbreak(18 * DAY, 6, "acme sidecar")]
    state, signals = engine.process(state, batch_of(news, 1_000), POLICY)
    for _ in range(2):
        state, more = engine.advance_watermark(state, start + 5 * DAY * MINUTE, POLICY)
        signals += more
    assert bool(topics(signals)) is not ingested


def test_a_topic_is_counted_up_to_the_end_of_its_minute() -> None:
    """The figures are of whole minutes, from its start to the mention that made it news."""
    for one in topics(signals_of(ROWS)):
        assert one.topic is not None
        assert one.evidence.window_start <= one.topic.start < one.evidence.window_start + MINUTE
        assert one.evidence.window_end - MINUTE <= one.at <= one.evidence.window_end


def test_the_first_signal_of_a_count_says_in_which_words() -> None:
    """Five complaints are no topic yet: the person on call reads at once what they are about."""
    policy = Policy.model_validate({"static_threshold": {"negative": 5}, "topic_burst": {"own_terms": ["Acme"]}})
    complaints = [Row(0.1 * place, -1, text="acme sidecar frozen", author=f"o{place}") for place in range(6)]
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START, policy)
    _, (first, *_) = engine.process(state, batch_of(complaints), policy)
    assert first.topic is None
    assert first.words is not None
    assert {"sidecar", "frozen"} <= {term for term, _ in first.words.terms}
