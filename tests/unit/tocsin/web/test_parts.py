"""Parts of the pages: texts, sparklines, the trade-off chart."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from hypothesis import given
from hypothesis import strategies as st

from config.brands.model import default_brand
from config.brands.overrides import BrandWithOverrides
from mentions.model.batches import Batch
from replay.tuning.labels import Label
from replay.tuning.optimisation import Point, State, TuningResult
from tests.support.web_app import day, hidden, web_client
from tocsin.web.locales import en, fr
from tocsin.web.pages.tradeoff_chart import build_chart
from tocsin.web.sources.rate_counter import BAR_MS, BARS, RateCounter, RateSeries
from tocsin.web.sparkline import HEIGHT, WIDTH, build_sparkline

if TYPE_CHECKING:
    from replay.tuning.candidates import Settings


def test_both_languages_say_the_same() -> None:
    """French and English have the same strings with the same values set in."""
    assert en.MESSAGES.keys() == fr.MESSAGES.keys()
    for key, text in en.MESSAGES.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", fr.MESSAGES[key])), key


def test_the_bars_hold_what_was_counted_and_no_more_than_the_last_hours() -> None:
    """Each mention is in the bar of its publication, and old bars are let go."""
    tally = RateCounter()
    for batch in day().dataset.records["Hallowfirth"]:
        if isinstance(batch, Batch):
            tally.add(batch)
    at = day().now()
    pulse = tally.series("Hallowfirth", at)
    every = [
        moment
        for batch in day().dataset.records["Hallowfirth"]
        for moment in getattr(batch, "published", ())
        if moment >= pulse.end - BARS * BAR_MS
    ]
    assert sum(pulse.mentions) == len(every)
    assert tally.series("none", at).negative_share() is None


@given(
    st.lists(st.integers(0, 10**6), min_size=BARS, max_size=BARS),
    st.none() | st.floats(0, 1e6),
    st.floats(0, 1),
)
def test_the_picture_keeps_within_its_frame(counts: list[int], usual: float | None, share: float) -> None:
    """Whatever is counted, no bar leaves the picture, and the negative part lies within its bar."""
    drawn = build_sparkline(RateSeries(BARS * BAR_MS, counts, [int(count * share) for count in counts]), usual)
    for bar in drawn.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert -0.1 <= bar.y <= HEIGHT
        assert bar.negative_height <= bar.height + 0.1
    assert drawn.expected_y is None or -0.1 <= drawn.expected_y <= HEIGHT


async def test_a_study_that_cannot_be_made_says_why() -> None:
    """A brand without mentions has no curve; the page says so and lists the labels there are."""
    world = replace(day(), configured={"Nobody": BrandWithOverrides(default_brand("Nobody"))})
    async with web_client(world) as client:
        page = await (await client.get("/brands/Nobody/tuning")).text()
        assert "No labelled incidents" in page
        await client.post("/brands/Nobody/tuning", data={"csrf": hidden(page, "csrf")})
        while 'id="tuning"' in (page := await (await client.get("/brands/Nobody/tuning")).text()):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert "A proposal needs two labelled crises" in page


def test_a_curve_shows_today_s_setting_and_what_is_proposed() -> None:
    """Each comparable setting is a point within the frame, today's among them, and a line of the table."""
    label = Label("x", 0, 60_000, "crisis")
    tried: list[tuple[Settings, float | None, int]] = [
        ({}, 20.0, 3),
        ({"detect.volume_spike.peak_ratio": 1.0}, 9.0, 1),
        ({}, None, 0),
    ]
    points = tuple(
        Point(settings, 1, 1, (0.0, 1.0), delay, (delay,), alarms, float(alarms), (0.0, 1.0), best=True)
        for settings, delay, alarms in tried
    )
    found = TuningResult("x", "brand", ("x",), (label,), 1.0, None, points, "proposed", 1, 1, (), ())
    drawn = build_chart(found, default_brand("x"))
    assert [dot.mark for dot in drawn.points] == ["proposal", "today"]
    assert all(0 <= dot.x <= 640 and 0 <= dot.y <= 320 for dot in drawn.points)
    assert drawn.rows[1].setting == "volume_spike.peak_ratio 1.25 → 1"


def test_no_string_is_left_that_no_page_says() -> None:
    """Each string is named in the code or a template, or belongs to a family that is put together there."""
    files = [*Path("tocsin/web").rglob("*.py"), *Path("tocsin/web/templates").iterdir()]
    stated = "".join(file.read_text(encoding="utf-8") for file in files if file.parent.name != "locales")
    families = ("what_", "act_", "verdict_", "source_", *get_args(State))
    for key in en.MESSAGES:
        assert key.startswith(families) or re.search(rf"""["']{key}["']""", stated), key
