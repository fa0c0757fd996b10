"""Is the demo's invented day what the demo promises: valid, always the same, calm first and then a firestorm?"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from mentions.model.mention import Mention
from tocsin.demo.scenarios import LIVE_FROM, LIVE_UNTIL, WARM_UP_FROM, write_mentions
from tocsin.demo.scenarios.authors import pick_author
from tocsin.demo.scenarios.mentions import generate
from tocsin.demo.scenarios.rng import Rng
from tocsin.demo.scenarios.scenario import SCENARIO, Burst
from tocsin.demo.scenarios.words import Theme, Words, read_words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def day() -> list[dict[str, Any]]:
    """Return the demo's mentions."""
    return list(generate())


def _brand(mention: dict[str, Any]) -> str:
    text = mention["text"].lower()
    return str(mention.get("brand") or next(wave.brand for wave in SCENARIO if wave.brand.lower() in text))


def _published(mention: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(mention["published_at"])


def test_every_mention_is_valid(day: list[dict[str, Any]]) -> None:
    """Each mention is one that the model accepts without unknown fields."""
    for mention in day:
        assert Mention.model_validate(mention).extra == {}


def test_it_is_the_same_every_time(day: list[dict[str, Any]]) -> None:
    """Two runs write the same bytes, on every version of Python that we support."""
    raw = [msgspec.json.encode(mention) for mention in day]
    assert raw == [msgspec.json.encode(mention) for mention in generate()]
    assert blake2b(b"\n".join(raw), digest_size=8).hexdigest() == "c3d08e495e24b002"


def test_ids_are_unique(day: list[dict[str, Any]]) -> None:
    """No two mentions share an id: a duplicate would be dropped."""
    assert len({mention["id"] for mention in day}) == len(day)


def test_it_is_reported_in_order(day: list[dict[str, Any]]) -> None:
    """Mentions come in the order of their publication, within the day's bounds."""
    times = [_published(mention) for mention in day]
    assert times == sorted(times)
    assert times[0] >= WARM_UP_FROM
    assert times[-1] < LIVE_UNTIL


def test_it_fits_the_demo(day: list[dict[str, Any]]) -> None:
    """Several thousand mentions; the live part takes at most 30 seconds at 600 times real time."""
    assert 5_000 < len(day) < 10_000
    assert (LIVE_UNTIL - LIVE_FROM).total_seconds() / 600 <= 30


def test_calm_then_firestorm(day: list[dict[str, Any]]) -> None:
    """At its peak the ferry brand gets over fifty times its usual; the day before is calm for every brand."""
    minutes = Counter((_brand(mention), mention["published_at"][:16]) for mention in day)
    calm = [count for (_, minute), count in minutes.items() if minute < LIVE_FROM.isoformat()[:16]]
    peak = max(count for (brand, _), count in minutes.items() if brand == "Hallowfirth")
    assert max(calm) <= 8
    assert peak > 50 * 0.7


def test_every_template_can_be_filled() -> None:
    """Each slot that a template names exists, and no braces reach a text."""
    chance = Rng(1)
    for words in map(read_words, sorted({wave.brand for wave in SCENARIO})):
        for parts in words.themes.values():
            for template in parts.texts:
                only = Words(words.slots, {"one": Theme(parts.lead, [template], parts.tail)})
                assert not set("{}") & set(only.write("one", chance))


def test_every_wave_has_its_words() -> None:
    """Each wave of the story names a theme that is written."""
    for wave in SCENARIO:
        assert read_words(wave.brand).themes[wave.theme].texts


def test_wave_rises_and_falls() -> None:
    """A wave is nothing outside its time, its peak at the top, and less everywhere else."""
    wave = next(wave for wave in SCENARIO if isinstance(wave, Burst))
    assert wave.rate(wave.start) == wave.rate(wave.end) == 0
    assert wave.rate(wave.top) == wave.peak
    assert 0 < wave.rate(wave.start + (wave.top - wave.start) / 2) < wave.peak


def test_chance_counts_as_expected() -> None:
    """The Poisson counts have the expected mean and variance."""
    chance = Rng(7)
    counts = [chance.poisson(3.0) for _ in range(20_000)]
    mean = sum(counts) / len(counts)
    assert mean == pytest.approx(3.0, abs=0.05)
    assert sum((count - mean) ** 2 for count in counts) / len(counts) == pytest.approx(3.0, abs=0.15)


def test_authors_are_many() -> None:
    """People of one brand are mostly different ones, and some of them are followed by very many."""
    chance = Rng(3)
    people = [pick_author("Hallowfirth", chance) for _ in range(2_000)]
    assert len({person.handle for person in people}) > 1_800
    assert max(person.followers for person in people) > 200_000


def test_written_file_holds_a_line_each(tmp_path: Path, day: list[dict[str, Any]]) -> None:
    """`write_mentions` writes one JSON object a line and says how many."""
    path = tmp_path / "demo.jsonl"
    assert write_mentions(path) == len(day)
    lines = path.read_bytes().splitlines()
    assert [msgspec.json.decode(line) for line in lines] == day
