"""What is there to say of a channel's brands once a day? Incidents, what is to be judged, figures, what runs out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alerts.delivery.ports import Message
from alerts.incidents.model import rank
from alerts.rendering import buttons
from alerts.rendering import text as wording
from alerts.rendering.escaping import moment, mrkdwn
from config.brands.overrides import in_force
from detectors.model.text import number, percent
from tocsin.slack_app import commands, views
from tocsin.slack_app.modals import silence, threshold
from tocsin.slack_app.text import common, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.engine.state import State
    from detectors.model.text import Language
    from tocsin.slack_app.state import Known

    Block = dict[str, Any]

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
DAYS: Final = 13
"""How many earlier days say what is usual: as many as the watch keeps."""

LEAST_DAYS: Final = 3
JUDGED_WITHIN: Final = 7 * DAY

INCIDENTS: Final = 5
RUNNING_OUT: Final = 3
TO_JUDGE: Final = 3
ROOM: Final = 11_500
"""Characters of JSON, of the 13,000 that Slack takes."""


class Figures(NamedTuple):
    """A brand's last 24 hours, and what is usual in 24 hours; None where too few days are known."""

    mentions: int
    negative_share: float
    usual_mentions: float | None = None
    usual_share: float | None = None


def figures(state: State, until: int) -> Figures:
    """Return the figures of the 24 whole hours before an instant (ms), the same hours of earlier days beside them."""
    last = until // HOUR - 1
    first = last - 23
    mentions, share = _day(state, first, last)
    since = state.hours.since
    days = [] if since is None else [back for back in range(1, DAYS + 1) if first - 24 * back >= since]
    if len(days) < LEAST_DAYS:
        return Figures(mentions, share)
    past = [_day(state, first - 24 * back, last - 24 * back) for back in days]
    total = sum(count for count, _ in past)
    negative = sum(count * part for count, part in past)
    return Figures(mentions, share, total / len(past), negative / total if total else 0.0)


def _day(state: State, first: int, last: int) -> tuple[int, float]:
    mentions, negative, _, unknown = state.hours.sums(first, last)
    return mentions, negative / (mentions - unknown) if mentions > unknown else 0.0


def digest(name: str, brands: Sequence[Brand], known: Known, counted: Mapping[str, Figures], until: int) -> Message:
    """Return the message of a channel's brands about the 24 hours before an instant (ms); `name` finds it again."""
    language = common({brand.name: brand for brand in brands})
    recent = {brand.name: _recent(brand, known, until) for brand in brands}
    heads = sorted(brands, key=lambda brand: (-_gravity(recent[brand.name]), brand.name))
    judged = _to_judge(brands, known, until)
    total = len({one.id for incidents in recent.values() for one in incidents})
    text = say(language, "digest_line", incidents=total, judge=len(judged))
    blocks = [views.section(say(language, "digest_title", moment=moment(until, "{date_long}")) + f"\n{text}")]
    asked = _asked(judged, language, known.web)
    shown = 0
    for brand in heads:
        section = views.section(_about(brand, recent[brand.name], known, counted.get(brand.name), until))
        if _size([*blocks, section, *asked]) > ROOM:
            break
        blocks.append(section)
        shown += 1
    hidden = [views.context(say(language, "home_more", count=len(heads) - shown))] if shown < len(heads) else []
    return Message(name, 0, text, [*blocks, *hidden, *asked])


def _recent(brand: Brand, known: Known, until: int) -> list[Incident]:
    """Return the brand's incidents that opened in the 24 hours or are open still, the gravest first."""
    found = [one for one in known.ledger.incidents.values() if brand.name in one.all_brands and one.opened_at < until]
    found = [one for one in found if one.opened_at >= until - DAY or one.status != "resolved"]
    return sorted(found, key=lambda one: (-rank(one.severity), one.opened_at))


def _to_judge(brands: Sequence[Brand], known: Known, until: int) -> list[Incident]:
    """Return what is over and was not judged, the latest first."""
    names = {brand.name for brand in brands}
    over = [
        one
        for one in known.ledger.incidents.values()
        if one.brand in names and one.verdict is None and one.kind != "silence"
    ]
    found = [one for one in over if one.resolved_at is not None and until - JUDGED_WITHIN <= one.resolved_at < until]
    return sorted(found, key=lambda one: (-one.opened_at, one.id))


def _gravity(incidents: Sequence[Incident]) -> int:
    return max((1 + rank(one.severity) for one in incidents), default=0)


def _about(brand: Brand, incidents: Sequence[Incident], known: Known, counted: Figures | None, until: int) -> str:
    language, shown = brand.language, incidents[:INCIDENTS]
    lines = [f"*{mrkdwn(brand.name, 60)}* {_figures(counted, language)}"]
    lines += [f"• {mrkdwn(wording.line(one, language), 130)} · {_state(one, language)}" for one in shown]
    if len(incidents) > len(shown):
        lines.append(say(language, "home_more", count=len(incidents) - len(shown)))
    lines += [f"⏳ {said}" for said in _running_out(brand, known, until)[:RUNNING_OUT]]
    return "\n".join(lines)


def _state(incident: Incident, language: Language) -> str:
    """Return in whose hands an incident is, or how long it lasted."""
    if incident.resolved_at is None:
        return commands.state(incident, language)
    start, end = (moment(at, "{date_short_pretty} {time}") for at in (incident.opened_at, incident.resolved_at))
    span = wording.span(incident.resolved_at - incident.opened_at, language)
    return wording.say(language, "lasted", start=start, end=end, span=span)


def _figures(counted: Figures | None, language: Language) -> str:
    if counted is None:
        return say(language, "digest_nothing")
    said = {"count": number(counted.mentions, language), "share": percent(counted.negative_share, language)}
    if counted.usual_mentions is None or counted.usual_share is None:
        return say(language, "digest_figures_new", **said)
    usual = {
        "usual": number(counted.usual_mentions, language),
        "usual_share": percent(counted.usual_share, language),
    }
    return say(language, "digest_figures", **said, **usual)


def _running_out(brand: Brand, known: Known, until: int) -> list[str]:
    """Return the silences and the overrides that end within a day."""
    silences = [one for one in known.silenced.running(brand.name, until) if one.until <= until + DAY]
    overrides = in_force(known.directory.governed(brand.name).overrides, until)
    ending = [one for one in overrides if one.until is not None and one.until <= until + DAY]
    return [
        *(silence.described(one, brand.language) for one in silences),
        *(threshold.described(one, brand) for one in ending),
    ]


def _asked(judged: Sequence[Incident], language: Language, web: str) -> list[Block]:
    """Return what is to be judged, each with its buttons."""
    blocks = [views.section(f"*{say(language, 'digest_judge')}*")] if judged else []
    for incident in judged[:TO_JUDGE]:
        blocks += [views.section(mrkdwn(wording.line(incident, language), 130)), buttons.row(incident, language, web)]
    left = len(judged) - TO_JUDGE
    return blocks + ([views.context(say(language, "home_more", count=left))] if left > 0 else [])


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks))
