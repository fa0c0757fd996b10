"""Is a report one page that stands alone, says the truth of the replay, and survives whatever a mention holds?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli.weights import scorer
from config.brand import default_brand
from mentions.watchlist import Watchlist
from replay.outcome import run
from replay.policies import Rules
from replay.report.facts import SCALES, Facts, gather
from replay.report.page import render, summary
from replay.report.words import WORDS
from replay.tuning.candidates import BARS, applied, value_of
from replay.tuning.material import gather as read
from sources.position import Line, Position
from tests.support import past
from tests.support.browser import keep, opened
from tests.support.crowd import Crowd

if TYPE_CHECKING:
    from mentions.scored import Batch, Tick

ROOT = Path(__file__).parents[3]
BRAND = default_brand("Brisela")
HOSTILE = (
    "Brisela awful terrible </script><script>document.title='owned'</script><img src=x onerror=alert(1)> \u202e"
    + "W" * 200
)


@cache
def lines() -> tuple[str, ...]:
    """Return a calm time, then a storm; the first mention of the storm is hostile in every field."""
    calm = Crowd(900, seed=41, brands=("Brisela",), angry=0.1, repeated=0.0)
    storm = Crowd(300, seed=42, brands=("Brisela",), start=calm.end, angry=0.9, span=calm.span / 6, repeated=0.0)
    said = [*calm.mentions(), *storm.mentions()]
    for mention in said[1000:1004]:
        mention |= {"text": HOSTILE, "author": "<b onclick=x>" + "A" * 90, "reach": 9_000_000}
    return tuple(map(json.dumps, said))


def records(count: int | None = None) -> list[Batch | Tick]:
    """Return the first mentions, scored."""
    found = (Line(number, text.encode(), Position(0, number)) for number, text in enumerate(lines()[:count], 1))
    return read(found, Watchlist([BRAND.watched(0)]), scorer(None)).records["Brisela"]


@cache
def facts() -> Facts:
    """Return what there is to report."""
    return gather(BRAND, records())


@pytest.fixture
def page(tmp_path: Path) -> str:
    """Return the address of the page."""
    (tmp_path / "report.html").write_text(render(facts(), "en"), encoding="utf-8")
    return (tmp_path / "report.html").as_uri()


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG counts it."""
    dark, light = sorted(map(_luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_slider_holds_what_the_detectors_do() -> None:
    """Each step of the slider is a replay of the same mentions under those bars."""
    assert [one.scale for one in facts().settings] == list(SCALES)
    for one in (facts().settings[0], facts().settings[-1]):
        bars = {bar: max(0.1, round(value_of(BRAND, bar) * one.scale, 2)) for bar in BARS}
        courses = run(Rules.of([applied(BRAND, bars)]), records(), None).courses()
        assert one.opened == [course.opened_at for course in courses]


def test_other_bars_would_have_done_otherwise() -> None:
    """On days with storms that grow, the slider shows a difference, and today's step is what the replay told."""
    found = (Line(n, json.dumps(one).encode(), Position(0, n)) for n, one in enumerate(past.mentions(), 1))
    told = gather(BRAND, read(found, Watchlist([BRAND.watched(0)]), scorer(None)).records["Brisela"])
    assert len({tuple(one.opened) for one in told.settings}) > 1
    today = next(one for one in told.settings if one.scale == 1)
    assert today.opened == [course.opened_at for course in told.courses]
    assert today.pages == sum(course.pages for course in told.courses)


def test_every_mention_is_in_the_timeline() -> None:
    """The columns add up to the mentions of the run."""
    assert sum(facts().mentions) == facts().outcome.mentions
    assert all(bad <= every for bad, every in zip(facts().negative, facts().mentions, strict=True))


def test_both_languages_have_the_same_words() -> None:
    """What one language says, the other says with the same figures, and the page names its language."""
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    for key, text in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", WORDS["fr"][key])), key
    assert '<html lang="fr">' in render(facts(), "fr")
    assert "incident" in summary(facts(), "fr")


def test_a_calm_past_is_reported_as_calm() -> None:
    """Where nothing fired, the page says so."""
    found = gather(BRAND, records(50))
    assert "no alert" in summary(found, "en")
    assert WORDS["en"]["whatif"] in render(found, "en")


def test_an_incident_is_found_by_its_id_or_those_there_are_are_named() -> None:
    """A wrong id is answered with the right ones."""
    known = facts().courses[0].incident.id
    assert gather(BRAND, records(), known).since >= facts().since
    with pytest.raises(LookupError, match=re.escape(known)):
        gather(BRAND, records(), "nonsense")


@pytest.mark.parametrize("screen", ["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_stands_in_a_browser(page: str, screen: str, scheme: str) -> None:
    """Charts are drawn, nothing is fetched, hostile texts act on nothing, nothing is wider than the screen."""
    with opened(screen, scheme) as tab:  # type: ignore[arg-type]
        asked: list[str] = []
        errors: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("pageerror", lambda error: errors.append(str(error)))
        tab.goto(page)
        tab.wait_for_selector(".js-plotly-plot .main-svg")
        assert not errors
        assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [page]
        assert "owned" not in tab.title()
        assert tab.locator("img[src=x]").count() == 0
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        soft = tab.evaluate("getComputedStyle(document.querySelector('.main-svg text')).fill")
        assert contrast(soft, tab.evaluate("getComputedStyle(document.body).backgroundColor")) >= 4.5
        keep(tab, f"report-{screen}-{scheme}")


def test_the_slider_is_moved_by_the_keyboard(page: str) -> None:
    """An arrow key moves it, and what it found is said in words."""
    with opened() as tab:
        tab.goto(page)
        before = tab.inner_text("#found")
        tab.focus("#scale")
        tab.keyboard.press("ArrowLeft")
        assert tab.inner_text("#found") != before
        assert tab.get_attribute("#scale", "aria-valuetext") == tab.inner_text("#found")


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    """A file of mentions becomes a page; a brand nobody mentions is an error."""
    (tmp_path / "past.jsonl").write_text("\n".join(lines()), encoding="utf-8")
    given = [str(tmp_path / "past.jsonl"), "--defaults", "-o", str(tmp_path / "out.html"), "--brand"]
    command = [sys.executable, "-m", "cli.main", "report", *given]
    done = subprocess.run([*command, "Brisela"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "<html" in (tmp_path / "out.html").read_text(encoding="utf-8")
    done = subprocess.run([*command, "Nobody"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "no mention of Nobody" in done.stderr
