"""Topics of a brand in the engine: sampled mentions go to the tracker, and its news become signals."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from detectors.engine.description.crowds import describe_window
from detectors.model.correction import mention_key
from detectors.model.signal import TOPIC_BURST, Contributors, Evidence, Example, Signal
from detectors.model.wording import HIGH_REACH_MENTIONS, MENTIONS, POSITIVE_MENTIONS
from detectors.topic_burst import AUTHORS
from detectors.topics import tracker
from detectors.topics.risk.terms import RiskTerms, adjusted_terms, built_in_terms
from detectors.topics.state import TopicState
from detectors.topics.storage import decode, encode
from detectors.topics.text.units import own_words
from detectors.windows.buckets import MINUTE
from mentions.model.batches import NEGATIVE, POSITIVE

if TYPE_CHECKING:
    from detectors.engine.state import State
    from detectors.model.correction import Correction
    from detectors.model.topic import MentionWords, Topic, TopicPost
    from detectors.topics.parameters import TopicBurst
    from mentions.model.batches import Batch

MAX_AGE: Final = 3 * 3_600_000
"""A topic that was no burst for so long [ms] is not what a brand's mentions are about now."""

NO_TOPICS: Final = "no topics of a brand: they begin afresh, the rest of its state stays"
"""Why the topics of a brand were not taken from its stored state."""

_COUNTED_LABELS: Final = {MENTIONS.name: None, POSITIVE_MENTIONS.name: POSITIVE}
"""Labels of the mentions that a metric counts, None for all; those of every other metric are negative."""


def set_topics(state: State, own: TopicBurst | None) -> None:
    """Read the brand's topics by the parameters in force; None: topics are off, and what is known is kept."""
    state.cache.topic_parameters = own
    if own is None:
        return
    words, risks = own_words([state.brand, *own.own_terms]), _risk_terms(own)
    if state.topics is None:
        state.topics = stored_topics(state, words, risks) or TopicState(words, risks)
    elif not state.topics.reads_with(words, risks):
        state.topics = TopicState(words, risks, state.topics.stored)


def stored_topics(state: State, words: frozenset[str], risks: RiskTerms) -> TopicState | None:
    """Return the topics as stored; None where there are none, or where they cannot be read, which the state notes."""
    try:
        return decode(state.encoded_topics, words, risks) if state.encoded_topics else None
    except msgspec.DecodeError:
        state.encoded_topics, state.unreadable = b"", NO_TOPICS
        return None


def _risk_terms(own: TopicBurst) -> RiskTerms:
    extra = tuple((category, tuple(terms)) for category, terms in sorted(own.extra_terms.items()))
    return _adjusted(extra, own.ignored_categories) if extra or own.ignored_categories else built_in_terms()


@lru_cache(256)
def _adjusted(extra: tuple[tuple[str, tuple[str, ...]], ...], ignored: tuple[str, ...]) -> RiskTerms:
    return adjusted_terms(dict(extra), ignored)


def read_rows(state: State, rows: Batch, start: int, end: int, minute: int) -> tuple[int, list[tracker.TopicNews]]:
    """Give rows of a minute that are about to be counted to the tracker, up to the first that is news.

    Returns the end of the rows that it has taken, and the news.
    """
    own, topics = state.cache.topic_parameters, state.topics
    if own is None or topics is None:
        return end, []
    for place in range(start, end):
        if tracker.count_unread(topics, minute, end - place):
            break
        found = tracker.step(topics, _topic_row(state, rows, place), own)
        if found and (news := [one for one in found if one.change != "ended"]):
            return place + 1, news
    return end, []


def signals_of(state: State, news: list[tracker.TopicNews], at: int) -> list[Signal]:
    """Return the signals of what changed with a row that was published at `at` [ms] and is counted."""
    own = state.cache.topic_parameters
    return [] if own is None else [_signal(state, one, at, own) for one in news]


def correct(state: State, correction: Correction, label: int, text_hash: int) -> None:
    """Let a brand's topics quote what a mention says now, also while they are off."""
    if state.topics is not None:
        state.topics.correct(correction, label, text_hash)
    elif (read := stored_topics(state, frozenset(), built_in_terms())) is not None:
        read.correct(correction, label, text_hash)
        state.encoded_topics = encode(read)


def learn_past(state: State, rows: Batch, place: int) -> None:
    """Let a row that came late teach what people usually write about the brand."""
    if state.cache.topic_parameters is not None and state.topics is not None:
        tracker.learn_past(state.topics, _topic_row(state, rows, place))


def _topic_row(state: State, rows: Batch, place: int) -> tracker.TopicRow:
    author = rows.authors[place]
    return tracker.TopicRow(
        rows.published[place],
        "" if state.contributors.is_unknown(author) else author,
        rows.channels[place],
        rows.text_hashes[place],
        rows.labels[place],
        rows.compounds[place],
        rows.reaches[place],
        rows.excerpts[place],
        mention_key(rows.ids[place]),
    )


def leading_topic(state: State, at: int) -> Topic | None:
    """Return what the brand's mentions are about at `at` [ms]: the active topic with most negative mentions."""
    if state.cache.topic_parameters is None or state.topics is None:
        return None
    active = [topic for topic in state.topics.stored.active if at - topic.last_burst_at <= MAX_AGE]
    if not active:
        return None
    return max(active, key=lambda topic: (topic.negative, topic.mentions, -topic.number)).to_topic()


def words_of_finding(state: State, evidence: Evidence) -> MentionWords | None:
    """Return the words of the mentions that a finding counts; None where topics are off or none of them was read."""
    if state.cache.topic_parameters is None or state.topics is None:
        return None
    label = _COUNTED_LABELS.get(evidence.metric, NEGATIVE)
    reach = state.cache.high_reach_from if evidence.metric == HIGH_REACH_MENTIONS.name else 0
    return state.topics.words_of(evidence.window_start, evidence.window_end, label, reach)


def _signal(state: State, news: tracker.TopicNews, at: int, own: TopicBurst) -> Signal:
    topic = news.topic
    evidence = Evidence(
        window_start=topic.start // MINUTE * MINUTE,
        window_end=(at // MINUTE + 1) * MINUTE,
        metric=AUTHORS.name,
        observed=float(topic.authors),
        expected=None if topic.ratio is None else topic.authors / topic.ratio,
        threshold=float(own.min_voices),
        mentions=topic.mentions,
        negative=round(topic.negative_share * topic.mentions),
        history=1,
        extra={"surprisal": topic.surprisal},
    )
    posts = [post for post in (topic.first, topic.largest) if post is not None and not post.deleted]
    return Signal(
        brand=state.brand,
        detector=TOPIC_BURST,
        start=topic.start // MINUTE * MINUTE,
        revision=news.revision,
        phase="raised" if news.revision == 0 else "ongoing",
        severity=news.severity,
        at=at,
        policy=state.revision,
        evidence=evidence,
        contributors=Contributors(examples=tuple(dict.fromkeys(map(_example, posts)))),
        topic=topic,
        crowd=describe_window(state, evidence),
    )


def _example(post: TopicPost) -> Example:
    return Example(post.text, "", post.channel, "", post.reach, post.compound, post.published, post.key)
