"""Traffic of the benchmarks: distinct words, no text twice, exact shares, records that hold it all."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from benchmarks.throughput import words
from benchmarks.throughput.traffic import MINUTE_MS, Traffic, brand_names, markers, packed, rewritten, single, spread
from mentions.model.decode import Rejection, decode_record
from mentions.model.wire import WireMention

if TYPE_CHECKING:
    from pathlib import Path


def test_the_vocabulary_is_large_and_the_same_each_time() -> None:
    """It has 30,000 distinct words, in the same order."""
    found = words.vocabulary()
    assert len(found) == len(set(found)) == words.VOCABULARY
    assert found == words.vocabulary()


def test_invented_texts_use_the_vocabulary_and_repeat_rarely() -> None:
    """Ten thousand sentences have nearly as many texts and more than 15,000 words."""
    texts = list(islice(words.invented(1), 10_000))
    assert len(set(texts)) > 9_990
    assert len({word for text in texts for word in text.lower().split()}) > 15_000


def test_halves_of_posts_make_new_texts() -> None:
    """Each post comes once; what follows begins as one of them and ends as one."""
    posts = ["one two three four", "five six seven eight"]
    found = list(islice(words.of_posts(posts, 1), 40))
    assert sorted(found[:2]) == sorted(posts)
    assert set(found[2:]) == {*posts, "one two seven eight", "five six three four"}


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Traffic:
    """Return a minute and a half of ten brands, in invented texts: real ones must not reach a log."""
    monkeypatch.setattr("benchmarks.training.sets.DEVELOPMENT", tmp_path / "absent")
    return Traffic(3_000, brands=10, hot=0.5, span=timedelta(seconds=90))


def test_no_id_and_no_text_comes_twice(traffic: Traffic) -> None:
    """Ids and texts are distinct, times ascend within the span, and half of the mentions are of the first brand."""
    posts = traffic.posts()
    assert len({one.text for one in posts}) == len({json.loads(one.value)["id"] for one in posts}) == traffic.count
    times = [one.published for one in posts]
    assert times == sorted(times)
    assert traffic.end_ms - 90_000 <= times[0]
    assert times[-1] < traffic.end_ms
    counts = Counter(one.brand for one in posts)
    assert set(counts) == set(brand_names(10))
    assert counts[brand_names(10)[0]] == pytest.approx(1_500, abs=120)


def test_records_hold_every_mention_once(traffic: Traffic) -> None:
    """Each way of packing gives the same mentions, none of which is refused; the partitions get equal shares."""
    posts = traffic.posts()
    for records in (list(single(posts)), list(spread(posts, 4)), list(packed(posts, 100, 4))):
        found = [entry for one in records for entry in decode_record(one.value, one.timestamp)]
        assert not [entry for entry in found if isinstance(entry, Rejection)]
        assert [entry.text for entry in found if isinstance(entry, WireMention)] == [one.text for one in posts]
        assert sum(one.mentions for one in records) == len(posts)
    assert set(Counter(one.partition for one in spread(posts, 4)).values()) == {750}


def test_a_rewritten_mention_differs_in_its_time_alone(traffic: Traffic) -> None:
    """The instant moves; brand and text stay."""
    first = traffic.posts()[0]
    later = rewritten(first, traffic.end_ms + MINUTE_MS)
    assert (later.brand, later.text, later.published) == (first.brand, first.text, traffic.end_ms + MINUTE_MS)
    (entry,) = decode_record(later.value, later.published)
    assert isinstance(entry, WireMention)
    assert entry.published == later.published


def test_markers_reach_every_partition() -> None:
    """There is one for each, without a mention."""
    found = list(markers(5_000, 3))
    assert [(one.partition, one.read_up_to, one.mentions) for one in found] == [
        (0, 5_000, 0),
        (1, 5_000, 0),
        (2, 5_000, 0),
    ]


def test_ten_thousand_brands_have_distinct_names() -> None:
    """No name is given twice, however many are asked for."""
    assert len(set(brand_names(10_000))) == 10_000
