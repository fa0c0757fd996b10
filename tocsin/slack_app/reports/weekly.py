"""Weekly report of one brand, and of many: the same lines in Slack, in a terminal and on the page."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from alerts.incidents.model import rank
from alerts.rendering import text as wording
from alerts.rendering.message import Message
from alerts.rendering.topic_part import about_text
from detectors.model.signal_text import format_number, format_percent
from moderation.policies.registry import POLICIES
from moderation.statistics import wilson
from replay.report.monthly.locale import MONTHS
from replay.report.weekly.figures import falling, rising
from tocsin.slack_app import views
from tocsin.slack_app.reports.abusive_text import civil_label, is_abusive
from tocsin.slack_app.reports.digest import MAX_JSON_CHARS
from tocsin.slack_app.reports.paper import SLACK
from tocsin.slack_app.text import majority_language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alerts.incidents.model import Incident
    from detectors.model.signal_text import Language
    from moderation.statistics import Statistics
    from replay.report.weekly.figures import BrandWeek, GoodBuzz, Volume, WeekTopic
    from tocsin.slack_app.reports.paper import Paper

    Block = dict[str, Any]

MAX_TOPICS: Final = 5
MAX_BUZZ: Final = 3
MAX_INCIDENTS: Final = 5
MAX_VOICES: Final = 6
MAX_POLICIES: Final = 8
MINUS: Final = "−"


def span_text(week: BrandWeek, language: Language) -> str:
    """Return the first and the last day of a week by the brand's clock."""
    days = (week.since, week.until - 1)
    start, end = (datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(week.brand.timezone)) for at in days)
    names = MONTHS[language]
    shown = [f"{day.day} {names[day.month - 1]}" for day in (start, end)]
    return translate(language, "week_span", start=shown[0], end=f"{shown[1]} {end.year}")


def change_text(now: int, before: int, language: Language) -> str:
    """Return how much a count has changed, with its sign.

    >>> change_text(112, 100, "en"), change_text(90, 100, "en")
    ('+12%', '−10%')
    """
    share = now / before - 1
    return ("+" if share >= 0 else MINUS) + format_percent(abs(share), language)


def weekly_lines(week: BrandWeek, paper: Paper, language: Language | None = None) -> list[str]:
    """Return the lines of a brand's weekly report, its title first."""
    spoken = language or week.brand.language
    name = paper.text(week.brand.name, 60)
    return [
        paper.strong(translate(spoken, "week_title", name=name, span=span_text(week, spoken))),
        volume_line(week.now, week.before, spoken),
        *_voice_lines(week, paper, spoken),
        *_topic_lines("week_rising", rising(week.topics), paper, spoken),
        *_topic_lines("week_falling", falling(week.topics), paper, spoken),
        *_buzz_lines(week.good_buzz, paper, spoken),
        *_incident_lines(week, paper, spoken),
        *_moderation_lines(week.moderation, week.waiting, spoken),
    ]


def overview_lines(weeks: Sequence[BrandWeek], paper: Paper, language: Language | None = None) -> list[str]:
    """Return the lines of a report over several brands, by client: the totals, then a line for each brand."""
    spoken = language or majority_language({week.brand.name: week.brand for week in weeks})
    total = translate(
        spoken,
        "week_total",
        brands=len(weeks),
        count=format_number(sum(week.now.mentions for week in weeks), spoken),
        incidents=len({one.id for week in weeks for one in week.incidents}),
        open=sum(week.still_open for week in weeks),
    )
    title = translate(spoken, "week_title", name=translate(spoken, "week_all"), span=span_text(weeks[0], spoken))
    lines = [paper.strong(title), total]
    for client, members in by_client(weeks):
        lines += [paper.strong(paper.text(client, 60))] if client else []
        lines += [_overview_line(week, paper, spoken) for week in members]
    return lines


def by_client(weeks: Iterable[BrandWeek]) -> list[tuple[str, list[BrandWeek]]]:
    """Return the brands of each client, the most critical first; those of no client under ""."""
    found: defaultdict[str, list[BrandWeek]] = defaultdict(list)
    for week in sorted(weeks, key=lambda one: (-_worst(one), -one.now.mentions, one.brand.name)):
        found[week.brand.group or ""].append(week)
    return sorted(found.items())


def build_weekly(name: str, weeks: Sequence[BrandWeek], *, overview: bool) -> Message:
    """Return the report as a message of Slack; `name` identifies it. An overview has one line a brand."""
    if overview:
        lines = overview_lines(weeks, SLACK)
        sections = [lines[at : at + 20] for at in range(0, len(lines), 20)]
    else:
        sections = [weekly_lines(week, SLACK) for week in weeks]
    blocks: list[Block] = []
    for lines in sections:
        block = views.section("\n".join(lines))
        if blocks and len(json.dumps([*blocks, block])) > MAX_JSON_CHARS:
            language = majority_language({week.brand.name: week.brand for week in weeks})
            blocks.append(views.context(translate(language, "home_more", count=len(sections) - len(blocks))))
            break
        blocks.append(block)
    return Message(name, 0, sections[0][0], blocks)


def volume_line(now: Volume, before: Volume | None, language: Language) -> str:
    """Return the mentions of a week beside the week before."""
    if not now.mentions:
        return translate(language, "week_volume_none")
    if before is None:
        change, past = translate(language, "week_first"), ""
    else:
        percent = change_text(now.mentions, before.mentions, language) if before.mentions else ""
        change = translate(language, "week_change", change=percent) if percent else ""
        share = format_percent(before.negative_share, language)
        past = translate(language, "week_before", share=share) if before.scored else ""
    return translate(
        language,
        "week_volume",
        count=format_number(now.mentions, language),
        change=change,
        share=format_percent(now.negative_share, language),
        before=past,
    )


def _voice_lines(week: BrandWeek, paper: Paper, language: Language) -> list[str]:
    shown = []
    for voice in week.voices[:MAX_VOICES]:
        share = format_percent(voice.now, language)
        if voice.before is not None:
            share = translate(language, "week_was", share=share, before=format_percent(voice.before, language))
        shown.append(f"{paper.text(voice.brand, 40)} {share}")
    return [translate(language, "week_voice", shares=", ".join(shown))] if shown else []


def _topic_lines(key: str, topics: Sequence[WeekTopic], paper: Paper, language: Language) -> list[str]:
    shown = [topic_text(topic, paper, language) for topic in topics[:MAX_TOPICS]]
    return [translate(language, key, topics=", ".join(shown))] if shown else []


def topic_text(topic: WeekTopic, paper: Paper, language: Language) -> str:
    """Return a topic with its mentions in both weeks."""
    key = "week_topic_new" if not topic.before else "week_topic" if topic.now else "week_topic_over"
    now, before = (format_number(count, language) for count in (topic.now, topic.before))
    return translate(language, key, label=civil_label(topic.label, 50, paper, language), now=now, before=before)


def _buzz_lines(found: Sequence[GoodBuzz], paper: Paper, language: Language) -> list[str]:
    shown = []
    for one in found[:MAX_BUZZ]:
        about = paper.text(about_text(one.topic, one.words, language), 80)
        key = "week_buzz_item" if about else "week_buzz_plain"
        shown.append(translate(language, key, about=about, count=format_number(one.positive, language)))
    return [translate(language, "week_buzz", items=", ".join(shown))] if shown else []


def _incident_lines(week: BrandWeek, paper: Paper, language: Language) -> list[str]:
    if not week.incidents and not week.still_open:
        return [translate(language, "week_calm")]
    if not week.incidents:
        return [translate(language, "week_only_open", count=week.still_open)]
    critical = sum(one.severity == "critical" for one in week.incidents)
    still = translate(language, "week_open", count=week.still_open) if week.still_open else ""
    worst = sorted(week.incidents, key=lambda one: (-rank(one.severity), one.opened_at))[:MAX_INCIDENTS]
    return [
        translate(language, "week_incidents", count=len(week.incidents), critical=critical, open=still),
        *(f"• {_headline(one, paper, language)}" for one in worst),
    ]


def _headline(incident: Incident, paper: Paper, language: Language) -> str:
    """Return what an incident was, without quoting abuse."""
    headline = wording.headline(incident, language)
    if not is_abusive(headline):
        return paper.text(headline, 130)
    severity = wording.translate(language, incident.severity)
    return f"{severity}: {translate(language, 'week_abusive')}"


def _moderation_lines(found: Statistics | None, waiting: int, language: Language) -> list[str]:
    if found is None:
        return []
    decided = sum(one.decided for one in found.precision) + found.sampled
    if not decided or found.to_decide is None:
        return [translate(language, "week_moderation_none", waiting=waiting)]
    claim = found.to_claim or found.to_decide
    line = translate(
        language,
        "week_moderation",
        count=decided,
        claim=wording.format_duration(round(claim.p50), language),
        decide=wording.format_duration(round(found.to_decide.p50), language),
        claim_95=wording.format_duration(round(claim.p95), language),
        decide_95=wording.format_duration(round(found.to_decide.p95), language),
        waiting=waiting,
    )
    precision = _precision(found, language)
    lines = [line, translate(language, "week_precision", policies=", ".join(precision))] if precision else [line]
    if found.sampled:
        lines.append(translate(language, "week_missed", count=found.sampled, missed=found.missed))
    if found.appeals:
        lines.append(translate(language, "week_appeals", count=found.appeals, overturned=found.overturned))
    return lines


def _precision(found: Statistics, language: Language) -> list[str]:
    """Return how often each policy was right, all languages and versions together, with its 95 % interval."""
    counted: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in found.precision:
        counted[one.policy][0] += one.violations
        counted[one.policy][1] += one.decided
    shown = []
    for policy, (hits, count) in sorted(counted.items(), key=lambda item: (-item[1][1], item[0])):
        label = POLICIES[policy].label[language] if policy in POLICIES else policy
        low, high = (format_percent(end, language) for end in wilson(hits, count))
        values = {"policy": label.lower(), "share": format_percent(hits / count, language), "count": count}
        shown.append(translate(language, "week_policy", **values, low=low, high=high))
    return shown[:MAX_POLICIES]


def _overview_line(week: BrandWeek, paper: Paper, language: Language) -> str:
    name = paper.strong(paper.text(week.brand.name, 60))
    parts = [volume_line(week.now, week.before, language), _incident_lines(week, paper, language)[0]]
    parts += _topic_lines("week_rising", rising(week.topics)[:2], paper, language)
    return f"• {name} {' · '.join(parts)}"


def _worst(week: BrandWeek) -> int:
    return max((1 + rank(one.severity) for one in week.incidents), default=0)
