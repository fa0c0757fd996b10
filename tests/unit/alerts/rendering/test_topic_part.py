"""The topic part of a card: in both languages, bounded, and safe with hostile texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from alerts.rendering import slack_blocks
from alerts.rendering.card import Card, build_card
from alerts.rendering.locales import en, fr
from alerts.rendering.route import Route
from alerts.rendering.slack_blocks import to_mrkdwn
from alerts.rendering.topic_part import TopicPart, category_names, paging_reason, topic_and_categories
from detectors.model.signal import Contributors, Example
from detectors.model.topic import CopiedPost, TopicPost
from detectors.topics.risk.categories import CATEGORIES
from tests.support.alerts import START, incident_of, signal
from tests.support.markup import strangers, texts
from tests.support.topics import COPIED, FIRST, LARGEST, topic, topic_signal
from tocsin.demo.fake_slack.block_kit import block_errors

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language

EVIL = "<!channel> *free* `rm` <https://evil.example|here> \u202e"
HARMLESS = "&lt;!channel&gt; *free* ˋrmˋ &lt;https://evil.example|here&gt;"


def card(*signals: Signal, language: Language = "en") -> Card:
    """Return the card of an incident with these signals."""
    return build_card(incident_of(*signals), Route("#alerts", language), page=False)


def part(*signals: Signal, language: Language = "en") -> TopicPart:
    """Return its topic part."""
    found = card(*signals, language=language).topic
    assert found is not None
    return found


def figures_text(language: Language = "en", **changes: Any) -> str:
    """Return the figures of a topic, blanks made plain."""
    text = to_mrkdwn(part(topic_signal(0, topic(**changes)), language=language).figures)
    return re.sub("[\u00a0\u202f]", " ", text)


def test_the_topic_is_named_with_its_risk() -> None:
    """Label and categories, in the language of the route."""
    english, french = part(topic_signal()), part(topic_signal(), language="fr")
    assert to_mrkdwn(english.title) == "*Topic* “six hours on board, no food” · *Risk* outage, death and injury"
    assert to_mrkdwn(french.title).replace("\u00a0", " ") == (
        "*Sujet* « six hours on board, no food » · *Risque* panne, décès et blessés"
    )
    harmless = part(topic_signal(0, topic(categories=())))
    assert to_mrkdwn(harmless.title) == "*Topic* “six hours on board, no food”"


def test_every_category_has_a_name_in_both_languages() -> None:
    """The twelve of them, none named twice; a category of another version is left out."""
    every = topic(categories=(*CATEGORIES, "of tomorrow"))
    for language in ("en", "fr"):
        assert len(set(category_names(every, language))) == len(CATEGORIES) == 12
    assert topic_and_categories(topic(label="no food", categories=("labour",)), "en") == "“no food” (labour)"
    assert topic_and_categories(topic(label="no food", categories=()), "fr") == "«\u00a0no food\u00a0»"


def test_the_languages_have_the_same_texts() -> None:
    """Each text has the same values in English and French."""
    assert en.MESSAGES.keys() == fr.MESSAGES.keys()
    for key, text in en.MESSAGES.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", fr.MESSAGES[key])), key


def test_authors_growth_and_share_are_shown() -> None:
    """How many for how long, how unusual, how it grows, and how much of what is negative it is."""
    assert figures_text() == (
        "41 authors in 20 min · new · rising, doubles every 12 min · 64% of all negative mentions since it began"
    )
    assert figures_text("fr") == (
        "41 auteurs en 20 min · nouveau · en hausse, double en 12 min"
        " · 64 % des mentions négatives depuis son apparition"
    )
    assert "1 author in 3 h · 4.1× usual · steady" in figures_text(
        authors=1, start=START - 3 * 3_600_000, ratio=4.12, trend="steady", doubling_minutes=None
    )
    assert "4,1× plus que d’habitude · en baisse" in figures_text(
        "fr", ratio=4.12, trend="falling", doubling_minutes=None
    )


def test_first_and_largest_post_are_shown_once() -> None:
    """With channel, time and reach; the same post is one line, and where no reach is known only the first is left."""
    first, largest = map(to_mrkdwn, part(topic_signal()).posts)
    assert re.fullmatch(
        r"\*First post\* “Six hours on board and no food” — forum, <!date\^\d+\^{time}\|.*14:12 UTC>", first
    )
    assert re.fullmatch(r"\*Largest post\* “No food, .*” — twitter, <!date.*14:27 UTC>, reach 48,000", largest)
    (same,) = map(to_mrkdwn, part(topic_signal(0, topic(first=LARGEST))).posts)
    assert same.startswith("*First and largest post* “No food")
    (only,) = map(to_mrkdwn, part(topic_signal(0, topic(largest=None))).posts)
    assert only.startswith("*First post* “Six hours")


def test_copies_are_one_example_with_their_count() -> None:
    """At most three groups; a single post is quoted without a count, and never below itself."""
    single = TopicPost("Nobody tells us anything", "forum", START, 0, -0.2)
    groups = (CopiedPost(12, COPIED), CopiedPost(1, FIRST), CopiedPost(1, single), CopiedPost(1, LARGEST))
    quoted = [to_mrkdwn(copy) for copy in part(topic_signal(0, topic(groups=groups))).copies]
    assert [copy.split(" — ")[0] for copy in quoted] == [
        "12 near-identical posts: “My parents sit on board for six hours, share this”",
        "“Nobody tells us anything”",
    ]
    copied_first = part(topic_signal(0, topic(groups=(CopiedPost(7, FIRST),))))
    assert [to_mrkdwn(copy).split(":")[0] for copy in copied_first.copies] == ["7 near-identical posts"]


def test_nothing_is_quoted_twice() -> None:
    """A mention that the topic shows is no example of another detector, and there are at most three quotations."""
    examples = tuple(
        Example(text, "mira", "forum", "", 0, 0, START)
        for text in (FIRST.text, COPIED.text, "one", "two", "three", "four")
    )
    made = card(topic_signal(), signal(1, drivers=Contributors(examples=examples)))
    assert [to_mrkdwn(one).split(" — ")[0] for one in made.examples] == ["“one”", "“two”"]
    assert len(card(signal(1, drivers=Contributors(examples=examples))).examples) == 3


def test_further_topics_are_listed_by_label() -> None:
    """The leading one is not among them, nor the topic that another finding names; beyond five they are counted."""
    others = [topic_signal(n, topic(number=n, label=f"matter {n}", authors=40 - n)) for n in range(2, 5)]
    named = replace(signal(5), topic=topic())
    assert to_mrkdwn(part(topic_signal(), *others, named).further) == (
        "*Other topics* “matter 2”, “matter 3”, “matter 4”"
    )
    assert part(topic_signal(), named).further == ()
    many = [topic_signal(n, topic(number=n, label=f"matter {n}", authors=40 - n)) for n in range(2, 9)]
    assert to_mrkdwn(part(topic_signal(), *many).further).endswith("“matter 6” … +2")


def test_words_are_the_topic_s_and_never_the_brand_s_own() -> None:
    """With a topic its terms stand in place of the counted ones, without what only names the brand."""
    about = topic(terms=("no food", "ACME", "Acme!", "acme captain"))
    made = card(topic_signal(0, about), signal(1))
    rows = [to_mrkdwn(row) for row in made.contributors]
    assert "*Words* no food, acme captain" in rows
    assert "*Where* twitter 61, forum 22" in rows, "the topic is the most severe, the counts are of the other finding"
    assert "*Words* refund 31, gate 12 17" in [to_mrkdwn(row) for row in card(signal(1)).contributors]


def test_a_topic_alone_is_a_whole_card() -> None:
    """It has no figure of its own: no empty block, and the note says why it pages instead of naming a threshold."""
    made = card(topic_signal())
    assert made.facts == ()
    blocks = slack_blocks.render_card(made)
    assert [fault for block in blocks for fault in block_errors(block)] == []
    assert not any("fields" in block for block in blocks)
    (note,) = map(to_mrkdwn, made.notes)
    assert note == (
        "Pages because a risk category is far more frequent than usual; far more posts than usual are negative."
    )
    assert paging_reason(topic(reasons=()), "en").startswith("Info only")
    assert "auteurs" in paging_reason(topic(reasons=("many",)), "fr")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_hostile_text_pings_nobody(language: Language) -> None:
    """Label, terms, channel and posts are shown as they were written, and nothing invisible is left."""
    post = TopicPost(EVIL, EVIL, START, 5, -0.5)
    about = topic(label=EVIL, terms=(EVIL,), first=post, largest=replace(post, reach=9), groups=(CopiedPost(3, post),))
    made = card(topic_signal(0, about), topic_signal(1, topic(number=2, label=EVIL + "!")), language=language)
    blocks = slack_blocks.render_card(made)
    assert [fault for block in blocks for fault in block_errors(block)] == []
    shown = texts(blocks)
    assert [stranger for text in shown for stranger in strangers(text)] == []
    assert sum(HARMLESS in text for text in shown) == 4, "title, posts, copy, other topics"
    assert not any("\u202e" in text for text in shown)


def test_the_longest_topic_fits_beside_everything_else() -> None:
    """Characters that grow when escaped, five of each: the whole topic is kept, and the id and the actions too."""
    worst = "&" * 300
    post = TopicPost(worst, worst, START, 10**15, 0.0)
    groups = tuple(CopiedPost(10**9, replace(post, text=f"{n}{worst}")) for n in range(4))
    about = topic(label=worst, terms=(worst,) * 9, first=post, largest=replace(post, reach=10**12), groups=groups)
    others = [topic_signal(n, topic(number=n, label=f"{n}{worst}")) for n in range(2, 9)]
    made = card(topic_signal(0, about), *others, signal(9))
    blocks = slack_blocks.render_card(made)
    assert [fault for block in blocks for fault in block_errors(block)] == []
    assert slack_blocks.size(blocks) <= slack_blocks.CARD_CHARS
    shown = texts(blocks)
    assert len([text for text in shown if text.startswith("> ")]) == 3
    for expected in ("*Topic*", "*Largest post*", "*Other topics*", made.incident):
        assert any(expected in text for text in shown), expected
    assert not re.search(r"&(?!amp;)", " ".join(shown)), "nothing is cut in the middle of an entity"


def test_without_a_topic_the_card_is_as_before() -> None:
    """No line says that nothing is known."""
    made = card(signal(0))
    assert made.topic is None
    assert not any("Topic" in text for text in texts(slack_blocks.render_card(made)))
