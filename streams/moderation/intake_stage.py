"""Intake stage: the records that a batch of mentions adds to the moderation queues. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from mentions.cleaning import clean
from mentions.language_names import language_subtag
from mentions.model.decode import Rejection, decode_record
from mentions.scoring import mention_hash
from moderation.intake import ScoredText, flag
from moderation.model import Withdrawn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mentions.model.decode import WireMention
    from mentions.sentiment import Scorer
    from mentions.watchlist.watchlist import BrandTerms, Watchlist
    from moderation.model import Flagged
    from moderation.settings import Moderation


class _Asked(NamedTuple):
    mention: WireMention
    brand: BrandTerms
    text: str


def take_in(
    values: Iterable[tuple[bytes | None, int]],
    watchlist: Watchlist,
    scorer: Scorer,
    settings: Mapping[str, Moderation],
    now: int,
    items_of: Mapping[int, Collection[str]],
) -> list[Flagged | Withdrawn]:
    """Return the records, in the order of the mentions; what is no mention is left out, and never raises.

    A deletion withdraws the post from each item that holds it. An edit is judged as a text of its own.

    Args:
        values: values of Kafka records with their times of arrival [ms].
        watchlist: who is watched.
        scorer: reads masked texts.
        settings: of the brands that moderate, by name.
        now: when they are flagged [ms].
        items_of: the items of each post that was flagged before, by the hash of channel and id.
    """
    entries = [entry for value, arrived in values for entry in decode_record(value, arrived)]
    mentions = [entry for entry in entries if not isinstance(entry, Rejection)]
    asked = list(_asked(mentions, watchlist, settings))
    langs = [language_subtag(one.mention.lang) if one.mention.lang else None for one in asked]
    readings = scorer.analyse_all([one.text for one in asked], langs)
    flagged: list[Flagged] = []
    for one, reading in zip(asked, readings, strict=True):
        scored = ScoredText(one.mention, mention_hash(one.mention), reading.lang, reading.abuse, scorer.version)
        record = flag(one.brand.name, settings[one.brand.name], scored, now)
        if record is not None:
            flagged.append(record)
    fresh: defaultdict[int, set[str]] = defaultdict(set)
    for record in flagged:
        fresh[record.post.id].add(record.item)
    gone = {mention_hash(mention) for mention in mentions if mention.deleted}
    return [*flagged, *(one for post in sorted(gone) for one in _withdrawn(post, items_of, fresh, now))]


def _withdrawn(
    post: int, known: Mapping[int, Collection[str]], fresh: Mapping[int, Collection[str]], now: int
) -> Iterator[Withdrawn]:
    for item in sorted({*known.get(post, ()), *fresh.get(post, ())}):
        yield Withdrawn(id=f"gone:{item}:{post:x}", item=item, at=now, post=post)


def _asked(
    mentions: Iterable[WireMention], watchlist: Watchlist, settings: Mapping[str, Moderation]
) -> Iterator[_Asked]:
    for mention in mentions:
        if mention.deleted:
            continue
        mention.text = clean(mention.whole_text)
        for brand in watchlist.match(mention).brands:
            if brand.name in settings:
                yield _Asked(mention, brand, watchlist.masked(mention.text, brand))
