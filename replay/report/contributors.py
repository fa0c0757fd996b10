"""Top terms, authors, channels and links of an incident, by phase."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.windows.contributor_tables import terms_of
from mentions.model.batches import NEGATIVE, Batch
from replay.pictures.event_log import MINUTE
from streams.recording.deletions import without_excerpts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mentions.model.batches import Tick
    from replay.player.result import IncidentTimeline

TOP: Final = 8
EXAMPLES: Final = 6


class QuotedMention(NamedTuple):
    """One mention as scored."""

    at: int
    text: str
    author: str
    channel: str
    url: str
    reach: int
    compound: float
    label: int


class Phase(NamedTuple):
    """Top contributors of one phase of an incident, each with its count, largest first."""

    name: str  # onset, growth, decay
    since: int
    until: int
    mentions: int
    negative: int
    terms: list[tuple[str, int]]
    authors: list[tuple[str, int]]
    channels: list[tuple[str, int]]
    urls: list[tuple[str, int]]


def quoted_mentions(records: Iterable[Batch | Tick], since: int, until: int) -> Iterator[QuotedMention]:
    """Yield the mentions published from `since` up to `until`, without it; a deleted one without its text."""
    batches = [record for record in records if isinstance(record, Batch)]
    deleted = frozenset(change.id for batch in batches for change in batch.changes if change.deleted)
    for whole in batches:
        batch = without_excerpts(whole, deleted)
        columns = (batch.excerpts, batch.authors, batch.channels, batch.urls, batch.reaches, batch.compounds)
        for at, *rest in zip(batch.published, *columns, batch.labels, strict=True):
            if since <= at < until:
                yield QuotedMention(at, *rest)


def phases(
    brand: str,
    records: Sequence[Batch | Tick],
    focus: IncidentTimeline,
    end: int,
    times: list[int],
    negative: list[int],
) -> list[Phase]:
    """Return the contributors before the incident opened, until its negative peak, and until its end."""
    opened, closed = focus.opened_at, focus.open_periods[-1].until or end
    worst = max(
        (place for place, at in enumerate(times) if opened <= at <= closed), key=negative.__getitem__, default=None
    )
    peak = max(opened + MINUTE, times[worst] + MINUTE if worst is not None else opened)
    stretches = (("onset", opened - 30 * MINUTE, opened), ("growth", opened, peak), ("decay", peak, closed + 1))
    return [_phase(brand, records, *stretch) for stretch in stretches if stretch[1] < stretch[2]]


def _phase(brand: str, records: Sequence[Batch | Tick], name: str, since: int, until: int) -> Phase:
    found = list(quoted_mentions(records, since, until))

    def top(values: Iterable[str]) -> list[tuple[str, int]]:
        return Counter(value for value in values if value).most_common(TOP)

    return Phase(
        name,
        since,
        until,
        len(found),
        sum(one.label == NEGATIVE for one in found),
        top(term for one in found for term in set(terms_of(one.text, brand))),
        top(one.author for one in found),
        top(one.channel for one in found),
        top(one.url for one in found),
    )


def examples(records: Sequence[Batch | Tick], since: int, until: int) -> list[QuotedMention]:
    """Return the most negative texts, one of each author and wording, those that reached most people first."""
    chosen: dict[str, QuotedMention] = {}
    authors: set[str] = set()
    for one in sorted(
        quoted_mentions(records, since, until), key=lambda one: (one.label != NEGATIVE, -one.reach, one.compound)
    ):
        if one.text and one.text not in chosen and (not one.author or one.author not in authors):
            chosen[one.text] = one
            authors.add(one.author)
        if len(chosen) == EXAMPLES:
            break
    return list(chosen.values())
