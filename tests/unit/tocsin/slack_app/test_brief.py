"""Morning brief: what a person needs before the first coffee, in both languages, harmless, and posted once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from config.brands.model import Brand
from detectors.engine import engine
from detectors.model.signal import Example
from streams.listening.health import SourceHealth
from tests.support.alerts import START, incident_of, signal
from tests.support.mentions_stream import START as FIRST
from tests.support.mentions_stream import Row, batch_of
from tests.support.slack_app import slack_app
from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.slack_app.reports.brief import BriefFacts, brief_facts, brief_lines, build_brief
from tocsin.slack_app.reports.digest import DailyFigures
from tocsin.slack_app.reports.paper import PLAIN
from tocsin.slack_app.reports.scheduler import DigestScheduler, due_briefs

if TYPE_CHECKING:
    from detectors.model.signal_text import Language

BAD = "<!channel> *x* \x1b[2J"
HOUR = 3_600_000
EXAMPLE = Example(f"nobody answers {BAD}", BAD, "forum", "https://e.org/1", 9, -0.8, START, key=7)
FACTS = BriefFacts(
    DailyFigures(420, 0.31, 300.0, 0.18), (("outage", 90),), (EXAMPLE,), sources=3, unheard=("feed https://a.example",)
)


def lines(language: Language) -> list[str]:
    """Return the brief of a brand with an open incident and a queue."""
    incident = incident_of(signal(0, severity="critical"))
    waiting = Counter(high=1, low=4, overdue=2)
    return brief_lines(Brand(name="acme"), FACTS, [incident], waiting, START + HOUR, PLAIN, language)


def test_it_says_what_is_open_how_the_night_was_and_whom_to_answer() -> None:
    """One thing a line."""
    shown = lines("en")
    assert shown[:2] == ["acme: morning brief", "One open incident: critical"]
    assert "Last 12 hours: 420 mentions (usually 300), 31% negative (usually 18%)" in shown
    assert "Topics: outage (90)" in shown
    assert "Moderation: 5 waiting, 2 overdue" in shown
    assert any("nobody answers" in line and "https://e.org/1" in line for line in shown)
    assert shown[-1] == "Coverage: 2 of 3 sources are heard; not heard: feed https://a.example"
    assert not any("\x1b" in line for line in shown)
    french = lines("fr")
    assert len(french) == len(shown)
    assert french[0].endswith("le point du matin")


def test_a_calm_brand_has_a_short_brief() -> None:
    """No line without something to say."""
    shown = brief_lines(Brand(name="acme"), BriefFacts(sources=2), [], {}, START, PLAIN)
    assert shown == [
        "acme: morning brief",
        "Calm: no open incident.",
        "Last 12 hours: no mentions",
        "Coverage: all 2 sources are heard",
    ]


def test_facts_come_from_the_state_and_the_sources() -> None:
    """Mentions of the last twelve whole hours, and who is not heard."""
    state = engine.initial_state("acme")
    policy = Brand(name="acme").detect
    state, _ = engine.process(state, batch_of([Row(minute, -1, f"bad {minute}", "ann") for minute in range(5)]), policy)
    state, _ = engine.advance_watermark(state, FIRST + HOUR, policy)
    health = [SourceHealth("feed a", ["acme"], "active"), SourceHealth("feed b", ["acme"], "failing")]
    facts = brief_facts(state, [*health, SourceHealth("feed c", ["other"], "failing")], "acme", FIRST + 2 * HOUR)
    assert facts.figures is not None
    assert (facts.figures.mentions, facts.figures.negative_share) == (5, 1.0)
    assert (facts.sources, facts.unheard) == (2, ("feed b",))
    assert facts.examples[0].author == "ann"


def test_the_running_hour_counts_up_to_now_and_is_compared_with_as_much_of_earlier_days() -> None:
    """A brand's first minutes are no zero; half an hour is compared with halves of the same hour."""
    state = engine.initial_state("acme")
    policy = Brand(name="acme").detect
    state, _ = engine.process(
        state, batch_of([Row(minute, -1, f"bad {minute}", "ann") for minute in range(40)]), policy
    )
    assert FIRST % HOUR == 0
    shown = brief_facts(state, [], "acme", FIRST + HOUR // 2).figures
    assert shown is not None
    assert (shown.mentions, shown.negative_share, shown.expected_mentions) == (30, 1.0, None)
    assert brief_facts(state, [], "acme", FIRST).figures == DailyFigures(0, 0.0)
    for day in range(5):
        state, _ = engine.advance_watermark(state, FIRST + 24 * HOUR * day, policy)
        rows = [Row(1440 * day + minute, 1, f"good {minute}", "bea") for minute in range(60)]
        state, _ = engine.process(state, batch_of(rows, 40 + 60 * day), policy)
    shown = brief_facts(state, [], "acme", FIRST + 4 * 24 * HOUR + HOUR // 2).figures
    assert shown is not None
    assert (shown.mentions, shown.expected_mentions) == (30, 30.0)


def test_neither_an_abusive_post_nor_a_report_is_something_to_answer() -> None:
    """The one is for the moderation queue, and only counted; the other is a colleague's."""
    threat = replace(EXAMPLE, text="somebody should burn down your offices, you idiots", author="cy", key=8)
    report = replace(EXAMPLE, text="please look at this", author="ana", channel="", key=9)
    shown = brief_lines(Brand(name="acme"), BriefFacts(examples=(threat, report)), [], {}, START, PLAIN)
    assert not any("offices" in line or "look at this" in line for line in shown)
    assert shown[-1] == "Not quoted, as they may be abusive: 1"
    assert "To answer:" not in shown


def test_in_slack_it_is_one_harmless_message() -> None:
    """What people wrote pings nobody."""
    unanswered = replace(incident_of(signal(0)), official_reply_at=None)
    message = build_brief("brief 1", Brand(name="acme"), FACTS, [unanswered], {}, START + HOUR)
    assert validation_error({"text": message.text, "blocks": message.blocks}) == ""
    assert "<!channel>" not in str(message.blocks)
    assert message.text == "*acme: morning brief*"


@pytest.mark.parametrize(("clock", "due"), [("08:30", True), ("23:00", False)])
async def test_it_is_posted_once_a_day_at_its_hour(clock: str, *, due: bool) -> None:
    """By several apps, too; the names of two brands keep their briefs apart."""
    brands = [Brand(name=name, slack_channel="C0000001", brief=clock) for name in ("acme", "zeta")]
    now = START - START % (24 * HOUR) + 9 * HOUR
    assert len(due_briefs(brands, now)) == 2 * due
    async with slack_app(*brands) as app:
        for _ in range(2):
            scheduler = DigestScheduler(app.state, app.notifier, lambda _: {}, lambda: now)
            await scheduler.tick()
            await asyncio.sleep(0)
        assert len(app.slack.roots()) == 2 * due
