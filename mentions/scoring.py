"""Scoring of Kafka records: decode, clean, match brands, mask their names, score. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from mentions.cleaning import clean
from mentions.language_names import language_subtag
from mentions.model.batches import EXCERPT_CHARS, UNKNOWN
from mentions.model.decode import Rejection, WireMention, decode_record, split_lines, to_wire
from mentions.model.hashing import hash63
from mentions.model.near_duplicates import text_hash
from mentions.watchlist.watchlist import UNMATCHED, BrandTerms, Match, Outcome, Watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentions.model.mention import Mention
    from mentions.scorer_port import Scorer

SentimentScore = tuple[float, int, float]
"""Compound in [-1, 1], label as in `mentions.model.batches`, abuse in [0, 1]."""

NOT_SCORED: Final[SentimentScore] = (0.0, UNKNOWN, 0.0)
"""A text in a language that the brand does not have scored."""


class Row(NamedTuple):
    """One mention of one brand: a row of `mentions.model.batches.Batch`, its fields in the batch's order."""

    offset: int
    line_index: int  # index within the record
    id: int
    published: int
    arrived: int
    compound: float
    label: int
    abuse: float
    channel: str
    author: str
    reach: int
    text_hash: int
    excerpt: str
    url: str
    revision: int = 0  # above 0, or deleted: no row of a batch, but a change
    deleted: bool = False


class RecordResult(msgspec.Struct, gc=False):
    """Outcome of one record: each entry is rejected, accepted, unmatched or by an own account.

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
    own_account: int  # left out: written by the brand's own account
    read_up_to: int  # latest event time of what was not rejected [ms], 0 when nothing


class ScoredMention(NamedTuple):
    """A mention, its outcome, and its score for each of its brands, by name."""

    mention: Mention
    outcome: Outcome
    scores: dict[str, SentimentScore]
    reason: str = ""  # why it is no brand's, where that is an error


class SourceRecord(NamedTuple):
    """A Kafka record of mentions: one JSON object, or JSON Lines."""

    value: bytes | None
    arrived: int  # ms
    partition: int  # of the source
    offset: int


def score(mention: Mention, watchlist: Watchlist, scorer: Scorer) -> ScoredMention:
    """Return the outcome of `mention` and its score for each of its brands."""
    wire = to_wire(mention)
    wire.text = clean(wire.whole_text)
    match = watchlist.match(wire)
    readings = _score_tasks([(wire, brand) for brand in match.brands], watchlist, scorer)
    named = {brand.name: reading for brand, reading in zip(match.brands, readings, strict=True)}
    return ScoredMention(mention, match.outcome, named, match.reason)


def score_record(
    value: bytes | None, arrived: int, partition: int, offset: int, watchlist: Watchlist, scorer: Scorer
) -> RecordResult:
    """Return the outcome of one record, as `score_records`."""
    (scored,) = score_records([SourceRecord(value, arrived, partition, offset)], watchlist, scorer)
    return scored


def score_records(records: Iterable[SourceRecord], watchlist: Watchlist, scorer: Scorer) -> list[RecordResult]:
    """Return the rows, by brand, and the rejections of each record; never raises on input.

    Each is what the record alone would give: together they are read sooner.

    Args:
        records: the records.
        watchlist: who is watched.
        scorer: reads masked texts.
    """
    several: list[RecordResult] = []
    parts: list[_ScoringTask] = []
    for record in records:
        scored = RecordResult(record.partition, record.offset, scorer.version, {}, {}, [], 0, 0, 0, 0)
        parts += _scoring_tasks(scored, record, watchlist)
        several.append(scored)
    readings = _score_tasks([(part.mention, part.brand) for part in parts], watchlist, scorer)
    for part, reading in zip(parts, readings, strict=True):
        scored, brand = part.result, part.brand
        rows = scored.rows.get(brand.name)
        if rows is None:
            rows = scored.rows[brand.name] = []
            scored.revisions[brand.name] = brand.revision
        rows.append(_row(part, reading))
    return several


def mention_hash(mention: WireMention) -> int:
    """Return the hash of a post's id within its channel, since two channels may use the same ids."""
    return hash63(f"{mention.channel}\n{mention.id}")


class _ScoringTask(NamedTuple):
    """A mention of a record, for one of its brands."""

    result: RecordResult  # what becomes of the record
    line_index: int
    arrived: int
    mention: WireMention
    brand: BrandTerms
    id: int
    text_hash: int


def _scoring_tasks(scored: RecordResult, record: SourceRecord, watchlist: Watchlist) -> Iterator[_ScoringTask]:
    """Yield what is to be read, and note in `scored` what is not."""
    unknown: dict[int, str] = {}
    for index, entry in enumerate(decode_record(record.value, record.arrived)):
        if isinstance(entry, Rejection):
            scored.rejections.append(entry)
            continue
        entry.text = "" if entry.deleted else clean(entry.whole_text)
        match = _match(entry, watchlist)
        if match.outcome is Outcome.UNKNOWN_BRAND:
            unknown[index] = match.reason
            continue
        scored.read_up_to = max(scored.read_up_to, entry.published)
        if not match.brands:
            scored.unmatched += match.outcome is Outcome.UNMATCHED
            scored.own_account += match.outcome is Outcome.OWN_ACCOUNT
            continue
        scored.accepted += not entry.deleted
        shared = mention_hash(entry), text_hash(entry.text)
        for brand in match.brands:
            yield _ScoringTask(scored, index, record.arrived, entry, brand, *shared)
    if unknown:
        lines = split_lines(record.value or b"")
        scored.rejections += (Rejection(index, lines[index], (reason,)) for index, reason in unknown.items())
        scored.rejections.sort(key=lambda rejection: rejection.index)


def _match(mention: WireMention, watchlist: Watchlist) -> Match:
    """Return the brands of a mention; a deletion that names none is every brand's, since it has no text to find it by.

    A brand that never counted the mention leaves the deletion out.
    """
    if mention.deleted and not (mention.brand or "").strip():
        return Match(Outcome.MATCHED, watchlist.brands) if watchlist.brands else UNMATCHED
    return watchlist.match(mention)


def _score_tasks(
    asked: Sequence[tuple[WireMention, BrandTerms]], watchlist: Watchlist, scorer: Scorer
) -> list[SentimentScore]:
    """Return how each mention reads for its brand, whose names are masked."""
    readings = [NOT_SCORED] * len(asked)
    places, texts, langs = [], [], []
    for place, (mention, brand) in enumerate(asked):
        if mention.deleted:
            continue
        lang = language_subtag(mention.lang) if mention.lang else None
        if lang is None or not brand.languages or lang in brand.languages:
            places.append(place)
            texts.append(watchlist.masked(mention.text, brand))
            langs.append(lang)
    for place, (compound, label, abuse) in zip(places, scorer.score(texts, langs), strict=True):
        readings[place] = round(compound, 4), label, round(abuse, 4)
    return readings


def _row(part: _ScoringTask, reading: SentimentScore) -> Row:
    mention = part.mention
    return Row(
        part.result.offset,
        part.line_index,
        part.id,
        min(mention.published, part.arrived),  # nothing is published after it arrived: its source's clock is fast
        part.arrived,
        *reading,
        mention.channel,
        mention.author_id,
        mention.reach_or_followers,
        part.text_hash,
        mention.text[:EXCERPT_CHARS],
        "" if mention.deleted else mention.url or "",
        mention.revision or 0,
        bool(mention.deleted),
    )
