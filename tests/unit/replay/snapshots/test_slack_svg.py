"""Is a Slack message drawn as it reads, whole, and harmlessly?"""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from alerts.rendering.message import Message
from alerts.rendering.route import Route
from alerts.rendering.slack_blocks import image
from alerts.rendering.message import render_message
from replay.snapshots import slack_svg
from replay.snapshots.mrkdwn import Line, Span, read
from replay.snapshots.text_metrics import is_bars, width, wrap
from tests.support.alerts import run, signal

SVG = "{http://www.w3.org/2000/svg}"


def _words(drawn: str) -> str:
    return " ".join("".join(text.itertext()) for text in ET.fromstring(drawn).iter(f"{SVG}text"))


def _message(language: str = "en") -> Message:
    told = run(signal(0), signal(3, observed=240, severity="critical"))[1]
    return render_message(told[-1], Route("C1", language, "<@U0CAMILLE>"), page=True)


def test_card_shows_every_block() -> None:
    """What the blocks say stands in the drawing: headline, who is called, figures, drivers, examples, id."""
    words = _words(slack_svg.render(_message(), "14:32"))
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


def test_card_is_labelled_with_the_lock_screen_line() -> None:
    """A reader of the page who cannot see the image is told the one line."""
    drawn = ET.fromstring(slack_svg.render(_message("fr"), "14:32"))
    assert drawn.get("role") == "img"
    assert "mentions négatives" in (drawn.get("aria-label") or "")


def test_hostile_text_stays_text() -> None:
    """Markup in a message is drawn as text and never becomes markup."""
    evil = "</text><script>alert(1)</script> & <b>"
    escaped = evil.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": escaped}}]
    drawn = slack_svg.render(Message("i", 1, evil, blocks), "14:32")
    assert "<script" not in drawn
    assert evil.replace(" ", "") in _words(drawn).replace(" ", "")


def test_nothing_is_drawn_outside_the_card() -> None:
    """Each line begins inside the card and ends, as far as can be told without a font, before its right edge."""
    root = ET.fromstring(slack_svg.render(_message(), "14:32"))
    height = float((root.get("viewBox") or "").split()[3])
    for text in root.iter(f"{SVG}text"):
        assert float(text.get("y") or "inf") < height
        long = width("".join(text.itertext()), float(text.get("font-size") or 0))
        assert float(text.get("x") or 0) + long <= slack_svg.WIDTH


@pytest.mark.parametrize(
    "block",
    [
        {"type": "divider"},
        {"type": "image", "alt_text": "a chart", "image_url": "https://example.com/a.png"},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Acknowledge"}}]},
    ],
    ids=lambda block: block["type"],
)
def test_other_blocks_are_drawn_too(block: dict[str, object]) -> None:
    """Buttons, dividers and images (by their description) have their place, and make the card longer."""
    heights = [
        float(ET.fromstring(slack_svg.render(Message("i", 1, "t", blocks), "1")).get("viewBox", "").split()[3])
        for blocks in ([], [block])
    ]
    assert heights[1] > heights[0]


def test_mrkdwn_tokens_are_read() -> None:
    """Bold, code, links, mentions, instants and entities come out as what they show."""
    text = "*Open* `id` <https://a.example/?x=1&amp;y|open> <!subteam^S1> <!date^1424356320^{time}|x> a &lt; b"
    spans = read(text)[0].spans
    assert [span.text for span in spans if span.text.strip()] == ["Open", "id", "open", "@S1", "14:32", " a < b"]
    assert spans[4].href == "https://a.example/?x=1&y"


def test_quotes_are_lines_of_their_own() -> None:
    """A line behind `> ` is quoted, its neighbours are not."""
    assert [line.quoted for line in read("before\n> said\nafter")] == [False, True, False]


def test_stars_within_words_are_no_bold() -> None:
    """Only stars around words make bold text."""
    assert read("2*3*4") == [Line([Span("2*3*4")], quoted=False)]


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
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "▁▂▃"}}]
    assert "textLength" in slack_svg.render(Message("i", 1, "t", blocks), "1")


def test_a_chart_is_part_of_the_card() -> None:
    """The picture itself, its title above and its words for who does not see it; without one, the words alone."""
    block = image("F00000001", "bars and lines", "at most 80")
    drawn = slack_svg.render(Message("i", 1, "t", [block]), "1", b"\x89PNG")
    assert "data:image/png;base64,iVBORw==" in drawn
    assert "bars and lines" in drawn
    assert "at most 80" in drawn
    assert "data:" not in slack_svg.render(Message("i", 1, "t", [block]), "1")
