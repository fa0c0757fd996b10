"""Compares two replays: incidents gained, lost, earlier, later, and the pages that go with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from alerts.rendering.event_log import format_instant
from streams.stages.event_time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.player.result import IncidentTimeline, ReplayResult

Kind = Literal["lost", "later", "gained", "earlier", "unchanged"]
KINDS: Final[tuple[Kind, ...]] = ("lost", "later", "gained", "earlier", "unchanged")
"""What becomes of an incident, what needs a look first."""

MAX_OPENING_GAP: Final = 12 * 60 * MINUTE
"""How far apart (ms) two openings of one incident lie at most: no count is held against a window longer than that."""

_WORDS: Final[dict[Kind, str]] = {
    "lost": "not found any more",
    "later": "found later",
    "gained": "found besides",
    "earlier": "found earlier",
    "unchanged": "found at the same instant",
}


@dataclass(frozen=True)
class Change:
    """One incident under both rules; `before` is None where it is gained, `after` where it is lost.

    A lost incident may be part of another one `after`: `merged_into` one that was open at its opening.
    """

    before: IncidentTimeline | None
    after: IncidentTimeline | None
    merged_into: IncidentTimeline | None = None

    @property
    def kind(self) -> Kind:
        """Return what becomes of it."""
        if self.before is None or self.after is None:
            return "gained" if self.before is None else "lost"
        gap = self.after.opened_at - self.before.opened_at
        return "unchanged" if gap == 0 else "earlier" if gap < 0 else "later"

    @property
    def minutes_later(self) -> float | None:
        """Return how many minutes later it is found, negative where earlier; None where one side has it not."""
        if self.before is None or self.after is None:
            return None
        return round((self.after.opened_at - self.before.opened_at) / MINUTE, 1)

    @property
    def extra_pages(self) -> int:
        """Return how many pages more."""
        return _pages(self.after) - _pages(self.before)

    @property
    def brand(self) -> str:
        """Return whose incident it is."""
        return self._either.incident.brand

    @property
    def at(self) -> int:
        """Return when it opened: before where it was found then, else after (ms)."""
        return self._either.opened_at

    @property
    def _either(self) -> IncidentTimeline:
        course = self.before or self.after
        assert course is not None
        return course

    def record(self) -> dict[str, Any]:
        """Return the change as JSON data."""
        return {
            "change": self.kind,
            "brand": self.brand,
            "minutes": self.minutes_later,
            "pages": self.extra_pages,
            "before": _timeline_record(self.before),
            "after": _timeline_record(self.after),
            "merged_into": None if self.merged_into is None else self.merged_into.incident.id,
        }

    def __str__(self) -> str:
        """Return `2026-03-02 10:15  Halden  warning  found earlier by 11 minutes, 1 page more`."""
        severities = [course.severity for course in (self.before, self.after) if course is not None]
        severity = severities[0] if len(set(severities)) == 1 else " → ".join(severities)
        gap = (
            ""
            if not self.minutes_later
            else f" by {abs(self.minutes_later):g} {_plural(abs(self.minutes_later), 'minute')}"
        )
        merged = "" if self.merged_into is None else f", part of one open since {_minute(self.merged_into)}"
        found = f"{_WORDS[self.kind]}{gap}{merged}"
        return f"{_minute(self._either)}  {self.brand}  {severity}  {found}, {_more(self.extra_pages)}"


@dataclass(frozen=True)
class Comparison:
    """All incidents under both rules, what needs a look first; each brand's in the order in which they opened."""

    changes: tuple[Change, ...]
    pages_before: int
    pages_after: int
    weeks: float  # of event time

    def of(self, kind: Kind) -> list[Change]:
        """Return the changes of one kind."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def differs(self) -> bool:
        """Tell whether anything is found at another instant, or pages otherwise."""
        return any(change.kind != "unchanged" or change.extra_pages for change in self.changes)

    def record(self) -> dict[str, Any]:
        """Return the comparison as JSON data."""
        return {
            **{kind: len(self.of(kind)) for kind in KINDS},
            "pages_before": self.pages_before,
            "pages_after": self.pages_after,
            "weeks": round(self.weeks, 3),
            "incidents": [change.record() for change in self.changes],
        }

    def sentence(self) -> str:
        """Return the change in one sentence."""
        parts = [f"{len(found)} {_WORDS[kind]}" for kind in KINDS if (found := self.of(kind))]
        pages = f"{self.pages_after} {_plural(self.pages_after, 'page')} instead of {self.pages_before}"
        return f"{', '.join(parts) or 'no incident either way'}; {pages}."

    def lines(self) -> list[str]:
        """Return the comparison as text: the sentence, then one line an incident."""
        return [self.sentence(), *(str(change) for change in self.changes)]

    def markdown(self) -> str:
        """Return the comparison as Markdown, for a comment on a pull request."""
        rows = [_row(change) for change in self.changes if change.kind != "unchanged" or change.extra_pages]
        head = ["| | brand | opened | now opens | minutes | pages |", "| --- | --- | --- | --- | ---: | ---: |"]
        return "\n".join([self.sentence(), *(["", *head, *rows] if rows else [])])


def compare(before: ReplayResult, after: ReplayResult) -> Comparison:
    """Return what differs in `after`.

    Incidents of one brand that overlap in time are the same one if they opened within MAX_OPENING_GAP.
    """
    courses = before.timelines(), after.timelines()
    brands = sorted({course.incident.brand for course in [*courses[0], *courses[1]]})
    by_brand = [_by_brand(side) for side in courses]
    ends = max(before.until, after.until)
    changes = [change for brand in brands for change in _pair(by_brand[0][brand], by_brand[1][brand], ends)]
    changes.sort(key=lambda change: (KINDS.index(change.kind), change.brand, change.at))
    pages = [sum(course.pages for course in side) for side in courses]
    since = min([instant for instant in (before.since, after.since) if instant], default=0)
    return Comparison(tuple(changes), pages[0], pages[1], (ends - since) / (7 * 24 * 60 * MINUTE))


def _by_brand(courses: Iterable[IncidentTimeline]) -> dict[str, list[IncidentTimeline]]:
    found: dict[str, list[IncidentTimeline]] = defaultdict(list)
    for course in courses:
        found[course.incident.brand].append(course)
    return found


def _pair(before: Sequence[IncidentTimeline], after: Sequence[IncidentTimeline], ends: int) -> list[Change]:
    """Pair the incidents of one brand, those that share the longest stretch first."""
    shared = [
        (-_overlap(old, new, ends), abs(old.opened_at - new.opened_at), i, j)
        for i, old in enumerate(before)
        for j, new in enumerate(after)
        if _overlap(old, new, ends) >= 0 and abs(old.opened_at - new.opened_at) <= MAX_OPENING_GAP
    ]
    partner: dict[int, int] = {}
    for _, _, i, j in sorted(shared):
        if i not in partner and j not in partner.values():
            partner[i] = j
    kept = [
        Change(old, after[partner[i]]) if i in partner else Change(old, None, _merged_into(old, after, ends))
        for i, old in enumerate(before)
    ]
    return kept + [Change(None, new) for j, new in enumerate(after) if j not in partner.values()]


def _overlap(old: IncidentTimeline, new: IncidentTimeline, ends: int) -> int:
    """Return how long (ms) both were open at once; below 0 where they never were."""
    return max(
        min(_until(a.until, ends), _until(b.until, ends)) - max(a.since, b.since)
        for a in old.open_periods
        for b in new.open_periods
    )


def _merged_into(lost: IncidentTimeline, others: Iterable[IncidentTimeline], ends: int) -> IncidentTimeline | None:
    """Return the incident that was open already when this one opened."""
    at = lost.opened_at
    return next((one for one in others if any(a <= at < _until(b, ends) for a, b in one.open_periods)), None)


def _until(instant: int | None, ends: int) -> int:
    return ends if instant is None else instant


def _pages(course: IncidentTimeline | None) -> int:
    return 0 if course is None else course.pages


def _timeline_record(course: IncidentTimeline | None) -> dict[str, Any] | None:
    if course is None:
        return None
    return {
        "incident": course.incident.id,
        "severity": course.severity,
        "opened": format_instant(course.opened_at),
        "pages": course.pages,
        "segments": [
            [format_instant(part.since), None if part.until is None else format_instant(part.until)]
            for part in course.open_periods
        ],
    }


def _row(change: Change) -> str:
    old, new = ("–" if side is None else _minute(side) for side in (change.before, change.after))
    new = new if change.merged_into is None else f"in {_minute(change.merged_into)}"
    gap = "" if change.minutes_later is None else f"{change.minutes_later:+g}"
    return f"| {change.kind} | {_cell(change.brand)} | {old} | {new} | {gap} | {change.extra_pages:+d} |"


def _minute(course: IncidentTimeline) -> str:
    return format_instant(course.opened_at)[:16].replace("T", " ")


def _cell(text: str) -> str:
    """Return text from outside as it may stand in a table of a comment: it starts no markup and notifies nobody."""
    return "".join(f"&#{ord(sign)};" if sign in "|<>&@#[]()*_`~\\!:" or sign < " " else sign for sign in text)


def _more(pages: int) -> str:
    if not pages:
        return "no page more or less"
    return f"{abs(pages)} {_plural(abs(pages), 'page')} {'more' if pages > 0 else 'fewer'}"


def _plural(count: float, noun: str) -> str:
    return noun if count == 1 else f"{noun}s"
