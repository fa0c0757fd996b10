"""Contributors of a card: channels, words and authors of the leading finding, and mentions that are quoted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.incidents.findings import primary, topic_of, words_of
from alerts.incidents.model import BY_HAND, SOURCE_STOPPED, is_topic
from alerts.rendering.escaping import clean
from alerts.rendering.rich_text import RichText, fill_message, join, link, plain, time
from alerts.rendering.text import translate
from alerts.rendering.topic_part import quoted_texts, topic_terms
from detectors.model.signal_text import format_number

if TYPE_CHECKING:
    from alerts.incidents.model import Finding, Incident
    from alerts.rendering.topic_part import TopicPart
    from detectors.model.signal import Contributors, Example
    from detectors.model.signal_text import Language
    from detectors.model.topic import MentionWords

LISTED: Final = 5
EXAMPLES: Final = 3
ITEM_CHARS: Final = 30
EXAMPLE_CHARS: Final = 280

_TIME: Final = "{time}"


def _driven_by(incident: Incident, lead: Finding) -> Contributors:
    """Return the contributors of the primary finding; those of the next one where that one is a topic."""
    counted = [one for one in incident.findings.values() if not is_topic(one.signal)]
    leading = primary(counted) if counted and is_topic(lead.signal) else lead
    return leading.signal.contributors


def build_contributors(incident: Incident, lead: Finding, language: Language) -> tuple[RichText, ...]:
    """Return the most frequent channels, terms and authors, each with its count; of a topic its terms.

    The words of the mentions, where they are known, are another part of the card.
    """
    if incident.kind == "source":
        return ()
    found, topic = _driven_by(incident, lead), topic_of(incident)
    channels = [_counted(name, count, language) for name, count in found.channels[:LISTED]]
    if topic is None and words_of(incident) is not None:
        terms = []  # they stand above
    elif topic is None:
        terms = [_counted(name, count, language) for name, count in found.terms[:LISTED]]
    else:
        terms = [plain(term, ITEM_CHARS) for term in topic_terms(incident, topic)]
    authors = [
        fill_message(language, "reach", name=_author(name, language), count=count, reach=format_number(reach, language))
        if reach
        else _author(name, language) + plain(f" {format_number(count, language)}")
        for name, count, reach in found.authors[:LISTED]
    ]
    rows = [("channels", channels), ("terms", terms), ("authors", authors)]
    return tuple(fill_message(language, key, items=join(items, ", ")) for key, items in rows if items)


def build_examples(
    incident: Incident, lead: Finding, part: TopicPart | None, language: Language
) -> tuple[RichText, ...]:
    """Return the mentions to quote beside those of the topic or of the words, none of them twice."""
    topic, words = topic_of(incident), words_of(incident)
    known = quoted_texts(topic) if topic else frozenset()
    found = _driven_by(incident, lead).examples
    if lead.signal.detector == BY_HAND:
        return tuple(link(one.url, translate(language, "open_link")) for one in found if one.url)
    if lead.signal.detector == SOURCE_STOPPED:
        return tuple(plain(one.text, EXAMPLE_CHARS) for one in found)
    fresh = [one for one in found if clean(one.text) not in known and not (words and is_quoted(one, words))]
    room = EXAMPLES - (len(part.copies) if part else 0)
    return tuple(example_text(one, language) for one in fresh[:room])


def is_quoted(example: Example, words: MentionWords) -> bool:
    """Return whether an example is the mention that the words of the mentions quote the beginning of."""
    post = words.post
    same_time = example.published == post.published and not post.deleted
    return same_time and example.text.startswith(post.text)


def _counted(name: str, count: int, language: Language) -> RichText:
    return plain(name, ITEM_CHARS) + plain(f" {format_number(count, language)}")


def _author(name: str, language: Language) -> RichText:
    return plain(name, ITEM_CHARS) or plain(translate(language, "unknown_author"))


def example_text(example: Example, language: Language) -> RichText:
    """Return a mention with its author, channel and time, and a link where there is one."""
    text = fill_message(
        language,
        "example",
        text=plain(example.text, EXAMPLE_CHARS),
        author=_author(example.author, language),
        channel=plain(example.channel, ITEM_CHARS),
        moment=time(example.published, _TIME),
    )
    return join([text, link(example.url, translate(language, "open_link"))], " ")
