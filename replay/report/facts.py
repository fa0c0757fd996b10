"""What is there to report about a brand's past? Its course, who drove it, and what other thresholds would have done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incident import rank
from detectors.drivers import terms_of
from mentions.scored import NEGATIVE, Batch
from replay.chronicle import MINUTE, Chronicle
from replay.outcome import run
from replay.policies import Rules
from replay.tuning.candidates import BARS, applied, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from config.brand import Brand
    from mentions.scored import Tick
    from replay.outcome import Course, Outcome

SCALES: Final = (0.5, 0.65, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5)
"""What the bars are multiplied by for the slider; 1 is today's setting."""

TOP: Final = 8
EXAMPLES: Final = 6
BARS_SHOWN: Final = 720
BEFORE: Final = 3 * 3_600_000
AFTER: Final = 3 * 3_600_000
"""How much is shown around an incident (ms)."""

_STEPS: Final = (1, 5, 15, 30, 60, 180, 360, 1440)


class Said(NamedTuple):
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
    """Who and what drove one phase of an incident: the largest first, each with its count."""

    name: str  # onset, growth, decay
    since: int
    until: int
    mentions: int
    negative: int
    terms: list[tuple[str, int]]
    authors: list[tuple[str, int]]
    channels: list[tuple[str, int]]
    urls: list[tuple[str, int]]


class Setting(NamedTuple):
    """What the brand's bars, multiplied by `scale`, would have done: when each incident would have opened (ms)."""

    scale: float
    opened: list[int]
    pages: int


@dataclass(frozen=True)
class Facts:
    """All that a report tells. Instants in ms; the columns of `times` cover `step` minutes each."""

    brand: Brand
    courses: list[Course]
    outcome: Outcome
    focus: Course | None
    since: int
    until: int
    step: int
    times: list[int]
    mentions: list[int]
    negative: list[int]
    phases: list[Phase]
    examples: list[Said]
    settings: list[Setting]


def gather(
    brand: Brand,
    records: Sequence[Batch | Tick],
    incident: str | None = None,
    advance: Callable[[float], None] = lambda _done: None,
) -> Facts:
    """Return the facts of a brand's scored mentions, or of one of its incidents.

    Raises:
        LookupError: there is no incident of that id; the message names those there are.
    """
    outcome = run(Rules.of([brand]), records, None)
    courses = outcome.courses()
    focus = _focus(courses, incident)
    since, until = _shown(outcome, focus if incident else None)
    step = next((step for step in _STEPS if (until - since) / MINUTE / step <= BARS_SHOWN), _STEPS[-1])
    times, mentions, negative = _columns(brand.name, records, since, until, step)
    phases = _phases(brand.name, records, focus, outcome.until, times, negative) if focus else []
    examples = _examples(records, phases[0].since, phases[-1].until) if phases else []
    settings = [_tried(brand, records, scale, advance) for scale in SCALES]
    return Facts(
        brand, courses, outcome, focus, since, until, step, times, mentions, negative, phases, examples, settings
    )


def _focus(courses: list[Course], incident: str | None) -> Course | None:
    if incident is None:
        return max(courses, key=lambda course: (rank(course.severity), course.pages), default=None)
    for course in courses:
        if course.incident.id == incident:
            return course
    known = ", ".join(course.incident.id for course in courses) or "none"
    raise LookupError(f"no incident {incident}; there are: {known}")


def _shown(outcome: Outcome, focus: Course | None) -> tuple[int, int]:
    if focus is None:
        return outcome.since, outcome.until
    end = focus.segments[-1].until or outcome.until
    return max(outcome.since, focus.opened_at - BEFORE), min(outcome.until, end + AFTER)


def _columns(
    brand: str, records: Iterable[Batch | Tick], since: int, until: int, step: int
) -> tuple[list[int], list[int], list[int]]:
    chronicle = Chronicle(since)
    for record in records:
        if isinstance(record, Batch):
            chronicle.count(record)
    minutes, width = chronicle.minutes[brand], step * MINUTE
    times = list(range(since - since % width, until + 1, width))
    places = {time: place for place, time in enumerate(times)}
    mentions, negative = [0] * len(times), [0] * len(times)
    for at, minute in minutes.items():
        place = places.get(at - at % width)
        if place is not None:
            mentions[place] += minute.mentions
            negative[place] += minute.negative
    return times, mentions, negative


def said(records: Iterable[Batch | Tick], since: int, until: int) -> Iterator[Said]:
    """Yield the mentions published from `since` up to `until`, without it."""
    for batch in records:
        if isinstance(batch, Batch):
            columns = (batch.excerpts, batch.authors, batch.channels, batch.urls, batch.reaches, batch.compounds)
            for at, *rest in zip(batch.published, *columns, batch.labels, strict=True):
                if since <= at < until:
                    yield Said(at, *rest)


def _phases(
    brand: str, records: Sequence[Batch | Tick], focus: Course, end: int, times: list[int], negative: list[int]
) -> list[Phase]:
    opened, closed = focus.opened_at, focus.segments[-1].until or end
    worst = max(
        (place for place, at in enumerate(times) if opened <= at <= closed), key=negative.__getitem__, default=None
    )
    peak = max(opened + MINUTE, times[worst] + MINUTE if worst is not None else opened)
    stretches = (("onset", opened - 30 * MINUTE, opened), ("growth", opened, peak), ("decay", peak, closed + 1))
    return [_phase(brand, records, *stretch) for stretch in stretches if stretch[1] < stretch[2]]


def _phase(brand: str, records: Sequence[Batch | Tick], name: str, since: int, until: int) -> Phase:
    found = list(said(records, since, until))

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


def _examples(records: Sequence[Batch | Tick], since: int, until: int) -> list[Said]:
    """Return the most negative texts, one of each author and wording, those that reached most people first."""
    chosen: dict[str, Said] = {}
    authors: set[str] = set()
    for one in sorted(said(records, since, until), key=lambda one: (one.label != NEGATIVE, -one.reach, one.compound)):
        if one.text and one.text not in chosen and (not one.author or one.author not in authors):
            chosen[one.text] = one
            authors.add(one.author)
        if len(chosen) == EXAMPLES:
            break
    return list(chosen.values())


def _tried(brand: Brand, records: Sequence[Batch | Tick], scale: float, advance: Callable[[float], None]) -> Setting:
    bars = {bar: max(0.1, round(value_of(brand, bar) * scale, 2)) for bar in BARS if scale != 1}
    courses = run(Rules.of([applied(brand, bars)]), records, None).courses()
    advance(1)
    return Setting(scale, [course.opened_at for course in courses], sum(course.pages for course in courses))
