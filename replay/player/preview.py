"""Preview of other thresholds for one brand: figures, and one sentence for a person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any, Final

from alerts.rendering.text import format_duration
from replay.player.compare import Comparison, compare
from replay.player.policy_set import PolicySet
from replay.player.result import replay
from streams.stages.event_time import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.brands.model import Brand, Language
    from mentions.model.batches import Batch, Tick
    from replay.player.compare import Change
    from replay.player.result import IncidentTimeline, ReplayResult

NAMED: Final = 3
"""How many alerts a sentence names one by one."""

_DAYS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
_NOTHING: Final[dict[Language, str]] = {
    "en": "no alert either way",
    "fr": "aucune alerte, ni avant ni après",
}
_SAME: Final[dict[Language, str]] = {"en": "the same", "fr": "sans changement"}
_INSTEAD: Final[dict[Language, str]] = {"en": "{after} instead of {before}", "fr": "{after} au lieu de {before}"}
_KINDS: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "later": "the one of {at} would have come {gap} later",
        "earlier": "the one of {at} would have come {gap} sooner",
        "lost": "the one of {at} would not have come",
        "merged": "the one of {at} would have been part of another, open since {since}",
        "gained": "one more would have come on {at}",
    },
    "fr": {
        "later": "celle de {at} serait venue {gap} plus tard",
        "earlier": "celle de {at} serait venue {gap} plus tôt",
        "lost": "celle de {at} ne serait pas venue",
        "merged": "celle de {at} aurait fait partie d’une autre, ouverte depuis {since}",
        "gained": "une de plus serait venue {at}",
    },
}
_MORE: Final[dict[Language, str]] = {"en": "{n} more differ", "fr": "{n} autres diffèrent"}


@dataclass(frozen=True)
class Preview:
    """What two settings of one brand make of the same mentions. An alert is an incident that is notified."""

    comparison: Comparison
    alerts_before: int  # alerts
    alerts_after: int
    current: ReplayResult  # what came of the brand as configured now

    @property
    def mentions(self) -> int:
        """Return how many mentions there were."""
        return self.current.mentions

    def sentence(self, language: Language = "en", zone: tzinfo = UTC) -> str:
        """Return the change in one sentence; instants as the clock of `zone` shows them.

        `3 alerts instead of 5; the one of Tuesday 14:05 would have come 11 min later; ….`
        """
        if not self.alerts_before and not self.alerts_after:
            return f"{_NOTHING[language].capitalize()}."
        same = self.alerts_before == self.alerts_after
        counts = _counted(self.alerts_after, _alerts(language))
        if not same:
            counts = _INSTEAD[language].format(after=counts, before=self.alerts_before)
        told = [change for change in self.comparison.changes if change.kind != "unchanged"]
        told.sort(key=lambda change: change.at)
        parts = [counts, *(_spelled(change, language, zone) for change in told[:NAMED])]
        if len(told) > NAMED:
            parts.append(_MORE[language].format(n=len(told) - NAMED))
        if self.comparison.pages_before != self.comparison.pages_after:
            pages = _counted(self.comparison.pages_after, ("page", "pages"))
            parts.append(_INSTEAD[language].format(after=pages, before=self.comparison.pages_before))
        if len(parts) == 1 and same:
            parts.append(_SAME[language])
        return f"{'; '.join(parts)}."

    def record(self) -> dict[str, Any]:
        """Return the preview as JSON data, both sentences included."""
        return {
            "alerts_before": self.alerts_before,
            "alerts_after": self.alerts_after,
            "mentions": self.mentions,
            "sentence": {"en": self.sentence("en"), "fr": self.sentence("fr")},
            "comparison": self.comparison.record(),
        }


def preview(
    brand: Brand, proposed: Brand, source: Sequence[Batch | Tick], since: int = 0, known: ReplayResult | None = None
) -> Preview:
    """Return what `proposed` would have done in place of `brand`.

    Args:
        brand: as configured now.
        proposed: the same brand with other thresholds.
        source: the brand's scored mentions and ticks in the order of `mentions.scored`; nothing is scored again. What
            is usual is learned from them too: give some days more than the preview is about.
        since: from when on alerts count (ms); 0: all.
        known: what came of `brand` on the same source, where that was asked before (`Preview.today`): half the time.
    """
    before = replay(PolicySet.of([brand]), source, None) if known is None else known
    after = replay(PolicySet.of([proposed]), source, None)
    opened = [_since(outcome, since) for outcome in (before, after)]
    whole = compare(before, after)
    kept = replace(
        whole,
        changes=tuple(change for change in whole.changes if change.at >= since),
        pages_before=sum(course.pages for course in opened[0]),
        pages_after=sum(course.pages for course in opened[1]),
    )
    return Preview(kept, len(opened[0]), len(opened[1]), before)


def _since(outcome: ReplayResult, since: int) -> list[IncidentTimeline]:
    return [course for course in outcome.timelines() if course.opened_at >= since]


def _spelled(change: Change, language: Language, zone: tzinfo) -> str:
    at, kinds = _moment(change.at, language, zone), _KINDS[language]
    if change.merged_into is not None:
        return kinds["merged"].format(at=at, since=_moment(change.merged_into.opened_at, language, zone))
    return kinds[change.kind].format(
        at=at, gap=format_duration(round(abs(change.minutes_later or 0) * MINUTE), language)
    )


def _moment(ms: int, language: Language, zone: tzinfo) -> str:
    at = datetime.fromtimestamp(ms / 1000, zone)
    return f"{_DAYS[language][at.weekday()]} {at:%H:%M}"


def _alerts(language: Language) -> tuple[str, str]:
    return ("alert", "alerts") if language == "en" else ("alerte", "alertes")


def _counted(number: float, words: tuple[str, str]) -> str:
    return f"{number:g} {words[0] if number == 1 else words[1]}"
