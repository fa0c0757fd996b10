"""Morning brief of a brand: state, open incidents, the last hours against the usual, topics, whom to answer, coverage.

The same lines in Slack and in a terminal: `Paper` says how texts from outside, links and headings are written there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from alerts.incidents.model import rank
from alerts.rendering import text as wording
from alerts.rendering.message import Message
from detectors.engine.topics import stored_topics
from detectors.model.signal_text import format_number, format_percent
from detectors.topics.risk.terms import built_in_terms
from tocsin.slack_app import views
from tocsin.slack_app.reports.abusive_text import civil_label, is_abusive
from tocsin.slack_app.reports.digest import HOUR, DailyFigures, figures_of
from tocsin.slack_app.reports.paper import SLACK
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alerts.incidents.model import Incident
    from config.brands.model import Brand
    from detectors.engine.state import State
    from detectors.model.signal import Example
    from detectors.model.signal_text import Language
    from streams.listening.health import SourceHealth
    from tocsin.slack_app.reports.paper import Paper

HOURS: Final = 12
"""How far a brief looks back."""

UNHEARD: Final = frozenset({"silent", "failing", "stopped"})
MAX_INCIDENTS: Final = 5
MAX_TOPICS: Final = 3
MAX_ANSWERS: Final = 3
MAX_SOURCES: Final = 5
QUOTED_CHARS: Final = 120


class BriefFacts(NamedTuple):
    """What the state of a brand and its sources say."""

    figures: DailyFigures | None = None
    topics: tuple[tuple[str, int], ...] = ()
    """Labels with their mentions, the largest first."""
    examples: tuple[Example, ...] = ()
    """The weightiest negative mentions of the latest hours."""
    sources: int = 0
    unheard: tuple[str, ...] = ()
    """Sources that are not heard."""


def brief_facts(state: State | None, sources: Iterable[SourceHealth], brand: str, until: int) -> BriefFacts:
    """Return the facts of a brand for the hours before an instant (ms); without a state, of its sources alone."""
    mine = [one for one in sources if brand in one.brands]
    unheard = tuple(sorted(one.source for one in mine if one.state in UNHEARD))
    if state is None:
        return BriefFacts(sources=len(mine), unheard=unheard)
    read = stored_topics(state, frozenset(), built_in_terms()) if state.topics is None else state.topics
    active = [topic for topic in (read.stored.active if read else ()) if topic.at >= until - HOURS * HOUR]
    largest = sorted(active, key=lambda topic: (-topic.mentions, topic.number))
    return BriefFacts(
        figures_of(state, until, HOURS),
        tuple((topic.label, round(topic.mentions)) for topic in largest if topic.label)[:MAX_TOPICS],
        tuple(state.contributors.tables.examples),
        len(mine),
        unheard,
    )


def brief_lines(
    brand: Brand,
    facts: BriefFacts,
    incidents: Iterable[Incident],
    waiting: Mapping[str, int],
    until: int,
    paper: Paper,
    language: Language | None = None,
) -> list[str]:
    """Return the lines of a brief.

    Args:
        brand: as configured.
        facts: of its state and sources.
        incidents: those there are, over or not.
        waiting: how many moderation items wait, as `Queue.counts` has it.
        until: the instant (ms).
        paper: where it is written.
        language: that of the brand's alerts where none is given.
    """
    spoken = language or brand.language
    mine = [one for one in incidents if brand.name in one.all_brands and one.opened_at < until]
    running = sorted((one for one in mine if one.status != "resolved"), key=lambda one: (-rank(one.severity), one.id))
    recent = [one for one in mine if one.status != "resolved" or one.opened_at >= until - HOURS * HOUR]
    parts = [
        [paper.strong(translate(spoken, "brief_title", brand=paper.text(brand.name, 60)))],
        _state_lines(running, spoken, paper),
        [_figures_line(facts.figures, spoken)],
        _topic_lines(facts, spoken, paper),
        _answer_lines(facts, recent, spoken, paper),
        _queue_lines(waiting, spoken),
        _coverage_lines(facts, spoken, paper),
    ]
    return [line for lines in parts for line in lines]


def build_brief(
    name: str, brand: Brand, facts: BriefFacts, incidents: Iterable[Incident], waiting: Mapping[str, int], until: int
) -> Message:
    """Return the brief as a message of Slack; `name` identifies it."""
    lines = brief_lines(brand, facts, incidents, waiting, until, SLACK)
    return Message(name, 0, lines[0], [views.section("\n".join(lines))])


def _state_lines(running: Sequence[Incident], language: Language, paper: Paper) -> list[str]:
    if not running:
        return [translate(language, "brief_calm")]
    severities = Counter(one.severity for one in running)
    worst = wording.translate(language, running[0].severity).lower()
    of_worst = severities[running[0].severity]
    key = "brief_open_one" if len(running) == 1 else "brief_open"
    line = translate(language, key, count=len(running), worst=worst, of_worst=of_worst)
    shown = [f"• {paper.text(wording.headline(one, language), 130)}" for one in running[:MAX_INCIDENTS]]
    more = len(running) - MAX_INCIDENTS
    return [line, *shown, *([translate(language, "home_more", count=more)] if more > 0 else [])]


def _figures_line(figures: DailyFigures | None, language: Language) -> str:
    if figures is None:
        return translate(language, "brief_nothing", hours=HOURS)
    known = {
        "hours": HOURS,
        "count": format_number(figures.mentions, language),
        "share": format_percent(figures.negative_share, language),
    }
    if figures.expected_mentions is None or figures.expected_share is None:
        return translate(language, "brief_figures_new", **known)
    usual = format_number(figures.expected_mentions, language)
    share = format_percent(figures.expected_share, language)
    return translate(language, "brief_figures", **known, usual=usual, usual_share=share)


def _topic_lines(facts: BriefFacts, language: Language, paper: Paper) -> list[str]:
    shown = [
        f"{civil_label(label, 60, paper, language)} ({format_number(count, language)})" for label, count in facts.topics
    ]
    return [translate(language, "brief_topics", topics=", ".join(shown))] if shown else []


def _answer_lines(facts: BriefFacts, recent: Sequence[Incident], language: Language, paper: Paper) -> list[str]:
    """Return whom to answer: who is quoted by open incidents without an official reply, then the latest hours.

    What somebody reported by hand is no post, and an abusive post is for the moderation queue: neither is quoted.
    """
    unanswered = [one for one in recent if one.official_reply_at is None and one.status != "resolved"]
    quoted = [
        example
        for one in unanswered
        for finding in one.findings.values()
        for example in finding.signal.contributors.examples
    ]
    found: dict[object, Example] = {}
    for example in (*quoted, *facts.examples):
        if example.text and example.channel:
            found.setdefault(example.key or example.text, example)
    civil = [example for example in found.values() if not is_abusive(example.text)]
    lines = [_quoted(example, language, paper) for example in civil[:MAX_ANSWERS]]
    left_out = len(found) - len(civil)
    hidden = [translate(language, "brief_not_quoted", count=left_out)] if left_out else []
    return [*([translate(language, "brief_answer"), *lines] if lines else []), *hidden]


def _quoted(example: Example, language: Language, paper: Paper) -> str:
    who = paper.text(example.author, 40) or translate(language, "item_unknown_author")
    link = paper.link(example.url, translate(language, "item_post")) if example.url else ""
    line = f"• {who} ({paper.text(example.channel, 30)}): {paper.text(example.text, QUOTED_CHARS)}"
    return f"{line} {link}".rstrip()


def _queue_lines(waiting: Mapping[str, int], language: Language) -> list[str]:
    count = sum(waiting.get(severity, 0) for severity in ("low", "medium", "high"))
    if not count:
        return []
    return [translate(language, "brief_queue", count=format_number(count, language), late=waiting.get("overdue", 0))]


def _coverage_lines(facts: BriefFacts, language: Language, paper: Paper) -> list[str]:
    if not facts.sources:
        return []
    active = facts.sources - len(facts.unheard)
    if not facts.unheard:
        return [translate(language, "brief_coverage", count=facts.sources)]
    names = ", ".join(paper.text(name, 60) for name in facts.unheard[:MAX_SOURCES])
    return [translate(language, "brief_unheard", active=active, count=facts.sources, names=names)]
