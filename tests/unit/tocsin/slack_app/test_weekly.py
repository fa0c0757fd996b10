"""Weekly report: one brand in lines, many by client, in both languages, harmless, and posted once a week."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from config.brands.model import Brand
from config.brands.wire import decode_brand, encode_brand
from moderation.statistics import Durations, Precision, Statistics
from replay.report.weekly.figures import BrandWeek, GoodBuzz, Voice, Volume, WeekTopic
from replay.report.weekly.page import render_weekly
from tests.support.alerts import incident_of, signal
from tests.support.slack_app import slack_app
from tests.support.topics import topic
from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.slack_app.reports.paper import PLAIN
from tocsin.slack_app.reports.scheduler import DigestScheduler, due_weeklies
from tocsin.slack_app.reports.weekly import build_weekly, overview_lines, weekly_lines
from tocsin.slack_app.reports.weekly_table import weekly_row, weekly_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.model.signal_text import Language

DAY = 86_400_000
MINUTE = 60_000
MONDAY = 1_795_425_600_000
"""2026-11-23 09:20 UTC: a Monday."""

BAD = "<!channel> *x* <script>"
MODERATION = Statistics(
    (Precision("insult", "en", "1", 20, 15, 0.5, 0.9), Precision("insult", "fr", "1", 10, 9, 0.6, 1.0)),
    *(50, 1),
    *(Durations(5 * MINUTE, 60 * MINUTE), Durations(9 * MINUTE, 120 * MINUTE)),
    *(3, 1),
)


def week(brand: Brand | None = None) -> BrandWeek:
    """Return a week in which everything happened."""
    return BrandWeek(
        brand or Brand(name="acme", group="North"),
        MONDAY,
        Volume(4200, 756, 4200),
        Volume(3750, 375, 2500),
        (WeekTopic("delivery", 320, 40), WeekTopic(f"outage {BAD}", 0, 210), WeekTopic("new app", 90, 0)),
        (GoodBuzz(140, topic(label="new packaging", categories=()), None), GoodBuzz(30, None, None)),
        (Voice("acme", 0.42, 0.38), Voice("birch", 0.58, None)),
        (incident_of(signal(0, severity="critical")),),
        1,
        MODERATION,
        4,
    )


def test_a_brand_has_a_line_for_each_thing() -> None:
    """Beside the week before; what is not known is not said."""
    shown = weekly_lines(week(), PLAIN)
    assert shown[0] == "acme: the week, 16 November to 23 November 2026"
    assert shown[1:6] == [
        "4,200 mentions (+12% on the week before), 18% negative (15% the week before)",
        "Share of voice: acme 42% (was 38%), birch 58%",
        "Rising: delivery (320, was 40), new app (90, new)",
        f"Falling: outage {BAD} (none, was 210)",
        "Good buzz: “new packaging” (140 positive mentions), 30 positive mentions",
    ]
    assert shown[6] == "Incidents: 1, 1 critical, 1 still open"
    assert shown[8:] == [
        "Moderation: 80 decided; half were claimed within 5 min and decided within 9 min (95%: 1 h and 2 h); 4 waiting",
        "Right when flagged: insult 80% of 30 (63%–90%)",
        "Of 50 drawn at random among the unflagged, 1 were violations",
        "Appeals: 3, 1 overturned",
    ]


def test_a_topic_of_insults_is_named_without_them() -> None:
    """A whole channel reads it."""
    insult = week()._replace(topics=(WeekTopic("pathetic morons, burn down your offices", 12, 0),), incidents=())
    shown = weekly_lines(insult, PLAIN)
    assert "Rising: abusive wording (12, new)" in shown
    assert "No new incident, 1 still open" in shown


def test_a_quiet_new_brand_has_three_lines() -> None:
    """No line without something to say."""
    quiet = BrandWeek(Brand(name="acme"), MONDAY, Volume(3, 0, 0), None, (), (), (), (), 0, None, 0)
    assert weekly_lines(quiet, PLAIN)[1:] == [
        "3 mentions (no week before to compare with), 0% negative",
        "No incident",
    ]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_many_brands_are_listed_by_client(language: Language) -> None:
    """Totals count an incident of several brands once; a page in each language shows the same, escaped."""
    weeks = [week(), week(Brand(name="birch", group="South")), week(Brand(name="alone"))]
    shown = overview_lines(weeks, PLAIN, language)
    assert [line for line in shown if line in ("North", "South")] == ["North", "South"]
    assert sum(line.startswith("• ") for line in shown) == 3
    assert "1 incident" in shown[1]
    assert {"en": "3 brands", "fr": "3 marques"}[language] in shown[1]
    drawn = render_weekly(weeks, weekly_text(weeks, language), language)
    assert "<script>" not in drawn.split("</head>")[1].split("<script type=")[0]
    assert {"en": "Rising", "fr": "En hausse"}[language] in drawn


def test_a_spreadsheet_has_one_value_in_each_cell() -> None:
    """Times in minutes, shares as numbers."""
    row = weekly_row(week())
    assert (row["mentions"], row["negative_share"], row["share_of_voice"], row["rising"]) == (
        *(4200, 0.18, 0.42),
        "delivery; new app",
    )
    assert (row["moderation"], row["minutes_to_claim_p50"], row["minutes_to_decide_p95"]) == (80, 5.0, 120.0)
    assert all(value is None or isinstance(value, str | int | float) for value in row.values())


@pytest.mark.parametrize("overview", [True, False])
def test_in_slack_it_fits_and_is_harmless(*, overview: bool) -> None:
    """Of two hundred brands, too."""
    weeks = [week(Brand(name=f"<!channel> {number}")) for number in range(200)]
    message = build_weekly("weekly 1", weeks, overview=overview)
    assert validation_error({"text": message.text, "blocks": message.blocks}) == ""
    assert "<!channel>" not in str(message.blocks)


@pytest.mark.parametrize(("moment", "due"), [("monday 08:30", True), ("tuesday 08:30", False), ("monday 23:00", False)])
async def test_it_is_posted_once_a_week_and_to_the_agency_too(moment: str, *, due: bool) -> None:
    """Each client in its channel, and all of them in the agency's."""
    values = {"weekly": moment, "weekly_overview_channel": "C0000009"}
    brands = [
        decode_brand(encode_brand(Brand.model_validate({"name": name, "slack_channel": channel} | values)))
        for name, channel in (("acme", "C0000001"), ("birch", "C0000002"))
    ]
    assert [(one.channel, one.kind) for one in due_weeklies(brands, MONDAY)] == due * [
        ("C0000009", "overview"),
        ("C0000001", "weekly"),
        ("C0000002", "weekly"),
    ]

    def read(members: Sequence[Brand], at: int) -> list[BrandWeek]:
        assert MONDAY - at < DAY
        return [week(brand) for brand in members]

    async with slack_app(*brands) as app:
        app.slack.channels["C0000009"] = "agency"
        for _ in range(2):
            scheduler = DigestScheduler(app.state, app.notifier, lambda _: {}, lambda: MONDAY, weeks=read)
            await scheduler.tick()
            await asyncio.sleep(0)
        posted = [channel for channel in ("C0000001", "C0000002", "C0000009") for _ in app.slack.roots(channel)]
        assert posted == due * ["C0000001", "C0000002", "C0000009"]
