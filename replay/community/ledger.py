"""Ledger of a brand's community: summaries of its authors by day for 31 days, by week for 13 more weeks.

A fold over scored mentions. Rows at or below the highest (offset, index) of their source partition are redeliveries and
change nothing. A mention counts on the day of its publication, UTC; one from before the days that are kept is left out,
and so are unknown authors and the brand's own accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from mentions.model.batches import ABUSIVE_FROM
from mentions.model.hashing import hash32
from mentions.model.placeholders import is_placeholder
from replay.community.sketch import Summary, merge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mentions.model.batches import Batch

DAY: Final = 86_400_000  # ms
DAYS: Final = 31
WEEKS: Final = 13
WEEK: Final = 7


class Ledger(msgspec.Struct, array_like=True):
    """What is known of the authors of one brand."""

    marks: dict[int, tuple[int, int]] = {}  # source partition → highest (offset, index) applied
    today: int = 0  # the latest day of a mention, since the epoch
    days: dict[int, Summary] = {}
    weeks: dict[int, Summary] = {}  # number of the week → its days that are not kept one by one any longer

    @property
    def first_day(self) -> int:
        """Return the first day that is kept."""
        return min([*self.days, *(week * WEEK for week in self.weeks)], default=self.today)


def ledger_of(batches: Iterable[Batch], own: Iterable[str] = ()) -> Ledger:
    """Return the ledger of a brand's batches, each mention once; `own` are the brand's own accounts."""
    ledger, left_out, seen = Ledger(), frozenset(name.casefold().lstrip("@") for name in own), set[int]()
    for batch in batches:
        apply(ledger, batch, left_out, seen)
    return ledger


def apply(ledger: Ledger, rows: Batch, left_out: frozenset[str], seen: set[int]) -> None:
    """Count the mentions of a batch, in place; `seen` are the ids counted before."""
    mark = ledger.marks.get(rows.partition, (-1, -1))
    for row in range(len(rows)):
        number, author = rows.ids[row], rows.authors[row]
        if (rows.offsets[row], rows.indexes[row]) <= mark or number in seen:
            continue
        seen.add(number)
        if not is_placeholder(author) and author.casefold().lstrip("@") not in left_out:
            _count(ledger, rows, row)
    if len(rows):
        ledger.marks[rows.partition] = max(mark, (rows.offsets[-1], rows.indexes[-1]))


def _count(ledger: Ledger, rows: Batch, row: int) -> None:
    day = rows.published[row] // DAY
    if day > ledger.today:
        _turn(ledger, day)
    if day <= ledger.today - DAYS:
        return
    ledger.days.setdefault(day, Summary()).author(rows.authors[row]).add(
        rows.labels[row],
        round(100 * rows.compounds[row]),
        rows.reaches[row],
        abusive=rows.abuses[row] >= ABUSIVE_FROM,
        text=hash32(rows.text_hashes[row]),
        day=0,
    )


def _turn(ledger: Ledger, day: int) -> None:
    """Begin a day: days that are too old go into their weeks, weeks that are too old go."""
    ledger.today = day
    for past in sorted(one for one in ledger.days if one <= day - DAYS):
        week, shift = divmod(past, WEEK)
        known = [(ledger.weeks[week], 0)] if week in ledger.weeks else []
        ledger.weeks[week] = merge([*known, (ledger.days.pop(past), shift)])
    oldest = (day - DAYS) // WEEK - WEEKS
    ledger.weeks = {week: one for week, one in sorted(ledger.weeks.items()) if week > oldest}


def window(ledger: Ledger, days: int) -> tuple[int, Summary]:
    """Return the authors of the last days up to the latest one, and the day that bit 0 of their days stands for.

    Beyond DAYS days it begins with a whole week.
    """
    since, start = ledger.today - days + 1, ledger.first_day
    weeks = {week: one for week, one in ledger.weeks.items() if days > DAYS and week * WEEK + WEEK > since}
    parts = [(one, week * WEEK - start) for week, one in weeks.items()]
    parts += [(one, day - start) for day, one in sorted(ledger.days.items()) if day >= since]
    return start, merge(parts, capacity=1 << 30)


def encode(ledger: Ledger) -> bytes:
    """Return the ledger as bytes: what it takes to keep it."""
    return msgspec.msgpack.encode(ledger)
