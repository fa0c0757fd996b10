"""Does the picture of an incident show what happened and what was told, to everybody and without any harm?"""

from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from alerts.rendering.route import Route
from mentions.model.batches import NEGATIVE, POSITIVE
from replay.pictures import chart, incident_page
from replay.pictures.chart import Annotation
from replay.pictures.event_log import MINUTE, EventLog, MinuteCounts
from tests.support.alerts import START, run, signal
from tests.support.scoring import batch

if TYPE_CHECKING:
    from alerts.incidents.model import Notification

REPORTED = run(signal(0), signal(3, observed=240, severity="critical"))[1]


def _chronicle(brand: str = "acme", reported: list[Notification] = REPORTED) -> EventLog:
    chronicle = EventLog(since=START - 60 * MINUTE)
    chronicle.count(batch(brand, *((START + minute * MINUTE, NEGATIVE) for minute in range(-30, 5))))
    for note in reported:
        chronicle.add(note)
    return chronicle


def _page(chronicle: EventLog, language: str = "en") -> str:
    return incident_page.render(
        chronicle, lambda _brand, _at: Route("C1", language, "<@U0CAMILLE>"), "A title", "A lead."
    )


class _Outline(HTMLParser):
    """The page's tags with their attributes; fails where they do not nest."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_minutes_are_counted_by_brand() -> None:
    """Mentions fall into the minute of their publication, and their brand's only."""
    chronicle = EventLog(since=START)
    chronicle.count(batch("a", (START, NEGATIVE), (START + 59_999, POSITIVE), (START + MINUTE, POSITIVE)))
    chronicle.count(batch("b", (START + 2 * MINUTE, NEGATIVE)))
    assert chronicle.series("a") == [MinuteCounts(2, 1), MinuteCounts(1, 0), MinuteCounts(0, 0)]
    assert chronicle.series("b") == [MinuteCounts(0, 0), MinuteCounts(0, 0), MinuteCounts(1, 1)]
    assert chronicle.mentions == 4


def test_what_came_before_is_left_out() -> None:
    """The warm-up is not part of the story."""
    chronicle = EventLog(since=START)
    chronicle.count(batch("a", (START - 1, NEGATIVE)))
    assert chronicle.mentions == 0
    assert chronicle.span() == (START, START)


def test_incidents_stand_as_last_notified() -> None:
    """Each incident is known once, in its latest revision."""
    chronicle = _chronicle()
    assert [incident.revision for incident in chronicle.incidents()] == [REPORTED[-1].revision]
    assert chronicle.about(REPORTED[0].incident.id) == REPORTED


def test_page_is_self_contained() -> None:
    """Nothing is loaded from anywhere: no script, no address of a style, font or image."""
    page = _page(_chronicle())
    tags = _Outline(page).tags
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in tags}
    assert not re.search(r"url\(|@import|src=", page)


def test_page_tells_in_words_what_the_chart_shows() -> None:
    """Each flag of the chart has a row that says when and what, so that nobody needs to see the chart."""
    page = _page(_chronicle())
    for number, note in enumerate(REPORTED, 1):
        assert f"<strong>{number}</strong>" in page
        assert incident_page._annotation_text(note) in page
    labelled = [attributes for tag, attributes in _Outline(page).tags if tag == "svg"]
    assert all(attributes.get("role") == "img" and attributes.get("aria-label") for attributes in labelled)


def test_page_knows_light_and_dark() -> None:
    """Every colour of the page, its cards and their charts has a value in the light and in the dark."""
    page = _page(_chronicle())
    light, _, dark = page.partition("prefers-color-scheme:dark")
    names = set(re.findall(r"var\((--[\w-]+)\)", page))
    assert {"--card", "--chart-all", "--chart-negative", "--chart-ink"} <= names
    for name in names:
        assert f"{name}:" in light
        assert f"{name}:" in dark.partition("}}")[0]


def test_most_severe_brand_comes_first() -> None:
    """The brand with the most severe incident heads the page, a calm one closes it."""
    chronicle = _chronicle()
    chronicle.count(batch("aardvark", (START, POSITIVE)))
    page = _page(chronicle)
    assert page.index("<h2>acme</h2>") < page.index("<h2>aardvark</h2>")
    assert "No notifications." in page


def test_card_is_in_the_language_of_the_brand() -> None:
    """A brand whose alerts are French has French cards."""
    assert "mentions négatives" in _page(_chronicle(), "fr")


def test_hostile_names_stay_text() -> None:
    """A brand called like markup is shown as text."""
    evil = "<script>alert(1)</script>"
    reported = [replace(note, incident=replace(note.incident, brand=evil)) for note in REPORTED]
    page = _page(_chronicle(evil, reported))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_empty_chronicle_makes_a_page() -> None:
    """Where nothing happened there is a page all the same."""
    assert "<h1>A title</h1>" in _page(EventLog(since=START))


@pytest.mark.parametrize(("highest", "top"), [(0, 5), (5, 5), (6, 10), (67, 100), (500, 500), (900, 1000)])
def test_axis_ends_at_or_above_the_highest(highest: int, top: int) -> None:
    """The axis ends at a round number that no count exceeds."""
    drawn = chart.render("acme", START, [MinuteCounts(highest, 0)], [])
    assert f">{top}</text>" in drawn


def test_flags_do_not_cover_each_other() -> None:
    """Flags of the same moment stand side by side, each with its number."""
    marks = [Annotation(START, number, "warning", "w") for number in (1, 2, 3)]
    drawn = chart.render("acme", START, [MinuteCounts(1, 0)] * 60, marks)
    centres = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', drawn)]
    assert len(centres) == 3
    assert all(right - left >= 20 for left, right in itertools.pairwise(centres))
