"""What does an incident look like? A card in Block Kit, within Slack's limits for any input; the text first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.delivery.ports import Message
from alerts.incidents.findings import primary, ratio
from alerts.incidents.model import NO_DATA, SYSTEM_USER
from alerts.oncall.escalation_targets import NEXT_ON_CALL, ON_CALL, external_target, step_at
from alerts.rendering import chart_data
from alerts.rendering import text as wording
from alerts.rendering.blocks import Block, context, fields, truncate_to_limits, header, image, section
from alerts.rendering.buttons import action_row
from alerts.rendering.escaping import slack_link, mention, slack_date, mrkdwn, slack_user
from alerts.rendering.text import translate, format_duration
from detectors.model.text import format_number, format_percent

if TYPE_CHECKING:
    from alerts.delivery.ports import Chart, Route
    from alerts.incidents.model import Finding, Incident, Notification
    from detectors.model.signal import Coverage, Contributors, Example
    from detectors.model.text import Language

FINDINGS: Final = 6
LISTED: Final = 5
BRANDS: Final = 30
EXAMPLES: Final = 3
NOTE_CHARS: Final = 500
BARS: Final = "▁▂▃▄▅▆▇█"
SPARKLINE_BARS: Final = 16
TREND: Final = 10 * 60_000
"""How far back (ms) growth is measured."""


def message(
    notification: Notification, route: Route, *, page: bool, plain: bool = False, picture: Chart | None = None
) -> Message:
    """Return the incident's card, with a mention of the on-call manager if it pages; `plain` is bare text.

    `picture` is the chart, where one is uploaded.
    """
    incident, language = notification.incident, wording.supported_language(route.language)
    line = wording.headline(incident, language)
    call = translate(language, "page", mention=route.mention) if page and route.mention else ""
    if plain:
        return Message(incident.id, incident.revision, f"{_fallback(line)} {call}".rstrip(), [])
    top: list[tuple[int, Block]] = [(0, header(line))]
    if call:
        top.append((0, section(call)))
    body = _body(incident, language, picture)
    end: list[tuple[int, Block]] = [(0, action_row(incident, language, route.web_url))] if route.buttons else []
    return Message(incident.id, incident.revision, _fallback(line), truncate_to_limits(top + body[:-1] + end + body[-1:]))


def reply(notification: Notification, route: Route, *, page: bool) -> Message:
    """Return what is posted in the thread: one sentence, with a mention if it pages."""
    incident, language = notification.incident, wording.supported_language(route.language)
    entry = incident.history[-1] if incident.history else None
    acted = entry is not None and entry.actor != SYSTEM_USER and notification.reason != "updated"
    who = slack_user(entry.actor) if entry and acted else ""
    text = mrkdwn(entry.text, NOTE_CHARS) if entry and acted else ""
    if notification.step is not None and entry:
        text = mrkdwn(entry.text, NOTE_CHARS)
    called = route.mention if notification.step is None else _step_mention(notification.step, route)
    fact = mrkdwn(wording.notification_text(notification, language), 200)
    whom = "" if notification.step is None else _whom(notification.step, route, language)
    brand = mrkdwn(incident.findings[notification.detector].signal.brand, 60)
    said = wording.reply_text(notification, language, fact=fact, who=who, text=text, whom=whom, brand=brand)
    calls = [section(translate(language, "page", mention=called))] if page and called else []
    return Message(incident.id, incident.revision, said, [*calls, section(said)])


def _step_mention(step: int, route: Route) -> str:
    """Return the mention of whom a step of the escalation calls in Slack; none where it leads outside."""
    named = step_at(route.steps, step)
    if external_target(named):
        return ""
    return {ON_CALL: route.mention, NEXT_ON_CALL: route.next_mention or route.mention}.get(named) or mention((named,))


def _whom(step: int, route: Route, language: Language) -> str:
    target = external_target(step_at(route.steps, step))
    if target is None:
        return _step_mention(step, route)
    return translate(language, f"outside_{target.notifier}", address=mrkdwn(target.address, 60))


def _fallback(line: str) -> str:
    """Return the line for a lock screen, where Slack reads mrkdwn."""
    return mrkdwn(line, wording.HEADLINE_CHARS)


def _body(incident: Incident, language: Language, picture: Chart | None) -> list[tuple[int, Block]]:
    """Return the blocks below the headline, each with the order in which room is given."""
    lead = primary(incident.findings.values())
    drivers = lead.signal.contributors
    body = [(0, context(_state(incident, lead, language))), (1, fields(_facts(incident, lead, language)))]
    if len(incident.affected_brands) > 1:
        body.append((1, section(_brands(incident, language))))
    body += [(2, section(text)) for text in [_contributors(drivers, language)] if text]
    body += [(3, section(_example(example, language))) for example in drivers.examples[:EXAMPLES]]
    if picture is not None:
        body.append((3, image(picture.file, chart_data.title(picture, language), picture.alt)))
    if incident.status != "resolved" and incident.kind != NO_DATA:
        body.append((4, context(_counterfactual(lead, language))))
    if lead.signal.coverage is not None:
        body.append((4, context(_covered(lead.signal.coverage, language))))
    body.append((1, context(f"`{incident.id}`")))
    return body


def _state(incident: Incident, lead: Finding, language: Language) -> str:
    """Return what stands where: state, since when, how fast it grows, who has it in hand."""
    parts = [f"*{translate(language, 'status_' + incident.status)}*", _lasting(incident, language)]
    growth = None if incident.status == "resolved" else _growth(lead)
    if growth is not None:
        parts.append(translate(language, "grows", ratio=format_number(growth[0], language), span=format_duration(growth[1], language)))
    if incident.acknowledged_by is not None and incident.acknowledged_at is not None:
        parts.append(_acknowledged(incident.acknowledged_by, incident.acknowledged_at, language))
    if incident.snoozed_until is not None and incident.snoozed_until > incident.updated_at:
        parts.append(
            translate(language, "snoozed_until", moment=slack_date(incident.snoozed_until, "{date_short_pretty} {time}"))
        )
    if incident.verdict is not None:
        parts.append(translate(language, f"verdict_{incident.verdict}"))
    if incident.reopen_count:
        parts.append(translate(language, "reopened", count=incident.reopen_count))
    return " · ".join(parts)


def _acknowledged(who: str, at: int, language: Language) -> str:
    return translate(language, "acknowledged_by", who=slack_user(who), moment=slack_date(at, "{time}"))


def _lasting(incident: Incident, language: Language) -> str:
    start = slack_date(incident.opened_at, "{date_short_pretty} {time}")
    if incident.resolved_at is None:
        return translate(language, "since", moment=start)
    length = format_duration(incident.resolved_at - incident.opened_at, language)
    return translate(language, "lasted", start=start, end=slack_date(incident.resolved_at, "{time}"), span=length)


def _growth(finding: Finding) -> tuple[float, int] | None:
    """Return how many times the earlier level is reached, and how long ago (ms) that was."""
    latest, now = finding.recent_values[-1]
    earlier = [(at, then) for at, then in finding.recent_values if at >= latest - TREND and then > 0]
    if not earlier or earlier[0][0] == latest or now / earlier[0][1] < 1.1:  # noqa: PLR2004  below, it stands still
        return None
    return now / earlier[0][1], latest - earlier[0][0]


def _facts(incident: Incident, lead: Finding, language: Language) -> list[str]:
    """Return the figures of each detector with the usual beside them, the leading one first."""
    others = sorted(
        (finding for finding in incident.findings.values() if finding is not lead),
        key=lambda finding: (-ratio(finding.signal.evidence), finding.signal.detector),
    )
    facts = _without_duplicates([_fact(incident, finding, language) for finding in [lead, *others][:FINDINGS]])
    if lead.peak_at != lead.signal.at:
        fact = mrkdwn(wording.peak_text(lead, language), 200)
        facts.append(translate(language, "peak", moment=slack_date(lead.peak_at, "{time}"), fact=fact))
    hidden = len(incident.findings) - FINDINGS
    return [*facts, translate(language, "more", count=hidden)] if hidden > 0 else facts


def _fact(incident: Incident, finding: Finding, language: Language) -> str:
    fact = wording.with_brand(incident, finding, wording.current_text(finding, language), language)
    return f"{mrkdwn(fact, 200)}\n{sparkline(finding)}".rstrip()


def _brands(incident: Incident, language: Language) -> str:
    """Return the brands of an umbrella, in the order in which they were hit."""
    names = [mrkdwn(name, 60) for name in incident.affected_brands]
    hidden = len(names) - BRANDS
    items = ", ".join(names[:BRANDS]) + (f" … +{hidden}" if hidden > 0 else "")
    return translate(language, "brands", items=items)


def _without_duplicates(facts: list[str]) -> list[str]:
    """Return the facts without those that say the same as another; of equals the longer course stays."""
    kept: dict[str, str] = {}
    for fact in facts:
        words = fact.partition("\n")[0]
        kept[words] = max(kept.get(words, ""), fact, key=len)
    return list(kept.values())


def sparkline(finding: Finding) -> str:
    """Return the finding's course as bars from nothing to the highest, few enough for half the width of a card.

    A course that stays where it is has no bars: they would say nothing.
    """
    trail = [value for _, value in finding.recent_values]
    values = [max(trail[max(0, end - _each(trail)) : end]) for end in range(len(trail), 0, -_each(trail))][::-1]
    top = max(values) or 1.0
    bars = "".join(BARS[min(len(BARS) - 1, int(value / top * len(BARS)))] for value in values)
    return bars if len(set(bars)) > 1 else ""


def _each(trail: list[float]) -> int:
    """Return how many values of a trail one bar stands for."""
    return -(-len(trail) // SPARKLINE_BARS)


def _contributors(drivers: Contributors, language: Language) -> str:
    """Return the most frequent channels, terms and authors, each with its count."""
    channels = [f"{mrkdwn(name, 30)} {format_number(count, language)}" for name, count in drivers.channels[:LISTED]]
    terms = [f"{mrkdwn(name, 30)} {format_number(count, language)}" for name, count in drivers.terms[:LISTED]]
    authors = [
        translate(language, "reach", name=_author(name, language), count=count, reach=format_number(reach, language))
        if reach
        else f"{_author(name, language)} {format_number(count, language)}"
        for name, count, reach in drivers.authors[:LISTED]
    ]
    rows = [("channels", channels), ("terms", terms), ("authors", authors)]
    return "\n".join(translate(language, key, items=", ".join(items)) for key, items in rows if items)


def _author(name: str, language: Language) -> str:
    return mrkdwn(name, 30) or translate(language, "unknown_author")


def _example(example: Example, language: Language) -> str:
    """Return a quoted mention with its author, channel and time, and a link where there is one."""
    text = translate(
        language,
        "example",
        text=mrkdwn(example.text, 280),
        author=_author(example.author, language),
        channel=mrkdwn(example.channel, 30),
        moment=slack_date(example.published, "{time}"),
    )
    address = slack_link(example.url, translate(language, "open_link"))
    return f"> {text} {address}".rstrip()


def _counterfactual(lead: Finding, language: Language) -> str:
    evidence = lead.signal.evidence
    figure = format_percent if evidence.metric.endswith("share") else format_number
    return translate(
        language,
        "counterfactual",
        threshold=figure(evidence.threshold, language),
        observed=figure(evidence.observed, language),
    )


def _covered(coverage: Coverage, language: Language) -> str:
    text = translate(language, "coverage", live=coverage.live, total=coverage.total, heard=format_percent(coverage.live_share, language))
    if not coverage.silent:
        return text
    names = ", ".join(mrkdwn(name, 30) for name in coverage.silent[:LISTED])
    return f"{text}; {translate(language, 'silent', names=names)}"
