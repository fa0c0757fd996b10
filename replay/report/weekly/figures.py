"""Figures of a brand's week beside the week before: mentions, topics, good buzz, share of voice, incidents, moderation.

A week is the 168 whole hours before an instant. Hours that the detector has not kept make the week before unknown.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.lifecycle import POSITIVE_SPIKE
from moderation.queue import WAITING
from moderation.statistics import compute_statistics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.engine.state import State
    from detectors.model.signal import Signal
    from detectors.model.topic import MentionWords, Topic
    from moderation.model import Item
    from moderation.statistics import Statistics

HOUR: Final = 3_600_000
WEEK_HOURS: Final = 168
WEEK: Final = WEEK_HOURS * HOUR


class Volume(NamedTuple):
    """Mentions of a week."""

    mentions: int
    negative: int
    scored: int  # mentions in a language whose sentiment is read

    @property
    def negative_share(self) -> float:
        """Return the share of negative mentions among the scored ones; 0 without any."""
        return self.negative / self.scored if self.scored else 0.0


class WeekTopic(NamedTuple):
    """A topic and its mentions in both weeks."""

    label: str
    now: int
    before: int


class GoodBuzz(NamedTuple):
    """A rise of positive mentions, and what they were about."""

    positive: int  # in the detector's window, at the peak
    topic: Topic | None
    words: MentionWords | None


class Voice(NamedTuple):
    """A brand's share of the mentions of itself and its competitors."""

    brand: str
    now: float
    before: float | None  # None: not known of every brand


class BrandWeek(NamedTuple):
    """What a brand's week was."""

    brand: Brand
    until: int  # ms
    now: Volume
    before: Volume | None  # None: not known as far back
    topics: tuple[WeekTopic, ...]  # the most mentions first
    good_buzz: tuple[GoodBuzz, ...]
    voices: tuple[Voice, ...]  # the brand itself first; none without competitors
    incidents: tuple[Incident, ...]  # opened in the week, the most recent first
    still_open: int
    moderation: Statistics | None  # of what was decided in the week; None without a queue
    waiting: int

    @property
    def since(self) -> int:
        """Return when the week began (ms)."""
        return self.until - WEEK


def week_volumes(state: State | None, until: int) -> tuple[Volume, Volume | None]:
    """Return the mentions of the week before an instant (ms), and of the week before that where it is known."""
    if state is None:
        return Volume(0, 0, 0), None
    last = until // HOUR - 1
    first = state.hours.first_hour
    known = first is not None and first <= last - 2 * WEEK_HOURS + 1
    before = _volume(state, last - 2 * WEEK_HOURS + 1, last - WEEK_HOURS) if known else None
    return _volume(state, last - WEEK_HOURS + 1, last), before


def _volume(state: State, first: int, last: int) -> Volume:
    mentions, negative, _, unknown = state.hours.sums(first, last)
    return Volume(mentions, negative, mentions - unknown)


def week_topics(signals: Iterable[Signal], until: int) -> tuple[WeekTopic, ...]:
    """Return the topics of a brand in the two weeks before an instant, those of one name together.

    A topic's mentions grow while it lasts: what it had by the end of the week before is of that week.
    """
    largest: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    labels: dict[int, str] = {}
    for signal in signals:
        if signal.topic_number is None or signal.topic is None or not until - 2 * WEEK <= signal.at < until:
            continue
        week = int(signal.at < until - WEEK)
        number, labels[signal.topic_number] = signal.topic_number, signal.topic.label
        largest[number][week] = max(largest[number][week], signal.topic.mentions)
    named: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    spelled: dict[str, str] = {}
    for number, (now, before) in largest.items():
        key = labels[number].casefold()
        spelled[key] = labels[number]
        named[key][0] += max(0, now - before)
        named[key][1] += before
    found = [WeekTopic(spelled[key], now, before) for key, (now, before) in named.items() if key]
    return tuple(sorted(found, key=lambda one: (-max(one.now, one.before), one.label)))


def good_buzz(signals: Iterable[Signal], until: int) -> tuple[GoodBuzz, ...]:
    """Return the rises of positive mentions in the week before an instant, the largest first."""
    found: dict[str, GoodBuzz] = {}
    for signal in signals:
        if signal.detector == POSITIVE_SPIKE and until - WEEK <= signal.at < until:
            known = found.get(signal.id, GoodBuzz(0, None, None))
            found[signal.id] = GoodBuzz(
                max(known.positive, round(signal.evidence.observed)),
                signal.topic or known.topic,
                signal.words or known.words,
            )
    return tuple(sorted(found.values(), key=lambda one: -one.positive))


def rising(topics: Sequence[WeekTopic]) -> list[WeekTopic]:
    """Return the topics with more mentions than in the week before, the largest rise first."""
    return sorted((one for one in topics if one.now > one.before), key=lambda one: (one.before - one.now, one.label))


def falling(topics: Sequence[WeekTopic]) -> list[WeekTopic]:
    """Return the topics with fewer mentions than in the week before, the largest fall first."""
    return sorted((one for one in topics if one.now < one.before), key=lambda one: (one.now - one.before, one.label))


def share_of_voice(
    brand: str, competitors: Iterable[str], volumes: Mapping[str, tuple[Volume, Volume | None]]
) -> tuple[Voice, ...]:
    """Return the share of a brand and of each of its competitors in the mentions of all of them.

    >>> volumes = {"a": (Volume(30, 0, 30), Volume(10, 0, 10)), "b": (Volume(10, 0, 10), Volume(10, 0, 10))}
    >>> share_of_voice("a", ["b"], volumes)
    (Voice(brand='a', now=0.75, before=0.5), Voice(brand='b', now=0.25, before=0.5))
    """
    names = [brand, *(name for name in competitors if name in volumes and name != brand)]
    known = [volumes.get(name, (Volume(0, 0, 0), None)) for name in names]
    total = sum(now.mentions for now, _ in known)
    past = [before.mentions for _, before in known if before is not None]
    if len(names) == 1 or not total:
        return ()
    whole = sum(past) if len(past) == len(names) else 0
    return tuple(
        Voice(name, now.mentions / total, before.mentions / whole if whole and before is not None else None)
        for name, (now, before) in zip(names, known, strict=True)
    )


def brand_week(
    brand: Brand,
    volumes: Mapping[str, tuple[Volume, Volume | None]],
    signals: Sequence[Signal],
    incidents: Iterable[Incident],
    items: Iterable[Item],
    until: int,
) -> BrandWeek:
    """Return a brand's week before an instant.

    Args:
        brand: as configured.
        volumes: of all brands, by name; see `week_volumes`.
        signals: of the brand, of two weeks.
        incidents: those there are, over or not.
        items: all moderation items.
        until: the instant (ms).
    """
    now, before = volumes.get(brand.name, (Volume(0, 0, 0), None))
    crises = [one for one in incidents if brand.name in one.all_brands and not one.kind and one.opened_at < until]
    opened = sorted((one for one in crises if one.opened_at >= until - WEEK), key=lambda one: (-one.opened_at, one.id))
    mine = [item for item in items if item.brand == brand.name] if brand.moderation.enabled else []
    return BrandWeek(
        brand,
        until,
        now,
        before,
        week_topics(signals, until),
        good_buzz(signals, until),
        share_of_voice(brand.name, brand.competitors, volumes),
        tuple(opened),
        sum(one.status != "resolved" for one in crises),
        compute_statistics(mine, until - WEEK) if brand.moderation.enabled else None,
        sum(item.state in WAITING for item in mine),
    )
