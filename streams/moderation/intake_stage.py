"""Intake stage: the records that a batch of mentions adds to the moderation queues. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mentions.cleaning import clean
from mentions.language_names import language_subtag
from mentions.model.decode import Rejection, decode_record
from mentions.scoring import mention_hash
from moderation.intake import ScoredText, flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
) -> list[Flagged]:
    """Return the records, in the order of the mentions; what is no mention is left out, and never raises.

    Args:
        values: values of Kafka records with their times of arrival [ms].
        watchlist: who is watched.
        scorer: reads masked texts.
        settings: of the brands that moderate, by name.
        now: when they are flagged [ms].
    """
    asked = list(_asked(values, watchlist, settings))
    langs = [language_subtag(one.mention.lang) if one.mention.lang else None for one in asked]
    readings = scorer.analyse_all([one.text for one in asked], langs)
    flagged = []
    for one, reading in zip(asked, readings, strict=True):
        scored = ScoredText(one.mention, mention_hash(one.mention), reading.lang, reading.abuse, scorer.version)
        record = flag(one.brand.name, settings[one.brand.name], scored, now)
        if record is not None:
            flagged.append(record)
    return flagged


def _asked(
    values: Iterable[tuple[bytes | None, int]], watchlist: Watchlist, settings: Mapping[str, Moderation]
) -> Iterator[_Asked]:
    for value, arrived in values:
        for entry in decode_record(value, arrived):
            if isinstance(entry, Rejection):
                continue
            entry.text = clean(entry.text)
            for brand in watchlist.match(entry).brands:
                if brand.name in settings:
                    yield _Asked(entry, brand, watchlist.masked(entry.text, brand))
