"""Ledger of a brand's community: summaries of its authors by day for 31 days, by week for 13 more weeks.

A fold over scored mentions. Rows at or below the highest (offset, index) of their source partition are redeliveries and
change nothing. A mention counts on the day of its publication, UTC; one from before the days that are kept is left out,
and so are unknown authors and the brand's own accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from community.sketch import CAPACITY, Summary, merge
from mentions.model.batches import ABUSIVE_FROM
from mentions.model.hashing import hash32, hash63
from mentions.model.placeholders import is_placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mentions.model.batches import Batch

DAY: Final = 86_400_000  # ms
DAYS: Final = 31
WEEKS: Final = 13
WEEK: Final = 7
RECENT: Final = 4_096
"""Posts that are remembered: not to be counted again, and to know whom an answer answers."""

Place = tuple[int, int, int]
"""Source partition, offset, and index of the mention within its record."""


class Ledger(msgspec.Struct, array_like=True):
    """What is known of the authors of one brand."""

    marks: dict[int, tuple[int, int]] = {}  # source partition → highest (offset, index) applied
    today: int = 0  # the latest day of a mention, since the epoch
    days: dict[int, Summary] = {}
    weeks: dict[int, Summary] = {}  # number of the week → its days that are not kept one by one any longer
    recent: dict[int, int] = {}  # 32 bits of the latest posts → 32 bits of their author

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
            _count(ledger, _row(rows, row), 0, CAPACITY)
    if len(rows):
        ledger.marks[rows.partition] = max(mark, (rows.offsets[-1], rows.indexes[-1]))


class Written(NamedTuple):
    """One mention, as the ledger counts it."""

    id: int
    author: str
    published: int  # ms
    label: int
    compound: int  # hundredths
    reach: int
    abusive: bool
    text: int  # 32 bits that near-copies share
    reply_to: int = 0  # hash of the post that it answers; 0: none
    engagement: int = 0


def add(ledger: Ledger, place: Place, written: Iterable[Written], left_out: frozenset[str], capacity: int) -> None:
    """Count the mentions of one place of the stream, in place; one at or below the highest place changes nothing.

    A post that came among the last RECENT is not counted again, and who wrote one of these is who an answer to it
    answers.

    Args:
        ledger: of a brand and a source partition.
        place: partition, offset and index in it.
        written: the mention, or none.
        left_out: the brand's own accounts, lower case, without @.
        capacity: authors of a day that are kept.
    """
    if place[1:] <= ledger.marks.get(place[0], (-1, -1)):
        return
    ledger.marks[place[0]] = place[1:]
    for one in written:
        key = hash32(one.id)
        if key in ledger.recent or is_placeholder(one.author) or one.author.casefold().lstrip("@") in left_out:
            continue
        author = hash32(hash63(one.author))
        ledger.recent[key] = author
        if len(ledger.recent) > RECENT:
            del ledger.recent[next(iter(ledger.recent))]
        _count(ledger, one, author, capacity)


def _row(rows: Batch, row: int) -> Written:
    return Written(
        rows.ids[row],
        rows.authors[row],
        rows.published[row],
        rows.labels[row],
        round(100 * rows.compounds[row]),
        rows.reaches[row],
        rows.abuses[row] >= ABUSIVE_FROM,
        hash32(rows.text_hashes[row]),
    )


def _count(ledger: Ledger, one: Written, writer: int, capacity: int) -> None:
    day = one.published // DAY
    if day > ledger.today:
        _turn(ledger, day, capacity)
    if day <= ledger.today - DAYS:
        return
    author = ledger.days.setdefault(day, Summary()).author(one.author, capacity)
    author.add(one.label, one.compound, one.reach, abusive=one.abusive, text=one.text, day=0)
    author.engagement += one.engagement
    if one.reply_to:
        post = hash32(one.reply_to)
        person = ledger.recent.get(post, post)
        if person != writer:
            author.answer(person)


def _turn(ledger: Ledger, day: int, capacity: int) -> None:
    """Begin a day: days that are too old go into their weeks, weeks that are too old go."""
    ledger.today = day
    for past in sorted(one for one in ledger.days if one <= day - DAYS):
        week, shift = divmod(past, WEEK)
        known = [(ledger.weeks[week], 0)] if week in ledger.weeks else []
        ledger.weeks[week] = merge([*known, (ledger.days.pop(past), shift)], capacity)
    oldest = (day - DAYS) // WEEK - WEEKS
    ledger.weeks = {week: one for week, one in sorted(ledger.weeks.items()) if week > oldest}


def window(ledger: Ledger, days: int) -> tuple[int, Summary]:
    """Return the authors of the last days up to the latest one, and the day that bit 0 of their days stands for.

    Beyond DAYS days it begins with a whole week.
    """
    return window_of([ledger], days)


def window_of(ledgers: Sequence[Ledger], days: int) -> tuple[int, Summary]:
    """Return the same of several ledgers of one brand, such as those of its source partitions."""
    today = max((one.today for one in ledgers), default=0)
    start = min((one.first_day for one in ledgers), default=0)
    since = today - days + 1
    parts: list[tuple[Summary, int]] = []
    for one in ledgers:
        weeks = one.weeks.items() if days > DAYS else ()
        parts += [(found, week * WEEK - start) for week, found in weeks if week * WEEK + WEEK > since]
        parts += [(found, day - start) for day, found in sorted(one.days.items()) if day >= since]
    return start, merge(parts, capacity=1 << 30)


def erase(ledger: Ledger, is_named: Callable[[str], bool]) -> bool:
    """Take somebody's counts out, in place; return whether there were any."""
    found = False
    for summary in (*ledger.days.values(), *ledger.weeks.values()):
        for name in [name for name in summary.authors if is_named(name)]:
            writer = hash32(hash63(name))
            ledger.recent = {post: 0 if author == writer else author for post, author in ledger.recent.items()}
            del summary.authors[name]
            found = True
    return found


def encode(ledger: Ledger) -> bytes:
    """Return the ledger as bytes: what it takes to keep it."""
    return msgspec.msgpack.encode(ledger)


def decode(raw: bytes) -> Ledger:
    """Return the ledger that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are none.
    """
    return msgspec.msgpack.decode(raw, type=Ledger)
