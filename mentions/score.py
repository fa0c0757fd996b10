"""What does one mention, or one record of them, mean for each brand? Decode, match, mask, score: pure."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from mentions.decode import Rejection, Wire, decode_record, split_lines, to_wire
from mentions.digest import digest
from mentions.likeness import likeness
from mentions.scored import EXCERPT_CHARS, UNKNOWN
from mentions.watchlist import Match, Outcome, Watched, Watchlist

if TYPE_CHECKING:
    from mentions.mention import Mention
    from mentions.scorer import Scorer

Reading = tuple[float, int, float]
"""Compound in [-1, 1], label as in `mentions.scored`, abuse in [0, 1]."""

UNREAD: Final[Reading] = (0.0, UNKNOWN, 0.0)
"""A text in a language that the brand does not have scored."""

UNDETERMINED: Final = frozenset({"", "und", "mul", "zxx", "mis", "qme", "qht", "qam", "qct", "qst", "art"})
"""Language tags that name none."""


class Row(NamedTuple):
    """One mention of one brand: a row of `mentions.scored.Batch`, its fields in the batch's order."""

    offset: int
    place: int  # index within the record
    id: int
    published: int
    arrived: int
    compound: float
    label: int
    abuse: float
    channel: str
    author: str
    reach: int
    likeness: int
    excerpt: str
    url: str


class Scored(msgspec.Struct, gc=False):
    """What became of one record: each of its entries is one of rejections, accepted, unmatched and own.

    An entry of several brands has a row in each. Where one brand's own account wrote about another, it is in rows only.
    """

    partition: int
    offset: int
    scorer: str  # its version
    rows: dict[str, list[Row]]  # by brand, in record order
    revisions: dict[str, int]  # of the brands in `rows`
    rejections: list[Rejection]
    accepted: int  # of at least one brand
    unmatched: int  # of no brand
    own: int  # left out: written by the brand's own account
    read_up_to: int  # latest event time of what was not rejected [ms], 0 when nothing


class ScoredMention(NamedTuple):
    """A mention with what became of it, and what it means for each of its brands, by name."""

    mention: Mention
    outcome: Outcome
    readings: dict[str, Reading]
    reason: str = ""  # why it is no brand's, where that is an error


def score(mention: Mention, watchlist: Watchlist, scorer: Scorer) -> ScoredMention:
    """Return what `mention` means for each of its brands."""
    wire = to_wire(mention)
    match = watchlist.match(wire)
    readings = {brand.name: _read(wire, brand, watchlist, scorer) for brand in match.brands}
    return ScoredMention(mention, match.outcome, readings, match.reason)


def score_record(
    value: bytes | None, arrived: int, partition: int, offset: int, watchlist: Watchlist, scorer: Scorer
) -> Scored:
    """Return the rows, by brand, and the rejections of one Kafka record; never raises on input.

    Args:
        value: the record's value: a JSON object, or one a line.
        arrived: when it arrived [ms].
        partition: source partition of the record.
        offset: its offset there.
        watchlist: who is watched.
        scorer: reads a masked text.
    """
    scored = Scored(partition, offset, scorer.version, {}, {}, [], 0, 0, 0, 0)
    unknown: dict[int, str] = {}
    for index, entry in enumerate(decode_record(value, arrived)):
        if isinstance(entry, Rejection):
            scored.rejections.append(entry)
            continue
        match = watchlist.match(entry)
        if match.outcome is Outcome.UNKNOWN_BRAND:
            unknown[index] = match.reason
            continue
        _add(scored, index, arrived, entry, match, watchlist, scorer)
    if unknown:
        lines = split_lines(value or b"")
        scored.rejections += (Rejection(index, lines[index], (reason,)) for index, reason in unknown.items())
        scored.rejections.sort(key=lambda rejection: rejection.index)
    return scored


@lru_cache(maxsize=1_024)
def language(tag: str | None) -> str | None:
    """Return the lower-case primary subtag of a BCP 47 tag, None where it names no language.

    >>> language("fr-CA"), language("EN_us"), language("und")
    ('fr', 'en', None)
    """
    primary = (tag or "").replace("_", "-").split("-", 1)[0].strip().lower()
    return None if primary in UNDETERMINED else primary


def identity(mention: Wire) -> int:
    """Return the digest that stands for a post: its id within its channel, for two channels may number alike."""
    return digest(f"{mention.channel}\n{mention.id}")


def _add(
    scored: Scored, index: int, arrived: int, mention: Wire, match: Match, watchlist: Watchlist, scorer: Scorer
) -> None:
    scored.read_up_to = max(scored.read_up_to, mention.published)
    if not match.brands:
        scored.unmatched += match.outcome is Outcome.UNMATCHED
        scored.own += match.outcome is Outcome.OWN_ACCOUNT
        return
    scored.accepted += 1
    shared = identity(mention), likeness(mention.text)
    for brand in match.brands:
        rows = scored.rows.get(brand.name)
        if rows is None:
            rows = scored.rows[brand.name] = []
            scored.revisions[brand.name] = brand.revision
        reading = _read(mention, brand, watchlist, scorer)
        rows.append(_row(scored.offset, index, arrived, mention, reading, *shared))


def _read(mention: Wire, brand: Watched, watchlist: Watchlist, scorer: Scorer) -> Reading:
    lang = language(mention.lang) if mention.lang else None
    if lang is not None and brand.languages and lang not in brand.languages:
        return UNREAD
    compound, label, abuse = scorer.score(watchlist.masked(mention.text, brand), lang)
    return round(compound, 4), label, round(abuse, 4)


def _row(offset: int, index: int, arrived: int, mention: Wire, reading: Reading, id_: int, like: int) -> Row:
    return Row(
        offset,
        index,
        id_,
        mention.published,
        arrived,
        *reading,
        mention.channel,
        mention.author_id,
        mention.people,
        like,
        mention.text[:EXCERPT_CHARS],
        mention.url or "",
    )
