"""Community stage: the ledgers after some records of `mentions`. Pure.

A ledger is of one brand and one source partition, a fold of that partition alone: however the partitions are shared by
processes and whenever these restart, it is the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from community.ledger import Ledger, Written, add
from community.sketch import CAPACITY
from mentions.cleaning import clean
from mentions.language_names import language_subtag
from mentions.model.batches import ABUSIVE_FROM
from mentions.model.decode import Rejection, decode_record
from mentions.model.hashing import hash32, hash63
from mentions.model.near_duplicates import text_hash
from mentions.scoring import mention_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mentions.model.decode import WireMention
    from mentions.scorer_port import Scorer
    from mentions.watchlist.watchlist import Watchlist

Ledgers = dict[tuple[str, int], Ledger]
"""By brand and source partition."""


class SourceRecord(NamedTuple):
    """A record of `mentions`."""

    partition: int
    offset: int
    arrived: int  # ms
    value: bytes | None


class _Read(NamedTuple):
    mention: WireMention
    brand: str
    place: tuple[int, int, int]
    text: str


def keep(
    ledgers: Ledgers,
    records: Iterable[SourceRecord],
    watchlist: Watchlist,
    scorer: Scorer,
    own_accounts: Mapping[str, Collection[str]],
    partitions: int,
) -> set[tuple[str, int]]:
    """Count the mentions of some records in place; return the ledgers that changed.

    Args:
        ledgers: so far.
        records: in the order of each partition.
        watchlist: who is watched.
        scorer: reads masked texts.
        own_accounts: of the brands that ask for it, by name.
        partitions: of `mentions`: the authors that are kept are shared out among them.
    """
    read = list(_read(records, watchlist, own_accounts))
    langs = [language_subtag(one.mention.lang) if one.mention.lang else None for one in read]
    scores = scorer.score([one.text for one in read], langs)
    changed: set[tuple[str, int]] = set()
    left_out = {
        brand: frozenset(name.casefold().lstrip("@") for name in names) for brand, names in own_accounts.items()
    }
    for one, score in zip(read, scores, strict=True):
        key = (one.brand, one.place[0])
        ledger = ledgers.setdefault(key, Ledger())
        add(ledger, one.place, [_written(one, score)], left_out[one.brand], max(64, CAPACITY // partitions))
        changed.add(key)
    return changed


def _read(records: Iterable[SourceRecord], watchlist: Watchlist, brands: Collection[str]) -> Iterator[_Read]:
    for record in records:
        for index, mention in enumerate(decode_record(record.value, record.arrived)):
            if isinstance(mention, Rejection) or mention.deleted:
                continue
            mention.text = clean(mention.whole_text)
            for brand in watchlist.match(mention).brands:
                if brand.name in brands:
                    place = (record.partition, record.offset, index)
                    yield _Read(mention, brand.name, place, watchlist.masked(mention.text, brand))


def _written(one: _Read, score: tuple[float, int, float]) -> Written:
    compound, label, abuse = score
    mention, engagement = one.mention, one.mention.engagement
    return Written(
        id=mention_hash(mention),
        author=mention.author_id,
        published=mention.published,
        label=label,
        compound=round(100 * compound),
        reach=mention.reach_or_followers,
        abusive=abuse >= ABUSIVE_FROM,
        text=hash32(text_hash(mention.text)),
        reply_to=hash63(f"{mention.channel}\n{mention.reply_to}") if mention.reply_to else 0,
        engagement=sum(engagement.values()) if isinstance(engagement, dict) else engagement or 0,
    )
