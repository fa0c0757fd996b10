"""Daily digest of a channel's brands: incidents, open verdicts, figures, and what expires."""

from __future__ import annotations

import json
from operator import add
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alerts.incidents.model import rank
from alerts.rendering import slack_blocks
from alerts.rendering import text as wording
from alerts.rendering.buttons import build_actions
from alerts.rendering.escaping import mrkdwn, slack_date
from alerts.rendering.message import Message
from config.brands.overrides import active
from detectors.engine.engine import minute_counts
from detectors.model.signal_text import format_number, format_percent
from tocsin.slack_app import commands, views
from tocsin.slack_app.modals import silence, threshold
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.engine.state import State
    from detectors.model.signal_text import Language
    from tocsin.slack_app.state import AppState

    Block = dict[str, Any]

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
BASELINE_DAYS: Final = 13
"""How many earlier days say what is usual: as many as the watch keeps."""

MIN_BASELINE_DAYS: Final = 3
VERDICT_WINDOW: Final = 7 * DAY

MAX_INCIDENTS: Final = 5
MAX_EXPIRING: Final = 3
MAX_UNJUDGED: Final = 3
MAX_JSON_CHARS: Final = 11_500
"""Characters of JSON, of the 13,000 that Slack takes."""


class DailyFigures(NamedTuple):
    """Figures of a brand's last 24 hours beside its baseline; None with too few days of history."""

    mentions: int
    negative_share: float
    expected_mentions: float | None = None
    expected_share: float | None = None


def daily_figures(state: State, until: int) -> DailyFigures:
    """Return the figures of the 24 whole hours before an instant (ms) and of the same hours of earlier days."""
    return figures_of(state, until, 24)


def figures_of(state: State, until: int, hours: int) -> DailyFigures:
    """Return the figures of some hours before an instant (ms) and of the same hours of earlier days.

    They begin with a whole hour, and end at the instant: of the hour that it is in, the minutes before it count, and of
    that hour of earlier days the same part.
    """
    running, part = until // HOUR, until % HOUR / HOUR
    first = running - hours + (part > 0)
    counted = _Totals(*map(add, state.hours.sums(first, running - 2), _latest_totals(state, running, until)))
    since = state.hours.first_hour
    days = [] if since is None else [24 * back for back in range(1, BASELINE_DAYS + 1) if first - 24 * back >= since]
    if len(days) < MIN_BASELINE_DAYS:
        return DailyFigures(round(counted.mentions), counted.negative_share)
    past = [_Totals(*state.hours.sums(first - back, running - 1 - back)) for back in days]
    past += [_Totals(*(part * one for one in state.hours.sums(running - back, running - back))) for back in days]
    usual = _Totals(*map(sum, zip(*past, strict=True)))
    return DailyFigures(
        round(counted.mentions), counted.negative_share, usual.mentions / len(days), usual.negative_share
    )


class _Totals(NamedTuple):
    """Mentions of some hours, and how many of them are negative, positive and of unknown sentiment."""

    mentions: float
    negative: float
    positive: float
    unknown: float

    @property
    def negative_share(self) -> float:
        known = self.mentions - self.unknown
        return self.negative / known if known > 0 else 0.0


def _latest_totals(state: State, running: int, until: int) -> tuple[int, ...]:
    """Return what is counted of the hour before the running one and of the running one up to an instant.

    Hours hold minutes that are closed; the latest minutes still wait for late mentions, and are counted one by one.
    """
    minutes = minute_counts(state)
    total = (0, 0, 0, 0)
    for hour, end in ((running - 1, running * HOUR), (running, until)):
        rows = [row[1:] for row in minutes if hour * HOUR <= row[0] < end]
        single: tuple[int, ...] = tuple(map(sum, zip(*rows, strict=True))) if rows else (0, 0, 0, 0)
        closed = state.hours.sums(hour, hour) if hour < running else single
        total = tuple(map(add, total, max(single, closed)))
    return total


def build_digest(
    name: str, brands: Sequence[Brand], state: AppState, counted: Mapping[str, DailyFigures], until: int
) -> Message:
    """Return the digest of a channel's brands for the 24 hours before an instant (ms); `name` identifies it."""
    language = majority_language({brand.name: brand for brand in brands})
    recent = {brand.name: _recent_incidents(brand, state, until) for brand in brands}
    heads = sorted(brands, key=lambda brand: (-_max_severity(recent[brand.name]), brand.name))
    judged = _unjudged(brands, state, until)
    total = len({one.id for incidents in recent.values() for one in incidents})
    text = translate(language, "digest_line", incidents=total, judge=len(judged))
    blocks = [views.section(translate(language, "digest_title", moment=slack_date(until, "{date_long}")) + f"\n{text}")]
    asked = _verdict_blocks(judged, language, state.web_url)
    shown = 0
    for brand in heads:
        section = views.section(_brand_text(brand, recent[brand.name], state, counted.get(brand.name), until))
        if _size([*blocks, section, *asked]) > MAX_JSON_CHARS:
            break
        blocks.append(section)
        shown += 1
    hidden = [views.context(translate(language, "home_more", count=len(heads) - shown))] if shown < len(heads) else []
    return Message(name, 0, text, [*blocks, *hidden, *asked])


def _recent_incidents(brand: Brand, state: AppState, until: int) -> list[Incident]:
    """Return the brand's incidents that opened in the 24 hours or are still open, the most severe first."""
    found = [
        one for one in state.incident_view.incidents.values() if brand.name in one.all_brands and one.opened_at < until
    ]
    found = [one for one in found if one.opened_at >= until - DAY or one.status != "resolved"]
    return sorted(found, key=lambda one: (-rank(one.severity), one.opened_at))


def _unjudged(brands: Sequence[Brand], state: AppState, until: int) -> list[Incident]:
    """Return the resolved incidents without a verdict, the latest first."""
    names = {brand.name for brand in brands}
    over = [
        one
        for one in state.incident_view.incidents.values()
        if one.brand in names and one.verdict is None and not one.kind
    ]
    found = [one for one in over if one.resolved_at is not None and until - VERDICT_WINDOW <= one.resolved_at < until]
    return sorted(found, key=lambda one: (-one.opened_at, one.id))


def _max_severity(incidents: Sequence[Incident]) -> int:
    return max((1 + rank(one.severity) for one in incidents), default=0)


def _brand_text(
    brand: Brand, incidents: Sequence[Incident], state: AppState, counted: DailyFigures | None, until: int
) -> str:
    language, shown = brand.language, incidents[:MAX_INCIDENTS]
    lines = [f"*{mrkdwn(brand.name, 60)}* {_figures_text(counted, language)}"]
    lines += [f"• {mrkdwn(wording.headline(one, language), 130)} · {_incident_text(one, language)}" for one in shown]
    if len(incidents) > len(shown):
        lines.append(translate(language, "home_more", count=len(incidents) - len(shown)))
    lines += [f"⏳ {said}" for said in _expiring(brand, state, until)[:MAX_EXPIRING]]
    return "\n".join(lines)


def _incident_text(incident: Incident, language: Language) -> str:
    """Return an incident's status, or how long it lasted."""
    if incident.resolved_at is None:
        return commands.status_text(incident, language)
    start, end = (slack_date(at, "{date_short_pretty} {time}") for at in (incident.opened_at, incident.resolved_at))
    span = wording.format_duration(incident.resolved_at - incident.opened_at, language)
    return wording.translate(language, "lasted", start=start, end=end, span=span)


def _figures_text(counted: DailyFigures | None, language: Language) -> str:
    if counted is None:
        return translate(language, "digest_nothing")
    said = {
        "count": format_number(counted.mentions, language),
        "share": format_percent(counted.negative_share, language),
    }
    if counted.expected_mentions is None or counted.expected_share is None:
        return translate(language, "digest_figures_new", **said)
    usual = {
        "usual": format_number(counted.expected_mentions, language),
        "usual_share": format_percent(counted.expected_share, language),
    }
    return translate(language, "digest_figures", **said, **usual)


def _expiring(brand: Brand, state: AppState, until: int) -> list[str]:
    """Return the silences and overrides that expire within a day."""
    silences = [one for one in state.silences.active(brand.name, until) if one.ends_at <= until + DAY]
    overrides = active(state.registry.with_overrides(brand.name).overrides, until)
    ending = [one for one in overrides if one.until is not None and one.until <= until + DAY]
    return [
        *(silence.describe(one, brand.language) for one in silences),
        *(threshold.describe(one, brand) for one in ending),
    ]


def _verdict_blocks(judged: Sequence[Incident], language: Language, web: str) -> list[Block]:
    """Return the incidents without a verdict, each with its buttons."""
    blocks = [views.section(f"*{translate(language, 'digest_judge')}*")] if judged else []
    for incident in judged[:MAX_UNJUDGED]:
        blocks += [
            views.section(mrkdwn(wording.headline(incident, language), 130)),
            slack_blocks.render_actions(build_actions(incident, language, web)),
        ]
    left = len(judged) - MAX_UNJUDGED
    return blocks + ([views.context(translate(language, "home_more", count=left))] if left > 0 else [])


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks))
