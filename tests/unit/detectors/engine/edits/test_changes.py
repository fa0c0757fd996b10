"""Edits and deletions in the engine: what they change, and what they leave as it is."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.engine import engine, storage
from detectors.model.correction import Correction, mention_key
from detectors.policy import Policy
from mentions.batch_builder import BatchBuilder
from mentions.model.batches import Batch, decode, encode
from mentions.model.hashing import hash63
from mentions.scoring import RecordResult, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.engine.state import State

MINUTE = 60_000
START = 28_200_000 * MINUTE
POLICY = Policy.model_validate(
    {
        "static_threshold": {"mentions": 12, "negative": 4},
        "learning": {"warm_up": "2h"},
        "negative_burst": {"min_mentions": 4, "max_mean_sentiment": 0.0},
        "lateness": "2m",
    }
)


class Post(NamedTuple):
    """A mention, an edit or a deletion of it; minutes count from START."""

    name: str
    minute: float
    label: int = 0
    revision: int = 0
    deleted: bool = False
    arrived: float | None = None
    text: str = ""


def batch_of(posts: Sequence[Post], offset: int = 0) -> Batch:
    """Return posts as the score stage sends them, one record each from `offset` on."""
    rows = [
        Row(
            offset=offset + place,
            line_index=0,
            id=hash63(post.name),
            published=START + round(post.minute * MINUTE),
            arrived=START + round((post.minute if post.arrived is None else post.arrived) * MINUTE),
            compound=0.0 if post.deleted else post.label * 0.6,
            label=2 if post.deleted else post.label,
            abuse=float(post.label < 0 and post.revision % 2),
            channel="forum",
            author=f"author of {post.name}",
            reach=0,
            text_hash=hash63(post.text or post.name),
            excerpt="" if post.deleted else post.text or f"words of {post.name} {post.revision}",
            url="",
            revision=post.revision,
            deleted=post.deleted,
        )
        for place, post in enumerate(posts)
    ]
    builder = BatchBuilder(0)
    builder.add(RecordResult(0, offset, "test", {"acme": rows}, {"acme": 1}, [], len(rows), 0, 0, 0))
    (batch,) = builder.drain()
    (sent,) = decode(encode([batch]))
    assert isinstance(sent, Batch)
    return sent


def fold(posts: Sequence[Post], cuts: Sequence[int] = (), *, restart: bool = False) -> tuple[State, list[object]]:
    """Return the state after the posts, and what followed; time stands two minutes before the latest arrival."""
    state, _ = engine.advance_watermark(engine.initial_state("acme"), START - MINUTE, POLICY)
    found: list[object] = []
    steps = range(0, len(posts), 5)
    for start, end in pairwise(sorted({0, len(posts), *steps, *(cut for cut in cuts if cut < len(posts))})):
        state, more = engine.process_changes(state, batch_of(posts[start:end], start), POLICY)
        found += more
        if end % 5 == 0 or end == len(posts):
            latest = max(post.arrived or post.minute for post in posts[:end])
            state, ticked = engine.advance_watermark(state, START + round(latest * MINUTE), POLICY)
            found += ticked
        if restart:
            state = storage.decode(storage.encode(state))
    return state, found


@st.composite
def streams(draw: st.DrawFn) -> list[Post]:
    """Draw mentions in order of arrival, with edits and deletions of some, soon or hours later."""
    posts: list[Post] = []
    clock = 0.0
    for number in range(draw(st.integers(1, 30))):
        clock = round(clock + draw(st.sampled_from([0.0, 0.1, 0.1, 1.0, 7.0, 130.0])), 1)
        if posts and draw(st.integers(0, 2)) == 0:
            old = draw(st.sampled_from(posts))
            deleted = draw(st.integers(0, 3)) == 0
            change = Post(old.name, old.minute, draw(st.sampled_from([-1, 0, 1, 2])), number, deleted, clock)
            posts.append(change)
        else:
            posts.append(Post(f"p{number}", clock, draw(st.sampled_from([-1, -1, 0, 1])), arrived=clock))
    return posts


@settings(max_examples=15, deadline=None)
@given(streams(), st.lists(st.integers(1, 39), max_size=6))
def test_neither_cuts_nor_restarts_nor_redeliveries_change_anything(posts: list[Post], cuts: list[int]) -> None:
    """The same state, the same signals and corrections in the same order."""
    whole, found = fold(posts)
    cut, again = fold(posts, cuts, restart=True)
    assert again == found
    assert storage.encode(cut) == storage.encode(whole)
    redelivered, more = engine.process_changes(cut, batch_of(posts), POLICY)
    assert more == []
    assert engine.minute_counts(redelivered) == engine.minute_counts(whole)


@settings(max_examples=15, deadline=None)
@given(streams())
def test_each_mention_counts_once_as_what_it_says_now(posts: list[Post]) -> None:
    """The counts are those of the last edits, had the mentions been written so; deletions change none."""
    last: dict[str, Post] = {}
    for post in posts:
        known = last.get(post.name)
        if known is None or not (post.deleted or known.deleted):
            last[post.name] = post if known is None else known._replace(label=post.label, revision=post.revision)
        elif post.deleted:
            last[post.name] = known._replace(deleted=True)
    expected: dict[int, list[int]] = {}
    for post in last.values():
        row = expected.setdefault(START // MINUTE + int(post.minute), [0, 0, 0, 0])
        for place, counts in enumerate((True, post.label == -1, post.label == 1, post.label == 2)):
            row[place] += counts
    state, _ = fold(posts)
    kept = (state.last_closed_minute or 0) - 100  # older ones may have been edited when it was too late
    counted = {row[0] // MINUTE: list(row[1:]) for row in engine.minute_counts(state)}
    assert {minute: row for minute, row in counted.items() if minute > kept} == {
        minute: row for minute, row in expected.items() if minute > kept
    }
    assert state.totals.mentions == len(last)


def test_an_edit_to_a_complaint_counts_where_it_was_published_and_fires() -> None:
    """Four posts that turn into complaints are four negative mentions of their minute."""
    posts = [Post(f"p{place}", 10 + place / 10, arrived=10.5) for place in range(4)]
    edits = [post._replace(label=-1, revision=1, arrived=11.0) for post in posts]
    state, found = fold([*posts, *edits, Post("later", 20.0, arrived=20.0)])
    assert (START + 10 * MINUTE, 4, 4, 0, 0) in engine.minute_counts(state)
    assert "static_threshold" in {getattr(one, "detector", "") for one in found}
    assert (state.totals.mentions, state.totals.edited, state.totals.duplicates) == (5, 4, 0)


def test_the_text_of_a_deleted_mention_is_gone_and_its_count_stays() -> None:
    """From the examples and the topics; a second deletion, and an edit after it, change nothing."""
    posts = [Post(f"p{place}", 1 + place / 10, -1, text=f"secret{place} is out", arrived=1.5) for place in range(4)]
    gone = Post("p2", 1.2, deleted=True, arrived=3.0)
    undone = Post("p2", 1.2, -1, 9, text="secret2 again", arrived=3.2)
    before, _ = fold(posts)
    state, found = fold([*posts, gone, gone._replace(revision=4), undone])
    corrections = [one for one in found if isinstance(one, Correction)]
    assert [(one.key, one.deleted, one.counted, one.text) for one in corrections] == [
        (mention_key(hash63("p2")), True, True, "")
    ]
    assert state.topics is not None
    shown = [example.text for example in state.contributors.tables.examples]
    read = [post.text for post in state.topics.stored.posts]
    assert "secret2 is out" not in [*shown, *read]
    assert "secret1 is out" in read
    assert engine.minute_counts(state) == engine.minute_counts(before)
    assert (state.totals.deleted, state.totals.duplicates) == (1, 2)


def test_an_edit_that_comes_first_is_the_mention() -> None:
    """What is edited before it is heard counts once; the first version is then a duplicate."""
    edit, first = Post("p", 1.0, -1, 3, arrived=2.0), Post("p", 1.0, arrived=2.1)
    state, found = fold([edit, first, edit._replace(revision=2, label=1)])
    assert engine.minute_counts(state) == [(START + MINUTE, 1, 1, 0, 0)]
    assert found == []
    assert (state.totals.mentions, state.totals.duplicates) == (1, 2)


def test_an_edit_of_what_may_be_forgotten_is_not_counted() -> None:
    """A post of last week that nobody remembers may have been counted: its text is corrected, nothing else."""
    state, found = fold([Post("now", 20_000.0), Post("old", 1.0, -1, 3, arrived=20_000.0)])
    assert state.totals.mentions == 1
    assert [one.text for one in found if isinstance(one, Correction)] == ["words of old 3"]


def test_many_mentions_are_scored_again_as_long_as_their_minutes_are_kept() -> None:
    """Whatever segment of the id memory holds them, before and after they are stored; later the text alone follows."""
    posts = [Post(f"p{place}", 1 + place / 1_000, arrived=2.0) for place in range(600)]
    edits = [post._replace(label=-1, revision=1, arrived=2.5) for post in (posts[0], posts[300], posts[-1])]
    state, found = fold([*posts, *edits], restart=True)
    assert sum(row[2] for row in engine.minute_counts(state)) == 3
    assert sum(isinstance(one, Correction) for one in found) == 3
    again = edits[0]._replace(revision=2, label=1, arrived=3.0)
    late = edits[1]._replace(revision=2, label=1, arrived=400.0)
    state, more = engine.process_changes(state, batch_of([again, Post("far", 400.0), late], 1_000), POLICY)
    state, _ = engine.advance_watermark(state, START + 401 * MINUTE, POLICY)
    assert [(one.key, one.text) for one in more if isinstance(one, Correction)] == [
        (mention_key(hash63(post.name)), f"words of {post.name} 2") for post in (again, late)
    ]
    assert state.totals.edited == 5


def test_what_only_entered_the_baseline_is_in_no_minute() -> None:
    """An edit of it changes no count."""
    posts = [Post(f"p{place}", 300.0 + place) for place in range(5)]
    old = Post("old", 5.0, arrived=310.0)
    state, _ = fold([*posts, old, old._replace(label=-1, revision=1, arrived=311.0), Post("end", 320.0)])
    assert (state.totals.backfill, state.totals.edited) == (1, 1)
    assert all(row[2] == 0 for row in engine.minute_counts(state))
