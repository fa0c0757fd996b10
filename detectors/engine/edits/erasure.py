"""Erasure of an author from a brand's detection state: names, keys, texts and links go, counts stay."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from detectors.engine.admission import RowSlice
from detectors.engine.description.crowds import read_posts
from detectors.engine.topics import stored_topics
from detectors.model.erased_author import ErasedAuthor, erase_from_examples, erase_from_post
from detectors.model.topic import map_group
from detectors.topics import storage
from detectors.topics.risk.terms import built_in_terms
from detectors.windows.contributors import ContributorSample

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from detectors.engine.state import State
    from detectors.topics.window import Post
    from detectors.windows.top_counts import TopCounts
    from mentions.model.batches import Batch, Change


def erase(state: State, author: ErasedAuthor) -> bool:
    """Take somebody out of a state, in place; return whether anything of them was in it.

    What stays of them is a number in counts, and a bit in the sketch by which a topic's voices are estimated.
    """
    read_posts(state)
    found = [
        _erase_contributors(state, author),
        state.posts.erase(author.author_keys, author.keys),
        state.authors.erase(author.author_keys),
        _erase_pending(state, author),
        _erase_topics(state, author),
    ]
    if any(found):
        state.cache.clear()
        state.cache.sampled = {}
    return any(found)


def erase_from_batch(batch: Batch, author: ErasedAuthor) -> Batch:
    """Return rows without the name, text and link of somebody's mentions; the same object where they wrote none."""
    mine = [number in author.mentions or author.is_named(name) for number, name in _written(batch)]
    changes = [_erase_change(one, author) for one in batch.changes]
    columns = {
        name: ["" if own else value for own, value in zip(mine, getattr(batch, name), strict=True)]
        for name in ("authors", "excerpts", "urls")
    }
    columns["excerpts"] = list(map(author.blanked, columns["excerpts"]))
    erased = replace(batch, **columns, changes=changes)
    return batch if erased == batch else erased


def _written(batch: Batch) -> list[tuple[int, str]]:
    return list(zip(batch.ids, batch.authors, strict=True))


def _erase_change(change: Change, author: ErasedAuthor) -> Change:
    if change.id not in author.mentions and not author.is_named(change.author):
        return replace(change, excerpt=author.blanked(change.excerpt))
    return replace(change, author="", excerpt="", url="")


def _erase_contributors(state: State, author: ErasedAuthor) -> bool:
    sample = state.contributors
    tables, before = sample.tables, sample.encode()
    for hour in (*tables.everyone, *tables.negative):
        _erase_counts(hour.authors, author)
        for name in [name for name in hour.reaches if author.is_named(name)]:
            del hour.reaches[name]
    _erase_counts(tables.regulars.often, author)
    _erase_counts(tables.regulars.present, author)
    tables.examples[:] = erase_from_examples(tables.examples, author)
    state.contributors = ContributorSample(tables)
    return state.contributors.encode() != before


def _erase_counts(counts: TopCounts, author: ErasedAuthor) -> None:
    for name in [name for name in counts.counts if author.is_named(name)]:
        del counts.counts[name]
        counts.overcounts.pop(name, None)


def _erase_pending(state: State, author: ErasedAuthor) -> bool:
    found = False
    for parts in state.pending.values():
        for place, (rows, start, end) in enumerate(parts):
            erased = erase_from_batch(rows, author)
            found = found or erased is not rows
            parts[place] = RowSlice(erased, start, end)
    return found


def _erase_topics(state: State, author: ErasedAuthor) -> bool:
    if state.topics is not None:
        state.encoded_topics, state.topics = storage.encode(state.topics), None
    before = state.encoded_topics
    read = stored_topics(state, frozenset(), built_in_terms())
    if read is None:
        return False
    theirs = {post.key for post in read.stored.posts if post.author in author.author_keys} | author.keys
    read.stored.posts[:] = [_erase_post(post, author, theirs) for post in read.stored.posts]
    known = ErasedAuthor(author.spelled, author.mentions, frozenset(theirs))
    for topic in read.stored.active:
        topic.voices = [voice for voice in topic.voices if voice not in author.author_keys]
        topic.first = erase_from_post(topic.first, known)
        topic.largest = None if topic.largest is None else erase_from_post(topic.largest, known)
        topic.groups = [map_group(group, partial(erase_from_post, author=known)) for group in topic.groups]
    read.encoded = None
    state.encoded_topics = storage.encode(read)
    return state.encoded_topics != before


def _erase_post(post: Post, author: ErasedAuthor, theirs: AbstractSet[int]) -> Post:
    if post.author in author.author_keys or (post.key and post.key in theirs):
        return replace(post, author=post.text_key, text="", key=0)
    return replace(post, text=author.blanked(post.text))
