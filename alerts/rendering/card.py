"""Card of an incident: what every renderer shows of it (Slack, terminal, SVG, web), in the language of its route.

The card is structured and knows no markup: `slack_blocks`, the console notifier and `replay.pictures` each draw it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from alerts.incidents.course import course_of
from alerts.incidents.findings import excess_ratio, leading, topic_of
from alerts.incidents.model import SYSTEM_USER, is_by_hand, is_topic
from alerts.rendering import text as wording
from alerts.rendering.buttons import Actions, build_actions
from alerts.rendering.charts.sparkline import sparkline
from alerts.rendering.contributor_part import build_contributors, build_examples
from alerts.rendering.crowd_part import build_crowd
from alerts.rendering.escaping import is_slack_id, mention
from alerts.rendering.notes_part import build_notes
from alerts.rendering.response_part import build_calls, build_moves, build_official_reply, step_mention, step_target
from alerts.rendering.rich_text import RichText, bold, fill_message, join, mentions, own, plain, time, user
from alerts.rendering.text import format_duration, translate
from alerts.rendering.topic_part import TopicPart, build_topic
from alerts.rendering.words_part import build_words
from detectors.model.signal_text import format_number

if TYPE_CHECKING:
    from alerts.incidents.course import Course
    from alerts.incidents.model import Finding, HistoryEntry, Incident, Notification
    from alerts.rendering.route import Route
    from detectors.model.signal_text import Language

FINDINGS: Final = 6
BRANDS: Final = 30
NOTE_CHARS: Final = 500
FACT_CHARS: Final = 200
TREND: Final = 10 * 60_000
"""How far back (ms) growth is measured."""

_DAY_AND_TIME: Final = "{date_short_pretty} {time}"
_TIME: Final = "{time}"


class Chart(msgspec.Struct, frozen=True):
    """A chart that was uploaded."""

    file: str  # Slack's id of it
    revision: int  # of the incident that it shows
    at: int  # event time of that revision, ms
    step: int  # minutes of a bar
    alt: str  # description for screen readers


class Fact(NamedTuple):
    """One figure, and the course of it as a sparkline."""

    text: RichText
    sparkline: str = ""


@dataclass(frozen=True)
class Card:
    """What is shown of an incident, from top to bottom."""

    headline: str
    page: RichText  # whom the page mentions; empty where nobody is paged
    status: RichText
    calls: RichText  # who is paged now and next; empty where nobody is
    topic: TopicPart | None  # what it is about, or the words of its mentions
    facts: tuple[Fact, ...]
    moves: tuple[RichText, ...]  # a heading with the runbook, and what to do first
    brands: RichText  # of a group incident
    contributors: tuple[RichText, ...]  # channels, terms, authors: a line each
    crowd: tuple[RichText, ...]  # a crowd, copies or a few accounts: a line each
    examples: tuple[RichText, ...]  # mentions, quoted
    chart: Chart | None
    chart_title: str
    notes: tuple[RichText, ...]  # small print
    actions: Actions | None
    incident: str


@dataclass(frozen=True)
class Reply:
    """One sentence in the thread."""

    page: RichText
    text: RichText


def build_card(incident: Incident, route: Route, *, page: bool, edit: bool = False, chart: Chart | None = None) -> Card:
    """Return the card of an incident as it stands.

    `page` mentions the on-call users of the route; `edit` names who is paged now and next, in a message that makes no
    sound.
    """
    language = wording.supported_language(route.language)
    lead = leading(incident)
    topic = build_topic(incident, language) or build_words(incident, language)
    return Card(
        headline=wording.headline(incident, language),
        page=page_text(route.mention, language) if page else (),
        status=_status(incident, lead, language),
        calls=build_calls(incident, route, language, named=edit),
        topic=topic,
        facts=_facts(incident, lead, language),
        moves=build_moves(incident, route, language),
        brands=_brands(incident, language) if len(incident.affected_brands) > 1 else (),
        contributors=build_contributors(incident, lead, language),
        crowd=build_crowd(incident, language),
        examples=build_examples(incident, lead, topic, language),
        chart=chart,
        chart_title="" if chart is None else translate(language, "chart_title", step=chart.step),
        notes=build_notes(incident, lead, route, language),
        actions=build_actions(incident, language, route.web_url) if route.buttons else None,
        incident=incident.id,
    )


def build_reply(notification: Notification, route: Route, *, page: bool) -> Reply:
    """Return what is posted in the thread; `page` mentions whom the notification calls."""
    incident, language = notification.incident, wording.supported_language(route.language)
    entry = incident.history[-1] if incident.history else None
    acted = entry is not None and entry.actor != SYSTEM_USER and notification.reason != "updated"
    actor = user(entry.actor) if entry and acted else ()
    note = plain(entry.text, NOTE_CHARS) if entry and (acted or notification.step is not None) else ()
    fact = own(wording.notification_text(notification, language), FACT_CHARS)
    target = _target(notification, entry, route, language)
    brand = plain(incident.findings[notification.detector].signal.brand, 60)
    key, values = wording.reply_values(notification, language, by_person=bool(actor))
    text = fill_message(
        language,
        key,
        **values,
        fact=fact,
        actor=actor,
        text=note,
        brand=brand,
        target=target or plain(translate(language, "nobody")),
    )
    called = _called(notification, entry, route)
    return Reply(page_text(called, language) if page else (), text)


def page_text(called: str, language: Language) -> RichText:
    """Return what calls the people whom a route or an escalation step mentions; nothing where it mentions nobody."""
    return fill_message(language, "page", mention=mentions(called)) if called else ()


def _target(notification: Notification, entry: HistoryEntry | None, route: Route, language: Language) -> RichText:
    """Return whom a notification calls: an escalation step's target, or whom the incident was handed to."""
    if notification.step is not None:
        return step_target(notification.step, route, language)
    return user(entry.text) if entry is not None and notification.reason == "assigned" else ()


def _called(notification: Notification, entry: HistoryEntry | None, route: Route) -> str:
    """Return whom a reply mentions: the step of the escalation, whom the incident was handed to, or the on-call."""
    if notification.step is not None:
        return step_mention(notification.step, route)
    if notification.reason == "assigned" and entry is not None and is_slack_id(entry.text):
        return mention((entry.text,))
    return route.mention


def _status(incident: Incident, lead: Finding, language: Language) -> RichText:
    """Return state, duration, growth, and who acknowledged, snoozed or judged it."""
    parts = [_state(incident, language), _duration(incident, language)]
    if is_by_hand(incident) and incident.history:
        parts.append(fill_message(language, "opened_by", actor=user(incident.history[0].actor)))
    parts += _course(incident, lead, language)
    if incident.status == "resolved" and incident.acknowledged_by is not None:
        parts.append(_acknowledged("acknowledged_by", incident, language))
    if incident.snoozed_until is not None and incident.snoozed_until > incident.updated_at:
        parts.append(fill_message(language, "snoozed_until", moment=time(incident.snoozed_until, _DAY_AND_TIME)))
    parts.append(build_official_reply(incident, language))
    if incident.verdict is not None:
        parts.append(plain(translate(language, f"verdict_{incident.verdict}")))
    if incident.reopen_count:
        parts.append(fill_message(language, "reopened", count=incident.reopen_count))
    return join(parts, " · ")


def _state(incident: Incident, language: Language) -> RichText:
    if incident.status == "acknowledged":
        return _acknowledged("status_acknowledged", incident, language)
    return bold(translate(language, "status_" + incident.status))


def _acknowledged(key: str, incident: Incident, language: Language) -> RichText:
    actor, at = user(incident.acknowledged_by or ""), time(incident.acknowledged_at or incident.updated_at, _TIME)
    return fill_message(language, key, actor=actor, moment=at)


def _duration(incident: Incident, language: Language) -> RichText:
    start = time(incident.opened_at, _DAY_AND_TIME)
    if incident.resolved_at is None:
        return fill_message(language, "since", moment=start)
    length = format_duration(incident.resolved_at - incident.opened_at, language)
    return fill_message(language, "lasted", start=start, end=time(incident.resolved_at, _TIME), span=length)


def _course(incident: Incident, lead: Finding, language: Language) -> list[RichText]:
    """Return whether it rises, since when and how fast, and the count now; its growth where there is no chart."""
    course = course_of(incident)
    if course is not None:
        since = fill_message(language, f"course_{course.trend}", moment=time(course.since, _TIME))
        if course.doubling is not None:
            since += fill_message(language, "course_doubles", span=format_duration(course.doubling, language))
        figure = wording.course_text(course, language)
        known = figure == wording.current_text(lead, language) and topic_of(incident) is None  # the headline says it
        now = () if known else fill_message(language, "course_now", figure=plain(figure))
        return [since, now, *([] if course.peak <= course.now else [_course_peak(course, language)])]
    growth = None if incident.status == "resolved" or is_topic(lead.signal) else _growth(lead)
    if growth is None:
        return []
    times, span = format_number(growth[0], language), format_duration(growth[1], language)
    return [fill_message(language, "grows", ratio=times, span=span)]


def _course_peak(course: Course, language: Language) -> RichText:
    peak, moment = format_number(course.peak, language), time(course.peak_at, _TIME)
    return fill_message(language, "course_peak", count=peak, moment=moment)


def _growth(finding: Finding) -> tuple[float, int] | None:
    """Return how many times the earlier value is reached, and how long ago (ms) that was."""
    latest, now = finding.recent_values[-1]
    earlier = [(at, then) for at, then in finding.recent_values if at >= latest - TREND and then > 0]
    if not earlier or earlier[0][0] == latest or now / earlier[0][1] < 1.1:  # noqa: PLR2004  below, it is stable
        return None
    return now / earlier[0][1], latest - earlier[0][0]


def _facts(incident: Incident, lead: Finding, language: Language) -> tuple[Fact, ...]:
    """Return the figures of each detector with the usual beside them, the primary finding first; topics stand apart."""
    counted = [finding for finding in incident.findings.values() if not is_topic(finding.signal)]
    counted.sort(key=lambda one: (one is not lead, -excess_ratio(one.signal.evidence), one.signal.detector))
    facts = _without_duplicates([_fact(incident, finding, language) for finding in counted[:FINDINGS]])
    if lead.peak_at != lead.signal.at and not is_topic(lead.signal):
        fact = own(wording.peak_text(lead, language), FACT_CHARS)
        facts.append(Fact(fill_message(language, "peak", moment=time(lead.peak_at, _TIME), fact=fact)))
    hidden = len(counted) - FINDINGS
    return (*facts, *([Fact(fill_message(language, "more", count=hidden))] if hidden > 0 else []))


def _fact(incident: Incident, finding: Finding, language: Language) -> Fact:
    text = wording.with_brand(incident, finding, wording.current_text(finding, language), language)
    return Fact(own(text, FACT_CHARS), sparkline([value for _, value in finding.recent_values]))


def _without_duplicates(facts: list[Fact]) -> list[Fact]:
    """Return the facts without those that say the same as another; of equals the longest sparkline stays."""
    kept: dict[RichText, Fact] = {}
    for fact in facts:
        kept[fact.text] = max(kept.get(fact.text, fact), fact, key=lambda one: len(one.sparkline))
    return list(kept.values())


def _brands(incident: Incident, language: Language) -> RichText:
    """Return the brands of a group incident, in the order in which they were hit."""
    names = [plain(name, 60) for name in incident.affected_brands[:BRANDS]]
    hidden = len(incident.affected_brands) - BRANDS
    items = join(names, ", ") + (plain(f" … +{hidden}") if hidden > 0 else ())
    return fill_message(language, "brands", items=items)
