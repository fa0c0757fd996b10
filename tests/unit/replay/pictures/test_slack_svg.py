"""Tests of the SVG of a card: it is whole, reads as in Slack, and is harmless."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from alerts.rendering.buttons import Actions, Button, Menu
from alerts.rendering.card import Card, Chart, Fact, build_card
from alerts.rendering.rich_text import Span, fill, plain, time
from alerts.rendering.route import Route
from replay.pictures import slack_svg
from replay.pictures.text_metrics import is_bars, width, wrap
from tests.support.alerts import START, run, signal
from tests.support.topics import topic, topic_signal

CHART = Chart("F00000001", 1, START, 5, "at most 80")

SVG = "{http://www.w3.org/2000/svg}"


def _words(drawn: str) -> str:
    return " ".join("".join(text.itertext()) for text in ET.fromstring(drawn).iter(f"{SVG}text"))


def _card(language: str = "en") -> Card:
    reported = run(signal(0), signal(3, observed=240, severity="critical"))[1]
    return build_card(reported[-1].incident, Route("C1", language, "<@U0CAMILLE>"), page=True)


def test_card_shows_every_block() -> None:
    """What the blocks say stands in the drawing: headline, who is called, figures, drivers, examples, id."""
    words = _words(slack_svg.render(_card(), "14:32"))
    for said in (
        "240 negative mentions in 10 min",
        "@U0CAMILLE",
        "usually 6",
        "refund 31",
        "Third hour",
        "open",
        "acme",
    ):
        assert said in words


def test_card_shows_the_topic() -> None:
    """Label, risk, growth, posts, the quoted copy and the other topics, whatever they hold."""
    evil = "</text><script>alert(1)</script>"
    reported = run(topic_signal(0, topic(label=evil)), topic_signal(1, topic(number=2, label="refund now")))[1]
    card = build_card(reported[-1].incident, Route("C1", "fr"), page=False)
    drawn = slack_svg.render(card, "14:32")
    assert "<script" not in drawn
    for said in (
        evil,
        "Risque",
        "décès et blessés",
        "double en 12 min",
        "14:12",
        "12 posts quasi identiques",
        "refund",
    ):
        assert said in _words(drawn).replace("\xa0", " "), said


def test_card_is_labelled_with_the_lock_screen_line() -> None:
    """A reader of the page who cannot see the image is told the one line."""
    drawn = ET.fromstring(slack_svg.render(_card("fr"), "14:32"))
    assert drawn.get("role") == "img"
    assert "mentions négatives" in (drawn.get("aria-label") or "")


def test_hostile_text_stays_text() -> None:
    """Markup in a message is drawn as text and never becomes markup."""
    evil = "</text><script>alert(1)</script> & <b>"
    drawn = slack_svg.render(replace(_card(), headline=evil, brands=plain(evil)), "14:32")
    assert "<script" not in drawn
    assert evil.replace(" ", "") in _words(drawn).replace(" ", "")


def test_nothing_is_drawn_outside_the_card() -> None:
    """Each line begins inside the card and ends, as far as can be told without a font, before its right edge."""
    root = ET.fromstring(slack_svg.render(_card(), "14:32"))
    height = float((root.get("viewBox") or "").split()[3])
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("y") or "inf") < height
        long = width("".join(text.itertext()), float(text.get("font-size") or 0))
        assert float(text.get("x") or 0) + long <= slack_svg.WIDTH


def _height(card: Card) -> float:
    return float(ET.fromstring(slack_svg.render(card, "1")).get("viewBox", "").split()[3])


@pytest.mark.parametrize(
    "change",
    [
        {"notes": (plain("small print"),)},
        {"chart": CHART, "chart_title": "bars and lines"},
        {"actions": Actions("i|1", (Button("ack", "Acknowledge"), Menu("more", "", ())))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_part_has_its_place(change: dict[str, Any]) -> None:
    """Small print, charts (by their description) and buttons make the card longer."""
    bare = replace(_card(), notes=())
    assert _height(replace(bare, **change)) > _height(bare)


def test_an_instant_is_drawn_in_utc() -> None:
    """A file cannot know the reader's time zone."""
    assert "at 14:32" in _words(
        slack_svg.render(replace(_card(), brands=fill("at {moment}", moment=time(START, "{time}"))), "1")
    )


def test_wrapping_keeps_every_word() -> None:
    """Broken into lines, a text has the same words in the same order, and no line is too wide."""
    text = "several words of which " + "one" * 60 + " is far too long for any line"
    lines = wrap([Span(text)], 15, 200)
    assert "".join(span.text for line in lines for span in line).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert sum(width(span.text, 15) for span in line) <= 200 + width(" ", 15)


def test_sparklines_are_forced_to_their_width() -> None:
    """Fonts draw bars at very different widths, so the drawing says how wide they are to be."""
    assert is_bars("▁▃█")
    assert not is_bars("▁a")
    assert "textLength" in slack_svg.render(replace(_card(), facts=(Fact(plain("83 mentions"), "▁▂▃"),)), "1")


def test_a_chart_is_part_of_the_card() -> None:
    """The picture itself, its title above and its words for who does not see it; without one, the words alone."""
    card = replace(_card(), chart=CHART, chart_title="bars and lines")
    drawn = slack_svg.render(card, "1", b"\x89PNG")
    assert "data:image/png;base64,iVBORw==" in drawn
    assert "bars and lines" in drawn
    assert "at most 80" in drawn
    without = slack_svg.render(card, "1")
    assert "at most 80" in without
    assert "data:" not in without
