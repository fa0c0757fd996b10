"""Does the page on a tuning say what the study says: the trade-off, the proposal, its effect and how sure that is?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from replay.report.tradeoff_chart import plotted_points, tradeoff_chart
from replay.report.tuning import TuningSection, render
from replay.report.tuning_locale import WORDS, conclusion
from replay.tuning.evaluation import Metrics
from replay.tuning.intervals import rate, share
from replay.tuning.labels import Label
from replay.tuning.optimisation import Effect, Point, TuningResult
from replay.tuning.selection import HeldOut
from tests.support.browser import SCREENS, keep, opened

if TYPE_CHECKING:
    from pathlib import Path

    from config.brands.model import Language

HOUR = 3_600_000
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>"
LABELS = tuple(
    Label("Brisela <b>", 1_772_800_000_000 + n * 48 * HOUR, 1_772_800_000_000 + (n * 48 + 3) * HOUR, note=HOSTILE)
    for n in range(2)
)
DIFF = f"--- a/brands.yaml\n+++ b/brands.yaml\n@@ -1,2 +1,2 @@\n-  peak_ratio: 1.75 # {HOSTILE}\n+  peak_ratio: 1.2\n"


def point(settings: dict[str, str | float], delays: tuple[float | None, ...], false: int) -> Point:
    """Return a setting on the curve, over two weeks."""
    detected = [delay for delay in delays if delay is not None]
    low, high = rate(false, 2.0)
    mean = sum(detected) / len(detected) if detected else None
    recall = share(len(detected), len(delays))
    return Point(
        settings,
        len(detected),
        len(delays),
        (recall.low, recall.high),
        mean,
        delays,
        false,
        false / 2,
        (low, high),
        True,
    )


def study() -> TuningResult:
    """Return a study that proposes a change."""
    points = (
        point({}, (20.0, None), 1),
        point({"detect.negative_spike.peak_ratio": 1.2}, (9.0, 12.0), 3),
        point({"detect.negative_spike.peak_ratio": 1.1}, (9.0, 12.0), 3),
        point({"alert.page_from": "critical"}, (40.0, None), 0),
        point({"detect.sensitivity": "low"}, (None, None), 0),
    )
    effects = tuple(Effect(label, a, b) for label, a, b in zip(LABELS, points[0].delays, points[1].delays, strict=True))
    held = tuple(
        HeldOut(one.label, points[1].settings, Metrics((one.before,), 0, 1.0), Metrics((one.after,), 1, 1.0))
        for one in effects
    )
    return TuningResult(
        LABELS[0].brand, "brand", (LABELS[0].brand,), LABELS, 2.0, 2.0, points, "proposed", 1, 1, effects, held
    )


def test_what_did_the_same_is_one_mark() -> None:
    """Each setting that pages a crisis is drawn once; today's and the proposal keep their own marks."""
    found = plotted_points(study())
    assert sum(len(place.settings) for place in found) == 4
    assert [place.mark for place in found] == ["fewer", "leading", "today"]
    assert found[1].point.settings == {"detect.negative_spike.peak_ratio": 1.2}


def test_the_chart_is_safe_and_says_itself_in_words() -> None:
    """A chart's data holds no character that HTML knows, and its words name today's place."""
    chart = tradeoff_chart(study(), "en")
    assert chart is not None
    assert not set("<>&") & set(chart.data)
    assert json.loads(chart.data)["data"]
    assert "20 min and 0.5 false alarms a week" in chart.alt


def test_nothing_paged_is_no_curve() -> None:
    """Where no setting pages a crisis, the page says so instead of drawing nothing."""
    silent = replace(study(), points=(point({}, (None, None), 0),), state="keep", proposal=None, leading=0)
    assert tradeoff_chart(silent, "en") is None
    assert WORDS["en"]["no_curve"] in render([TuningSection(silent, "")], "en")


@pytest.mark.parametrize("state", ["keep", "not_better", "too_few", "too_short"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_not_proven_is_not_proposed(state: str, language: Language) -> None:
    """Each reason to leave things as they are is said; with too little data no best setting is named."""
    found = replace(study(), state=state, proposal=None)
    page, words = render([TuningSection(found, "")], language), WORDS[language]
    assert conclusion(found, language) in page
    assert words["no_diff"] in page
    assert words["mark_proposal"] not in page
    assert (words["hindsight"] in page) == (state == "not_better")


def test_a_proposal_is_reported_with_its_effect_and_its_doubt() -> None:
    """Delay, false alarms and incidents, before and after and held out, each with what chance leaves open."""
    page = render([TuningSection(study(), DIFF)], "en")
    assert "2 of 2 crises paged instead of 1; where both page, 11 min sooner; 1 false alarm a week more" in page
    assert "missed → 12 min" in page
    recall = share(1, 2)
    assert f"{recall.low:.0%} to {recall.high:.0%}" in page
    assert "the difference may be chance" in page
    assert WORDS["en"]["doubt_small"] in page
    assert '<span class="add">+  peak_ratio: 1.2</span>' in page


def test_both_languages_say_the_same() -> None:
    """What one language says, the other says with the same figures."""
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS["fr"][key])), key


def test_the_page_stands_in_a_browser(tmp_path: Path) -> None:
    """It is drawn, fetches nothing, fits a phone, and neither brands, notes nor a configuration act on it."""
    path = tmp_path / "tuning.html"
    path.write_text(render([TuningSection(study(), DIFF), TuningSection(study(), "")], "en"), encoding="utf-8")
    with opened() as tab:
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        for screen, scheme in (("phone", "dark"), ("desktop", "light")):
            tab.set_viewport_size(SCREENS[screen])
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
            tab.goto(path.as_uri())
            tab.wait_for_selector("article:nth-of-type(2) .main-svg")
            assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            keep(tab, f"tuning-{screen}-{scheme}")
        assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {path.as_uri()}
        assert tab.title() == WORDS["en"]["titles"].format(count=2)
        assert tab.locator("img[src=x]").count() == 0
