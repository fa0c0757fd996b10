"""The live community: the same bytes however records are read, helpers by whom they answer, and notes apart."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from community.ledger import DAY, Ledger, decode, encode, erase
from community.notes import note_key, read_key
from community.views import rows_of_all
from mentions.watchlist.brand_terms import BrandTerms
from mentions.watchlist.watchlist import Watchlist
from streams.community.stage import Ledgers, SourceRecord, keep
from tests.support.mentions_stream import START

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WATCHLIST = Watchlist([BrandTerms(name="acme"), BrandTerms(name="other")])
MIDNIGHT = START // DAY * DAY


class EvenScorer:
    """Every text reads the same."""

    version = "even"

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return a positive reading of each text."""
        return [(0.5, 1, 0.0) for _ in zip(texts, langs, strict=True)]


def mention(number: int, day: int, author: str, **more: Any) -> SourceRecord:
    """Return a record of one mention in one of two partitions."""
    at = MIDNIGHT + day * DAY + number
    fields = {"id": str(number), "brand": "acme", "channel": "forum", "text": f"acme text {number}", "published_at": at}
    value = json.dumps(fields | {"author": author} | more).encode()
    return SourceRecord(number % 2, number, at, value)


def stream() -> list[SourceRecord]:
    """Return forty days of a helper, a fan, people who ask, and an own account."""
    found: list[SourceRecord] = []
    for day in range(40):
        base = 100 * day
        found += [mention(base + 2 * one, day, f"asker {one} {day % 9}") for one in range(4)]
        found += [mention(base + 10 + 2 * one, day, "helper", reply_to=str(base + 2 * one)) for one in range(3)]
        found += [
            mention(base + 20, day, "fan", engagement={"likes": 4, "shares": 1}),
            mention(base + 22, day, "@Acme"),
        ]
        found += [mention(base + 31, day, "odd")]
    return found


def fold(records: Iterable[SourceRecord], ledgers: Ledgers | None = None) -> Ledgers:
    """Return the ledgers after some records."""
    kept = {} if ledgers is None else ledgers
    keep(kept, records, WATCHLIST, EvenScorer(), {"acme": ["acme"]}, 2)
    return kept


def test_rebuilt_by_replay_in_any_batches_with_restarts_and_redeliveries_it_is_the_same() -> None:
    """A restart goes on from what was stored, and reads some records a second time."""
    records, dice = stream(), random.Random(3)
    plain = {key: encode(ledger) for key, ledger in fold(records).items()}
    assert set(plain) == {("acme", 0), ("acme", 1)}
    kept: Ledgers = {}
    place = 0
    while place < len(records):
        end = place + dice.randrange(1, 40)
        kept = fold(records[max(0, place - dice.randrange(20)) : end], kept)
        kept = {key: decode(encode(ledger)) for key, ledger in kept.items()}
        place = end
    assert {key: encode(ledger) for key, ledger in kept.items()} == plain


def test_a_helper_answers_different_people_and_nobody_with_few_days_is_shown() -> None:
    """Both partitions count; the brand's own account does not; who asks on four days of 30 is shown, on two is not."""
    ledgers = list(fold(stream()).values())
    (helper,) = rows_of_all(ledgers, 30, "helpers", 50)
    assert (helper.author, helper.mentions, helper.days, helper.answers) == ("helper", 90, 30, 90)
    assert 20 <= helper.people <= 36
    everybody = {row.author: row for row in rows_of_all(ledgers, 30, "all", 500)}
    assert everybody["fan"].engagement == 150
    assert {"@Acme", "acme"}.isdisjoint(everybody)
    assert all(row.days >= 3 for row in everybody.values())
    assert "odd" in everybody
    assert rows_of_all(ledgers, 7, "helpers", 50)[0].mentions == 21
    assert rows_of_all(ledgers, 90, "helpers", 50)[0].days == 40


def test_an_author_can_be_taken_out_and_a_note_is_found_however_the_name_is_spelled() -> None:
    """As `tocsin forget` does."""
    ledger = next(iter(fold(stream()).values()))
    assert erase(ledger, lambda name: name == "helper")
    assert not erase(ledger, lambda name: name == "helper")
    assert b"helper" not in encode(ledger)
    assert note_key("acme", "@Fan") == note_key("acme", "fan")
    assert read_key(note_key("acme", "Fan")) == ("acme", "fan")
    assert rows_of_all([Ledger()], 30, "all", 5) == []
