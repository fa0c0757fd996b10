"""Words of mentions on the card and in the line, where no topic is known: in both languages, and safe."""

from __future__ import annotations

import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace
from rich.console import Console

from alerts.incidents import findings
from alerts.notifiers.console import render_card
from alerts.rendering import slack_blocks
from alerts.rendering.card import Card, build_card
from alerts.rendering.escaping import width
from alerts.rendering.event_log import to_event
from alerts.rendering.route import Route
from alerts.rendering.slack_blocks import to_mrkdwn
from alerts.rendering.text import HEADLINE_CHARS, headline
from alerts.rendering.topic_part import about_text
from detectors.model.signal import Contributors, Example
from detectors.model.topic import TopicPost
from tests.support.alerts import START, incident_of, run, signal
from tests.support.markup import strangers, texts
from tests.support.topics import mention_words, topic, topic_signal
from tocsin.demo.fake_slack.block_kit import block_errors

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language

EVIL = "<!channel> *free* `rm` <https://evil.example|here> \u202e"
WHERE = Contributors((("forum", 3),), (("kettle", 9),), (("mira", 2, 0),))


def worded(minute: float = 0, *, drivers: Contributors = WHERE, **changes: Any) -> Signal:
    """Return a signal of a count that knows the words of its mentions, and no topic."""
    return replace(signal(minute, drivers=drivers), words=mention_words(**changes))


def card(*signals: Signal, language: Language = "en") -> Card:
    """Return the card of an incident with these signals."""
    return build_card(incident_of(*signals), Route("#alerts", language), page=False)


def plain(text: str) -> str:
    """Return a text with its blanks made plain."""
    return re.sub("[\u00a0\u202f]", " ", text)


@pytest.mark.parametrize(
    ("language", "stated"),
    [
        (
            "en",
            (
                "*Words of these mentions* “sidecar frozen” 3, “refund” 2",
                "of 5 mentions without copies · no topic found",
                "*For example* “Sidecar frozen since noon, I want a refund” — forum, ",
            ),
        ),
        (
            "fr",
            (
                "*Mots de ces mentions* « sidecar frozen » 3, « refund » 2",
                "sur 5 mentions, copies exclues · aucun sujet trouvé",
                "*Par exemple* « Sidecar frozen since noon, I want a refund » — forum, ",
            ),
        ),
    ],
)
def test_words_stand_in_the_place_of_the_topic(language: Language, stated: tuple[str, ...]) -> None:
    """Which words, of how many mentions, and one that holds them; the row of counted words is left out."""
    made = card(worded(), language=language)
    assert made.topic is not None
    lines = [plain(to_mrkdwn(one)) for one in (made.topic.title, made.topic.figures, *made.topic.posts)]
    for line, start in zip(lines, stated, strict=True):
        assert line.startswith(start)
    assert [plain(to_mrkdwn(row)).split(" ")[0] for row in made.contributors] == (
        ["*Where*", "*Who*"] if language == "en" else ["*Où*", "*Qui*"]
    )
    assert "kettle" not in str(slack_blocks.render_card(made))


def test_the_line_holds_as_many_words_as_have_room() -> None:
    """After the figures, whole words only; none where there is no room."""
    line = headline(incident_of(worded()), "en")
    assert line == "🟠 Warning acme: 83 negative mentions in 10 min, usually 6 (14×): “sidecar frozen”, “refund”"
    french = plain(headline(incident_of(worded()), "fr"))
    assert french.endswith("(14×) : « sidecar frozen », « refund »")
    long = headline(incident_of(worded(terms=(("frozen", 3), ("w" * 38, 2)))), "en")
    assert long.endswith("(14×): “frozen”")
    longest = "b" * 70
    full = headline(replace(incident_of(worded()), brand=longest), "en")
    assert width(full) <= HEADLINE_CHARS
    assert "usually 6 (14×)" in full


def test_a_topic_takes_the_place_of_the_words() -> None:
    """As soon as one is known, by whichever finding; words of an earlier signal outlast one without."""
    incident = incident_of(worded(), topic_signal(1))
    assert findings.words_of(incident) is None
    assert headline(incident, "en").startswith("🟠 Warning acme: “six hours on board, no food”")
    kept = incident_of(worded(), signal(1))
    assert findings.words_of(kept) == mention_words()
    later = incident_of(worded(), worded(1, terms=(("gangway", 4),)))
    assert findings.words_of(later) == mention_words(terms=(("gangway", 4),))


def test_the_quoted_mention_keeps_its_link_and_is_quoted_once() -> None:
    """The mention with the words is one of the examples: its author and link stand beside it, the others follow."""
    post = mention_words().post
    whole = f"{post.text}, and an answer"
    examples = (
        Example(whole, "mira", "forum", "https://forum.example/7", 0, -0.5, post.published),
        Example("nobody answers", "ada", "forum", "", 0, -0.4, START),
    )
    made = card(worded(drivers=Contributors(examples=examples)))
    assert made.topic is not None
    quoted = to_mrkdwn(made.topic.posts[0])
    assert f"“{whole}” — mira, forum" in quoted
    assert "<https://forum.example/7|open>" in quoted
    assert [to_mrkdwn(one).split(" — ")[0] for one in made.examples] == ["“nobody answers”"]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_words_stay_text(language: Language) -> None:
    """Neither a word nor the mention mentions anybody, links anywhere or acts on the terminal."""
    evil = TopicPost(EVIL + "\x1b[2J", EVIL, START, 5, -0.6)
    made = card(worded(terms=((EVIL, 3), ("\u202e", 2), ("x" * 5_000, 2)), post=evil), language=language)
    blocks = slack_blocks.render_card(made)
    assert [fault for block in blocks for fault in block_errors(block)] == []
    for text in texts(blocks):
        assert strangers(text) == []
        assert "\u202e" not in text
    screen = StringIO()
    Console(file=screen, width=100).print(render_card(made))
    assert "\x1b[2J" not in screen.getvalue()


def test_words_that_only_name_the_brand_are_left_out() -> None:
    """With nothing else, the card has no such part."""
    made = card(worded(terms=(("ACME", 3), ("acme gangway", 2))))
    assert made.topic is not None
    assert to_mrkdwn(made.topic.title) == "*Words of these mentions* “acme gangway” 2"
    assert card(worded(terms=(("acme", 3),))).topic is None


def test_an_event_names_the_words() -> None:
    """As plain JSON, where there is no topic."""
    event = to_event(None, run(worded())[1][0])
    assert event["words"] == {
        "terms": [{"term": "sidecar frozen", "voices": 3}, {"term": "refund", "voices": 2}],
        "voices": 5,
        "post": {
            "published": "2015-02-19T14:31:00.000Z",
            "channel": "forum",
            "text": "Sidecar frozen since noon, I want a refund",
            "reach": 0,
            "compound": -0.6,
        },
    }
    assert "topic" not in event
    assert "words" not in to_event(None, run(topic_signal(0), worded(1))[1][0])
    assert "words" not in to_event(None, run(signal(0))[1][0])


def test_what_an_incident_is_about_in_few_words() -> None:
    """The topic, else the words, else nothing."""
    assert about_text(topic(label="no food", categories=()), mention_words(), "en") == "“no food”"
    assert about_text(None, mention_words(), "en") == "words “sidecar frozen”, “refund”"
    assert plain(about_text(None, mention_words(), "fr")) == "mots « sidecar frozen », « refund »"
    assert about_text(None, None, "en") == ""
