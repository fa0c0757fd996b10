"""Recent posts of a brand: the same after any restart, in any division into batches, and bounded."""

from __future__ import annotations

import random

import msgspec
import pytest

from detectors.crowd import posts
from detectors.crowd.post import NO_KEY, author_key
from detectors.crowd.posts import MAX_POSTS, ROWS_PER_MINUTE, RecentPosts
from detectors.crowd.segments import decode_segment
from mentions.model.batches import Change
from tests.support.mentions_stream import MINUTE, START, Row, batch_of


def rows_of(dice: random.Random, minutes: int, each: int) -> list[tuple[int, list[Row]]]:
    """Return minutes of mentions by few authors, some of them with a link or without an author."""
    made = []
    for minute in range(minutes):
        authors = [dice.choice(("ann", "bob", "cyd", "", f"guest {minute}")) for _ in range(each)]
        made.append(
            (
                minute,
                [
                    Row(minute + 0.01 * place, -1, f"a text of words {place % 7}", author)
                    for place, author in enumerate(authors)
                ],
            )
        )
    return made


def read(found: RecentPosts) -> tuple[object, ...]:
    """Return all that others see of the posts."""
    found.read_waiting()
    kept = found.between(0, 1 << 60)
    return kept, found.names({post.author for post in kept if post.author != NO_KEY})


class Store:
    """Segments as a table keeps them."""

    def __init__(self) -> None:
        self.sealed: dict[int, bytes] = {}
        self.tail = b""

    def save(self, found: RecentPosts) -> None:
        """Store what changed."""
        found.read_waiting()
        for number, raw in found.seal().items():
            if raw is None:
                del self.sealed[number]
            else:
                self.sealed[number] = raw
        self.tail = found.encode_tail()


def test_a_restart_between_any_two_batches_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored and read back after each batch, or never, or row by row: the same posts and the same names."""
    monkeypatch.setattr(posts, "MAX_POSTS", 150)
    plain, restarted, by_row, store = RecentPosts(), RecentPosts(), RecentPosts(), Store()
    for minute, rows in rows_of(random.Random(3), 40, 17):
        batch, now = batch_of(rows, 100 * minute), START // MINUTE + minute
        plain.take(batch, 0, len(batch), now, 1)
        restarted.take(batch, 0, len(batch), now, 1)
        store.save(restarted)
        restarted = RecentPosts.restore(store.tail, dict(store.sealed))
        for place in range(len(batch)):
            by_row.take(batch, place, place + 1, now, 1)
            by_row.read_waiting()
        assert read(restarted) == read(plain) == read(by_row)
    assert len(plain) == 150
    assert len(store.sealed) <= 150 // posts.SEALED_AT + 1


def test_the_sample_of_a_minute_and_the_whole_are_bounded() -> None:
    """Of a minute the first ROWS_PER_MINUTE are kept, in all MAX_POSTS, and none that is older than a day."""
    found = RecentPosts()
    for minute in range(20):
        batch = batch_of([Row(minute + 0.001 * place, author=f"author {place}") for place in range(300)], 1000 * minute)
        found.take(batch, 0, 300, START // MINUTE + minute, 1)
    found.read_waiting()
    assert len(found.between(START, START + MINUTE)) == 0
    assert len(found.between(START + 19 * MINUTE, START + 20 * MINUTE)) == ROWS_PER_MINUTE
    assert len(found) == MAX_POSTS
    late = batch_of([Row(26 * 60)], 99_000)
    found.take(late, 0, 1, START // MINUTE + 26 * 60, 1)
    found.read_waiting()
    assert len(found) == 1


def test_placeholders_are_unknown_and_short_texts_no_copies() -> None:
    """An author that stands for nobody has no key; a text of three words is nobody's in particular."""
    found = RecentPosts()
    found.take(batch_of([Row(0, text="so bad really", author="[deleted]")]), 0, 1, START // MINUTE, 1)
    found.read_waiting()
    (post,) = found.between(0, 1 << 60)
    assert (post.author, post.text) == (NO_KEY, NO_KEY)
    assert author_key("ann") == author_key("ann") != NO_KEY


def test_an_edit_changes_the_post_and_a_deletion_takes_its_text() -> None:
    """The new text decides label and copies; the author and the minute stay, after a restart too."""
    found, store = RecentPosts(), Store()
    rows = [Row(0.001 * place, -1, "a text of four words", f"author {place}", id=str(place)) for place in range(70)]
    found.take(batch_of(rows), 0, 70, START // MINUTE, 1)
    store.save(found)
    numbers = batch_of(rows).ids
    found.correct(edit(numbers[3]), 1)
    found.correct(edit(numbers[4], deleted=True), 1)
    store.save(found)
    again = RecentPosts.restore(store.tail, dict(store.sealed))
    assert read(again) == read(found)
    first, edited, deleted = (again.between(0, 1 << 60)[place] for place in (0, 3, 4))
    assert (edited.label, deleted.label, deleted.text) == (1, -1, NO_KEY)
    assert first.text not in {edited.text, deleted.text}
    assert edited.author == author_key("author 3")


def edit(number: int, *, deleted: bool = False) -> Change:
    """Return an edit that makes a mention positive, or its deletion."""
    text = "" if deleted else "another text of five words"
    scored = {"compound": 0.5, "label": 1, "abuse": 0.0, "reach": 0, "text_hash": 99, "excerpt": text, "url": ""}
    place = {"place": 0, "revision": 1, "deleted": deleted, "offset": 1, "index": 0, "id": number}
    return Change(**place, **scored, published=START, arrived=START, channel="forum", author="")  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [b"", b"\x81", b"\x93\x00\x90\x80"])
def test_other_bytes_are_no_segment(raw: bytes) -> None:
    """What was not stored as a segment is refused."""
    with pytest.raises((msgspec.DecodeError, ValueError)):
        decode_segment(raw)
