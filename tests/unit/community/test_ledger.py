"""Ledger of a community: within the bounds of exact counts, small, and the same in any replay."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

from community.ledger import DAY, DAYS, encode, ledger_of, window
from community.sketch import Summary, merge
from community.views import rows_of
from tests.support.mentions_stream import START, Row, batch_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mentions.model.batches import Batch

MINUTES = 1440
REGULARS = 60
ONCE = 0.8  # share of mentions by people who hardly ever write
MIDNIGHT = START // DAY * DAY


def month(dice: random.Random, authors: int, each: int, days: int = 30) -> Iterator[Batch]:
    """Yield a batch a day of a busy brand of regulars among people who write once."""
    for day in range(days):
        first = (MIDNIGHT - START) / 60_000 + day * MINUTES
        numbers = [dice.randrange(authors if dice.random() < ONCE else REGULARS) for _ in range(each)]
        names = [f"author {number}" for number in numbers]
        rows = [
            Row(first + place * MINUTES / each, dice.choice((-1, 0, 1)), author=name)
            for place, name in enumerate(names)
        ]
        yield batch_of(rows, 100_000 * day)


def test_the_top_fifty_of_a_month_are_exact_within_the_bounds_of_the_sketch() -> None:
    """Each count lies between its bounds, and nobody who is left out has more than the sketch allows."""
    batches = list(month(random.Random(7), 20_000, 700))
    exact = Counter(name for batch in batches for name in batch.authors)
    ledger = ledger_of(batches)
    assert len(encode(ledger)) < 1_000_000
    _, found = window(ledger, 30)
    assert any(summary.floor for summary in ledger.days.values())
    for name, author in found.authors.items():
        assert author.own <= exact[name] <= author.mentions
    for name, count in exact.items():
        assert name in found.authors or count <= found.floor
    top = sorted(found.authors, key=lambda name: -found.authors[name].own)[:50]
    least = min(exact[name] for name in top)
    assert all(name in top or count <= least + found.floor for name, count in exact.items())


def test_rebuilt_by_replay_it_is_the_same_and_redeliveries_change_nothing() -> None:
    """In other batches, with records delivered twice, and with the same post fetched twice: the same bytes."""
    batches = list(month(random.Random(8), 300, 200, days=12))
    plain = encode(ledger_of(batches))
    assert encode(ledger_of(month(random.Random(8), 300, 200, days=12))) == plain
    assert encode(ledger_of([one for batch in batches for one in (batch, batch)])) == plain


def test_old_days_go_into_weeks_and_then_go() -> None:
    """Ninety days hold a month by the day and the rest by the week; what is older is gone."""
    batches = [batch_of([Row(day * MINUTES, author="ann")], 10 * day) for day in range(200)]
    ledger = ledger_of(batches)
    assert len(ledger.days) == DAYS
    assert 11 <= len(ledger.weeks) <= 13
    counts = [window(ledger, days)[1].authors["ann"].mentions for days in (7, 30, 90)]
    assert counts[:2] == [7, 30]
    assert 90 <= counts[2] <= 96
    assert window(ledger, 90)[1].authors["ann"].days.bit_count() == counts[2]


def test_sums_of_summaries_keep_both_bounds() -> None:
    """An author who is missing in a full summary may have had as many mentions there as its floor."""
    full, other = Summary(), Summary()
    for name in ("ann", "ann", "bob", "cyd"):
        full.author(name, capacity=2).add(0, 0, 0, abusive=False, text=1, day=0)
    other.author("bob").add(1, 50, 9, abusive=True, text=2, day=0)
    total = merge([(full, 0), (other, 1)])
    assert full.floor == 1
    assert (total.authors["bob"].own, total.authors["bob"].mentions) == (1, 2)
    assert (total.authors["cyd"].own, total.authors["cyd"].mentions) == (1, 2)
    assert total.authors["bob"].days == 0b10


def stream() -> list[Batch]:
    """Return twenty days: a fan, a critic, someone abusive, a loud newcomer, a one-day wonder, the brand itself."""
    batches = []
    for day in range(20):
        at = (MIDNIGHT - START) / 60_000 + day * MINUTES + 60
        rows = [
            Row(at, 1, author="fan", text=f"lovely service once more {day}"),
            Row(at + 1, -1, author="critic", text=f"late again on day {day}"),
            Row(at + 2, -1, author="foul", text=f"words not to print {day}", abuse=0.9),
            Row(at + 3, 1, author="@Acme", text=f"news of the day {day}"),
            Row(at + 4, 0, author="[deleted]"),
        ]
        if day >= 16:
            rows += [Row(at + 5 + place, 0, author="new", text=f"hello again {day} {place}") for place in range(3)]
        if day == 5:
            rows += [Row(at + 9 + place, 1, author="wonder") for place in range(30)]
        batches.append(batch_of(rows, 100 * day))
    return batches


def test_each_view_shows_whom_its_filter_names() -> None:
    """Nobody is shown before three different days, nor is the brand itself or an unknown author."""
    ledger = ledger_of(stream(), ["acme"])
    shown = {
        view: [row.author for row in rows_of(ledger, 30, view, 50)]
        for view in ("all", "allies", "critics", "abusive", "newly-loud")
    }
    assert shown == {
        "all": ["critic", "fan", "foul", "new"],
        "allies": ["fan"],
        "critics": ["critic"],
        "abusive": ["foul"],
        "newly-loud": ["new"],
    }


def test_small_counts_are_shrunk() -> None:
    """Three positive mentions of three are less certain than twenty of twenty."""
    ledger = ledger_of(stream(), ["acme"])
    few, many = rows_of(ledger, 7, "allies", 1), rows_of(ledger, 30, "allies", 1)
    assert few[0].positive < many[0].positive < 1
    assert few[0].days == 7
