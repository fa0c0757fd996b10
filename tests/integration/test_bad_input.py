"""Bad records on a real broker: the worker survives, counts the valid mentions and keeps the rest as dead letters."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from streams.agents import dead_letters
from tests.support.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.agents.dead_letters import DeadLetter
    from tests.support.brokers import Broker

NOW = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
ARRIVED = round(NOW.timestamp() * 1000)


def good(number: int, **fields: Any) -> bytes:
    """Return a mention that is as it should be, but for `fields`."""
    mention = {"id": f"m{number}", "brand": "Brisela", "text": "all is well", "channel": "forum"}
    return json.dumps(mention | {"published_at": NOW.isoformat()} | fields).encode()


def without(number: int, field: str) -> bytes:
    """Return a mention that lacks a field."""
    mention = json.loads(good(number))
    del mention[field]
    return json.dumps(mention).encode()


BAD: dict[str, tuple[bytes, str]] = {
    "not JSON": (b"{oops", "JSON"),
    "not an object": (b"[1, 2]", ""),
    "wrong type": (good(1, text=42), "text"),
    "missing field": (without(2, "channel"), "channel"),
    "huge text": (good(3, text="x" * 200_000), "text"),
    "NUL in the id": (good(4, id="a\x00b"), "id"),
    "lone surrogate": (good(5)[:-1] + b', "url": "\\ud800"}', "url"),
    "far future": (good(6, published_at=(NOW + timedelta(days=400)).isoformat()), "published_at"),
    "1970": (good(7, published_at="1970-01-01T00:00:00Z"), "published_at"),
    "no time zone": (good(8, published_at="2026-03-03T12:00:00"), "published_at"),
    "not UTF-8": (b'{"id": "\xff\xfe"}', ""),
    "negative followers": (good(9, author={"id": "a", "followers": -1}), "author"),
}
"""What is wrong → the record, and the field that the reason must name."""


@pytest.fixture(scope="module")
def here(kafka: Broker) -> Iterator[Installation]:
    """Yield an installation that has read every bad record, and good ones around them."""
    with Installation(kafka) as installation:
        installation.worker("--defaults", "--clock", "arrival", "--notify", "console")
        installation.send((number % 4, value, ARRIVED) for number, (value, _) in enumerate(BAD.values()))
        mixed = [good(number) for number in range(100, 199)]
        mixed.insert(40, b'{"id": "broken')
        large = b"\n".join(good(number, text="fine " * 70) for number in range(1_000, 3_100))
        assert 900_000 < len(large) < 1_000_000
        installation.send([(0, b"", ARRIVED), (1, b"\n".join(mixed), ARRIVED), (2, large, ARRIVED)])
        installation.mark(ARRIVED + 120_000)
        wait_until(lambda: installation.counted() >= 99 + 2_100, 60, "the good mentions counted")
        wait_until(installation.settled, 30, "all is read")
        yield installation


def letters(here: Installation) -> list[DeadLetter]:
    """Return the dead letters."""
    return [dead_letters.decode(record.value or b"") for record in here.records(here.topics.dead_letters.name)]


def test_the_good_are_counted(here: Installation) -> None:
    """One bad line among ninety-nine good ones costs itself alone, and a record of a megabyte is read whole."""
    assert sum(state.totals.mentions for state in here.states().values()) == 99 + 2_100


@pytest.mark.parametrize("wrong", BAD)
def test_each_bad_one_is_kept_with_its_reason(here: Installation, wrong: str) -> None:
    """The original bytes are on the dead-letter topic, and the reason names the field."""
    value, field = BAD[wrong]
    found = [letter for letter in letters(here) if base64.b64decode(letter.original) == value]
    assert len(found) == 1, wrong
    assert any(field in reason for reason in found[0].reasons), found[0].reasons


def test_nothing_else_is_refused(here: Installation) -> None:
    """What is refused is the bad ones, the empty record and the one broken line."""
    assert len(letters(here)) == len(BAD) + 2


def test_the_place_within_a_record_is_reported(here: Installation) -> None:
    """The broken line among the good ones is found by its place."""
    (letter,) = [letter for letter in letters(here) if letter.line() == b'{"id": "broken']
    assert (letter.partition, letter.index) == (1, 40)


def test_the_command_prints_them(here: Installation) -> None:
    """`tocsin dead-letters` lists, counts and gives back the originals."""
    listed = here.command("dead-letters", "--json")
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == len(BAD) + 2
    counted = here.command("dead-letters", "--summary")
    assert "published_at" in counted.stdout
    originals = here.command("dead-letters", "--original")
    assert '{"id": "broken' in originals.stdout.splitlines()


def test_the_worker_lives(here: Installation) -> None:
    """A worker never dies of a message."""
    assert all(worker.running for worker in here.workers)
