"""Correction: an edited or deleted mention, and what becomes of the places where its text is shown.

The watch stage sends one for each change, on the topic `signals`, after the signals that may quote the mention. What
keeps quoted texts applies it; to apply it twice changes nothing.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from detectors.model.topic import POST_CHARS, map_posts, map_words
from mentions.model.hashing import hash32

if TYPE_CHECKING:
    from detectors.model.signal import Contributors, Example, Signal
    from detectors.model.topic import TopicPost


class Correction(msgspec.Struct, frozen=True, tag="correction"):
    """What a mention says now."""

    brand: str
    key: int  # of the mention, see `mention_key`
    at: int  # when the change arrived, ms
    published: int  # event time of the mention, ms
    deleted: bool
    counted: bool = False  # a deletion of a mention that the brand has counted, told for the first time
    text: str = ""
    compound: float = 0.0
    reach: int = 0


def mention_key(id_digest: int) -> int:
    """Return what quoted texts carry of their mention's id: 32 bits, which JSON keeps everywhere.

    >>> mention_key(1927389031678063535)
    3509040047
    """
    return hash32(id_digest)


def correct_signal(signal: Signal, correction: Correction) -> Signal:
    """Return a signal that quotes what the mention says now; the same object where it does not quote it."""
    contributors = correct_contributors(signal.contributors, correction)
    change = partial(correct_post, correction=correction)
    topic = None if signal.topic is None else map_posts(signal.topic, change)
    words = None if signal.words is None else map_words(signal.words, change)
    if contributors is signal.contributors and topic is signal.topic and words is signal.words:
        return signal
    return replace(signal, contributors=contributors, topic=topic, words=words)


def correct_contributors(shown: Contributors, correction: Correction) -> Contributors:
    """Return the contributors with what the mention says now among the examples; a deleted one is none."""
    if all(example.key != correction.key for example in shown.examples):
        return shown
    examples = tuple(found for one in shown.examples if (found := correct_example(one, correction)) is not None)
    return shown if examples == shown.examples else replace(shown, examples=examples)


def correct_example(example: Example, correction: Correction) -> Example | None:
    """Return an example as it is now, None where it was deleted."""
    if example.key != correction.key:
        return example
    if correction.deleted:
        return None
    return replace(example, text=correction.text, compound=correction.compound)


def correct_post(post: TopicPost, correction: Correction) -> TopicPost:
    """Return a topic's post as it is now; the same object where it is another one."""
    if post.key != correction.key or post.deleted:
        return post
    if correction.deleted:
        return replace(post, text="", deleted=True)
    changed = replace(post, text=correction.text[:POST_CHARS], compound=round(correction.compound, 2))
    return post if changed == post else changed
