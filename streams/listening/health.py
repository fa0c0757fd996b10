"""Health of a source: whether it is heard, since when, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from sources.budget import BudgetLine, amount_text
from streams.kafka import reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.signal_text import Language
    from streams.kafka.connection import Connection
    from streams.kafka.topics import Topics

State = Literal["active", "silent", "failing", "resting", "starting", "stopped"]

SILENT_AFTER: Final = 6.0
"""A source is silent once nothing new came for this many times its usual gap."""

LEAST_SILENCE: Final = 1_800.0
"""Seconds: a shorter silence is none."""

LEARNT_GAPS: Final = 10
"""Gaps after which the usual one is known."""

REPORT_INTERVAL: Final = 15_000
"""Milliseconds between two reports of a source whose state does not change."""

STALE: Final = 40_000
"""Milliseconds after which the word of a listener counts no longer: it has stopped."""


_ACTIVE: Final[dict[Language, str]] = {
    "en": "{active} of {total} sources active",
    "fr": "{active} source{plural} active{plural} sur {total}",
}
_SILENT: Final[dict[Language, str]] = {
    "en": "silent for {quiet}, usually every {usual}",
    "fr": "silencieuse depuis {quiet}, d’habitude toutes les {usual}",
}
_UNREPORTED: Final = "no listener reports: is `tocsin listen` running?"


class SourceHealth(msgspec.Struct, frozen=True):
    """What is known of a source. Instants in ms, 0 where there was none."""

    source: str
    brands: list[str]
    state: State
    reason: str = ""
    at: int = 0
    last_success: int = 0
    last_news: int = 0
    sent: int = 0  # mentions since the listener started
    rejected: int = 0
    usual_gap: float = 0.0  # seconds
    budget: list[BudgetLine] = []  # what is left of each limit
    severity: str = "info"  # of the incident when it is not heard, "off" for none
    asked_since: int = 0  # when the listener first asked it

    @property
    def active_until(self) -> int:
        """Return when it was last active: by news where it is silent, else by an answer, or by its listener."""
        if self.state == "silent":
            return self.last_news
        return self.at if self.state == "stopped" else self.last_success or self.asked_since or self.at

    def seen_at(self, now: int) -> SourceHealth:
        """Return it as it must be read at `now`: what a listener said long ago is no news of health."""
        if now - self.at <= STALE:
            return self
        return msgspec.structs.replace(self, state="stopped", reason=_UNREPORTED)


_decode = msgspec.json.Decoder(SourceHealth).decode


def decode(raw: bytes) -> SourceHealth | None:
    """Return a stored word on a source, None where it is none."""
    try:
        return _decode(raw)
    except msgspec.DecodeError:
        return None


def is_news(before: SourceHealth, now: SourceHealth) -> bool:
    """Return whether health must be published: it changed, or the last report is old."""
    return (before.state, before.reason) != (now.state, now.reason) or now.at - before.at >= REPORT_INTERVAL


def is_silent(now: int, last_news: int, usual_gap: float, gaps: int) -> bool:
    """Return whether a source that answers has brought nothing for far longer than it usually does.

    >>> is_silent(10_000_000, 1, 180.0, 50), is_silent(10_000_000, 9_000_000, 180.0, 50)
    (True, False)
    """
    if gaps < LEARNT_GAPS or not last_news:
        return False
    return now - last_news > 1000 * max(SILENT_AFTER * usual_gap, LEAST_SILENCE)


def read(connection: Connection, topics: Topics, now: int) -> list[SourceHealth]:
    """Return the health of every source, by name. Blocks.

    Raises:
        BrokerError: no broker answers, or the topic is missing.
    """
    stored = map(decode, reader.latest(connection, topics.source_health.name).values())
    return sorted((health.seen_at(now) for health in stored if health is not None), key=lambda health: health.source)


def coverage(sources: Iterable[SourceHealth], now: int, language: Language = "en") -> str:
    """Return one line on what is heard, "" without sources.

    >>> fine, wrong = SourceHealth("feed a", ["A"], "active"), SourceHealth("feed b", ["A"], "failing", "answers 500")
    >>> coverage([fine, wrong], 0)
    '1 of 2 sources active; feed b: answers 500'
    """
    known = list(sources)
    if not known:
        return ""
    wrong = [f"{one.source}: {trouble(one, now, language)}" for one in known if one.state not in {"active", "starting"}]
    active, separator = len(known) - len(wrong), " ; " if language == "fr" else "; "
    plural = "s" if active > 1 else ""
    return separator.join([_ACTIVE[language].format(active=active, total=len(known), plural=plural), *wrong])


def trouble(health: SourceHealth, now: int, language: Language = "en") -> str:
    """Return what is wrong with a source that is not heard."""
    if health.state != "silent":
        return health.reason or health.state
    quiet = span((now - health.last_news) / 1000)
    return _SILENT[language].format(quiet=quiet, usual=span(health.usual_gap))


def budget_left(lines: Iterable[BudgetLine]) -> str:
    """Return what is left of the budgets.

    >>> budget_left([BudgetLine("day", "requests", 940, 1000), BudgetLine("month", "euros", 28.1, 30)])
    '940 requests today, €28.10 this month'
    """
    periods = {"day": "today", "month": "this month"}
    return ", ".join(f"{amount_text(one.unit, one.left)} {periods[one.period]}" for one in lines)


def allowed(lines: Iterable[BudgetLine]) -> str:
    """Return what the budgets allow.

    >>> allowed([BudgetLine("day", "requests", 940, 1000), BudgetLine("month", "euros", 28.1, 30)])
    '1,000 requests a day, €30.00 a month'
    """
    return ", ".join(f"{amount_text(one.unit, one.limit)} a {one.period}" for one in lines)


def span(seconds: float) -> str:
    """Return a time in minutes, or in hours from two on.

    >>> span(180), span(9000)
    ('3 min', '2 h')
    """
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"  # noqa: PLR2004  two hours
