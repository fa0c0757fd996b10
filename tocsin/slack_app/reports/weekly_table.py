"""Weekly report as a table: a row of figures for each brand, as the page and a spreadsheet show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from detectors.model.signal_text import format_number, format_percent
from replay.report.weekly.figures import falling, rising
from replay.report.weekly.page import WeeklyText
from tocsin.slack_app.reports.paper import PLAIN
from tocsin.slack_app.reports.weekly import by_client, change_text, overview_lines, topic_text, weekly_lines
from tocsin.slack_app.text import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.model.signal_text import Language
    from replay.report.weekly.figures import BrandWeek

COLUMNS: Final = (
    *("brand", "client", "mentions", "change", "negative", "before", "incidents", "critical"),
    *("voice", "rising"),
)


def weekly_text(weeks: Sequence[BrandWeek], language: Language) -> WeeklyText:
    """Return what the page of some brands' week says."""
    shown = [week for _, members in by_client(weeks) for week in members]
    lines = [weekly_lines(week, PLAIN, language) for week in shown]
    head = overview_lines(weeks, PLAIN, language)[:2] if len(weeks) > 1 else lines[0][:2]
    return WeeklyText(
        title=head[0],
        summary=head[1],
        head=[translate(language, f"week_column_{name}") for name in COLUMNS],
        rows=[_cells(week, language) for week in shown],
        sections=[
            (PLAIN.text(week.brand.name, 60), [line.removeprefix("• ") for line in found[1:]])
            for week, found in zip(shown, lines, strict=True)
        ],
        chart=translate(language, "week_chart"),
        now=translate(language, "week_now"),
        before=translate(language, "week_past"),
    )


def weekly_record(week: BrandWeek) -> dict[str, Any]:
    """Return a brand's week as data; what is not known is None."""
    moderation, voice = week.moderation, week.voices[0] if week.voices else None
    return {
        "brand": week.brand.name,
        "client": week.brand.group,
        "since": _instant(week.since),
        "until": _instant(week.until),
        "mentions": week.now.mentions,
        "mentions_before": week.before.mentions if week.before else None,
        "negative_share": round(week.now.negative_share, 4),
        "negative_share_before": round(week.before.negative_share, 4) if week.before else None,
        "share_of_voice": round(voice.now, 4) if voice else None,
        "share_of_voice_before": round(voice.before, 4) if voice and voice.before is not None else None,
        "rising": [topic._asdict() for topic in rising(week.topics)],
        "falling": [topic._asdict() for topic in falling(week.topics)],
        "good_buzz": [one.positive for one in week.good_buzz],
        "incidents": [one.id for one in week.incidents],
        "critical": sum(one.severity == "critical" for one in week.incidents),
        "still_open": week.still_open,
        "moderation": moderation._asdict() if moderation else None,
        "moderation_waiting": week.waiting,
    }


def weekly_row(week: BrandWeek) -> dict[str, Any]:
    """Return a brand's week as one row of a spreadsheet."""
    record = weekly_record(week)
    moderation = week.moderation
    decide, claim = (moderation.to_decide, moderation.to_claim) if moderation else (None, None)
    return record | {
        "rising": "; ".join(topic.label for topic in rising(week.topics)),
        "falling": "; ".join(topic.label for topic in falling(week.topics)),
        "good_buzz": sum(one.positive for one in week.good_buzz),
        "incidents": len(week.incidents),
        "moderation": sum(one.decided for one in moderation.precision) + moderation.sampled if moderation else None,
        "minutes_to_claim_p50": round(claim.p50 / 60_000, 1) if claim else None,
        "minutes_to_claim_p95": round(claim.p95 / 60_000, 1) if claim else None,
        "minutes_to_decide_p50": round(decide.p50 / 60_000, 1) if decide else None,
        "minutes_to_decide_p95": round(decide.p95 / 60_000, 1) if decide else None,
        "appeals": moderation.appeals if moderation else None,
        "overturned": moderation.overturned if moderation else None,
    }


def _cells(week: BrandWeek, language: Language) -> list[str]:
    known = week.before is not None and week.before.mentions > 0
    before = week.before
    return [
        PLAIN.text(week.brand.name, 60),
        PLAIN.text(week.brand.group or "", 60),
        format_number(week.now.mentions, language),
        change_text(week.now.mentions, before.mentions, language) if known and before else "–",
        format_percent(week.now.negative_share, language) if week.now.scored else "–",
        format_percent(before.negative_share, language) if before and before.scored else "–",
        str(len(week.incidents)),
        str(sum(one.severity == "critical" for one in week.incidents)),
        format_percent(week.voices[0].now, language) if week.voices else "",
        ", ".join(topic_text(topic, PLAIN, language) for topic in rising(week.topics)[:2]),
    ]


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
