"""Topic part of a card: what an incident is about, for every renderer.

Labels, words and posts of a topic come from outside: they are cleaned here and stay plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from alerts.incidents.findings import topic_of
from alerts.rendering.escaping import clean, clip
from alerts.rendering.rich_text import RichText, fill_message, join, plain, time
from alerts.rendering.text import WORDS_IN_LINE, format_duration, quoted_word, translate
from detectors.model.signal_text import format_number, format_percent
from detectors.topics.risk.categories import CATEGORIES
from mentions.watchlist.normalise import normalise_in_place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alerts.incidents.model import Incident
    from detectors.model.signal_text import Language
    from detectors.model.topic import CopiedPost, MentionWords, Topic, TopicPost

LABEL_CHARS: Final = 60
POST_CHARS: Final = 200
CHANNEL_CHARS: Final = 30
CATEGORIES_SHOWN: Final = 3
COPIES: Final = 3
FURTHER: Final = 5
TERMS: Final = 5

_WORD: Final = re.compile(r"\w+")
_MINUTE: Final = 60_000
_TIME: Final = "{time}"


@dataclass(frozen=True)
class TopicPart:
    """What is shown of an incident's topic, from top to bottom."""

    title: RichText  # its label and risk categories
    figures: RichText  # mentions, authors, growth, share of the negative mentions
    posts: tuple[RichText, ...]  # the first one, and the one with the largest reach
    copies: tuple[RichText, ...]  # a typical post of each near-duplicate group, quoted
    further: RichText  # the labels of the incident's other topics; empty where it has one


def build_topic(incident: Incident, language: Language) -> TopicPart | None:
    """Return what an incident is about; None where no topic is known."""
    topic = topic_of(incident)
    if topic is None:
        return None
    return TopicPart(
        title=_title(topic, language),
        figures=_figures(topic, language),
        posts=_posts(topic, language),
        copies=tuple(_copy(group, language) for group in _quoted(topic)),
        further=_further(incident, topic, language),
    )


def topic_and_categories(topic: Topic, language: Language) -> str:
    """Return what a topic is, in few words: `“no food” (outage, boycott)`."""
    label = translate(language, "quoted", text=_label(topic))
    names = ", ".join(category_names(topic, language))
    return f"{label} ({names})" if names else label


def category_names(topic: Topic, language: Language) -> list[str]:
    """Return the names of a topic's risk categories, the most unusual first."""
    known = [category for category in topic.categories if category in CATEGORIES]
    return [translate(language, f"risk_{category}") for category in known]


def about_text(topic: Topic | None, words: MentionWords | None, language: Language) -> str:
    """Return what an incident is about, in few words: its topic, else the words of its mentions, else nothing."""
    if topic is not None:
        return topic_and_categories(topic, language)
    return "" if words is None else translate(language, "words", items=quoted_words(words, language))


def quoted_words(words: MentionWords, language: Language) -> str:
    """Return the first words of mentions: `“frozen”, “refund”`."""
    return ", ".join(quoted_word(term, language) for term, _ in words.terms[:WORDS_IN_LINE])


def topic_terms(incident: Incident, topic: Topic) -> list[str]:
    """Return the words of a topic, without those that only name a brand of the incident."""
    return list(dict.fromkeys(map(clean, named_terms(incident, topic.terms))))[:TERMS]


def named_terms(incident: Incident, terms: Iterable[str]) -> list[str]:
    """Return words from outside, as they are, without those that only name a brand of the incident."""
    own = {word for brand in incident.all_brands for word in _words(brand)}
    return [term for term in terms if not _words(term) <= own]


def quoted_texts(topic: Topic) -> frozenset[str]:
    """Return the texts of the posts that the part shows, so that no other part quotes them again."""
    shown = [topic.first, *([topic.largest] if topic.largest else []), *(group.post for group in topic.groups[:COPIES])]
    return frozenset(clean(post.text) for post in shown if not post.deleted)


def paging_reason(topic: Topic, language: Language) -> str:
    """Return why a topic pages, or that it does not."""
    reasons = [
        translate(language, f"pages_{reason}") for reason in ("risk", "negative", "many") if reason in topic.reasons
    ]
    return translate(language, "pages", reasons="; ".join(reasons)) if reasons else translate(language, "pages_not")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(normalise_in_place(clean(text))))


def _label(topic: Topic) -> str:
    return clip(clean(topic.label), LABEL_CHARS) or "?"


def quote(text: str, limit: int, language: Language) -> RichText:
    """Return a text from outside in quotation marks, cut to a limit."""
    return fill_message(language, "quoted", text=plain(text, limit) or plain("…"))


def _title(topic: Topic, language: Language) -> RichText:
    title = fill_message(language, "topic", label=quote(_label(topic), LABEL_CHARS, language))
    names = category_names(topic, language)[:CATEGORIES_SHOWN]
    risk = fill_message(language, "topic_risk", items=", ".join(names)) if names else ()
    return join([title, risk], " · ")


def _figures(topic: Topic, language: Language) -> RichText:
    """Return how many write of it, how unusual it is, how it grows, and its part of the negative mentions."""
    authors = translate(
        language,
        "topic_author" if topic.authors == 1 else "topic_authors",
        count=format_number(topic.authors, language),
        span=format_duration(topic.minutes * _MINUTE, language),
    )
    ratio = "" if topic.ratio is None else format_number(topic.ratio, language)
    parts = [
        authors,
        translate(language, "topic_usual" if ratio else "topic_new", ratio=ratio),
        _growth(topic, language),
        translate(language, "topic_negative", share=format_percent(topic.share_of_negative, language)),
    ]
    return join((plain(part) for part in parts), " · ")


def _growth(topic: Topic, language: Language) -> str:
    if topic.trend == "rising" and topic.doubling_minutes is not None:
        span = format_duration(topic.doubling_minutes * _MINUTE, language)
        return translate(language, "trend_doubles", span=span)
    return translate(language, f"trend_{topic.trend}")


def _posts(topic: Topic, language: Language) -> tuple[RichText, ...]:
    """Return the first post and the largest one; one line where they are the same."""
    if topic.largest is None:
        return (_post("first_post", topic.first, language),)
    if topic.largest == topic.first:
        return (_post("first_and_largest_post", topic.first, language),)
    return (_post("first_post", topic.first, language), _post("largest_post", topic.largest, language))


def _post(key: str, post: TopicPost, language: Language) -> RichText:
    return fill_message(language, key, post=quoted_post(post, language))


def quoted_post(post: TopicPost, language: Language) -> RichText:
    """Return a post with its channel and time, and its reach where it is known."""
    reach = translate(language, "post_reach", reach=format_number(post.reach, language)) if post.reach > 0 else ""
    place = join([plain(post.channel, CHANNEL_CHARS), time(post.published, _TIME), plain(reach)], ", ")
    text = plain(translate(language, "post_deleted")) if post.deleted else quote(post.text, POST_CHARS, language)
    return join([text, place], " — ")


def _quoted(topic: Topic) -> list[CopiedPost]:
    """Return the groups to quote; a single post that stands above already is left out."""
    above = {clean(post.text) for post in (topic.first, topic.largest) if post is not None}
    return [
        group
        for group in topic.groups[:COPIES]
        if group.count > 1 or not (group.post.deleted or clean(group.post.text) in above)
    ]


def _copy(group: CopiedPost, language: Language) -> RichText:
    post = quoted_post(group.post, language)
    if group.count <= 1:
        return post
    return fill_message(language, "copies", count=format_number(group.count, language), post=post)


def _further(incident: Incident, lead: Topic, language: Language) -> RichText:
    """Return the labels of the other topics, those of most authors first."""
    topics = [one.signal.topic for one in incident.findings.values() if one.signal.topic is not None]
    topics.sort(key=lambda topic: (-topic.authors, topic.number))
    labels = dict.fromkeys(_label(topic) for topic in topics)
    labels.pop(_label(lead), None)
    if not labels:
        return ()
    shown = [quote(label, LABEL_CHARS, language) for label in list(labels)[:FURTHER]]
    rest = plain(f" … +{len(labels) - FURTHER}") if len(labels) > FURTHER else ()
    return fill_message(language, "further_topics", items=join(shown, ", ") + rest)
