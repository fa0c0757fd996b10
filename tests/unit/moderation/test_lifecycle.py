"""Life of an item: who may do what in which state, and what is refused with which reason."""

from __future__ import annotations

from typing import Any

from moderation import model
from moderation.lifecycle import apply
from moderation.model import Item, PolicyFinding, Post
from moderation.queue import Filter, Queue
from tests.support.moderation import flagged

MINUTE = 60_000


def run(*records: model.AnyRecord) -> tuple[Queue, list[str]]:
    """Return the queue after the records, and the answer to each."""
    queue = Queue()
    return queue, [queue.apply(record) for record in records]


def make(kind: type[Any], at: int, by: str, **more: Any) -> Any:
    """Return a record about the one item of these tests."""
    return kind(id=f"{kind.__name__}{at}{by}", item="one", at=at, by=by, **more)


def claimed(at: int, by: str, until: int = 10 * MINUTE) -> model.Claimed:
    """Return a claim."""
    claim: model.Claimed = make(model.Claimed, at, by, until=until)
    return claim


def the_item(queue: Queue) -> Item:
    """Return the one item."""
    (item,) = queue.items()
    return item


def test_the_first_of_two_claims_counts() -> None:
    """The other learns who has it, until the claim ends."""
    queue, answers = run(flagged("one"), claimed(1, "ana"), claimed(2, "ben"))
    assert answers == ["", "", "claimed by ana"]
    assert queue.apply(claimed(10 * MINUTE, "ben", 20 * MINUTE)) == ""
    assert the_item(queue).holder(11 * MINUTE) == "ben"


def test_only_who_has_it_decides_and_only_once() -> None:
    """A second decision, and one without a claim or after its end, change nothing."""
    decided = make(model.Decided, 5, "ana", outcome="hide requested")
    queue, answers = run(
        flagged("one"),
        make(model.Decided, 1, "ana", outcome="no action"),
        claimed(2, "ana"),
        make(model.Decided, 3, "ben", outcome="no action"),
        decided,
        make(model.Decided, 6, "ana", outcome="no action"),
        claimed(7, "ben"),
    )
    assert answers == [
        "",
        "claim it first: your claim has ended",
        "",
        "claimed by ana",
        "",
        "already decided by ana",
        "already decided",
    ]
    assert (the_item(queue).outcome, the_item(queue).decided_by) == ("hide requested", "ana")


def test_an_undone_decision_waits_again_and_its_history_stays() -> None:
    """Records are never taken back: undo is one more."""
    queue, answers = run(
        flagged("one"),
        claimed(1, "ana"),
        make(model.Decided, 2, "ana", outcome="no action"),
        make(model.Undone, 3, "ben"),
        make(model.Undone, 4, "ana"),
    )
    assert answers[3:] == ["decided by ana: appeal instead", ""]
    assert [item.id for item in queue.waiting(5)] == ["one"]
    assert [step.what for step in the_item(queue).history] == ["flagged", "claimed", "no action", "undone"]


def test_an_escalated_item_is_for_another_person() -> None:
    """Who asked for another judgement does not give it."""
    queue, answers = run(
        flagged("one"), claimed(1, "ana"), make(model.Escalated, 2, "ana", note="real?"), claimed(3, "ana")
    )
    assert answers[3] == "escalated: another person has to decide"
    assert queue.next_for("ana", 4) is None
    found = queue.next_for("ben", 4)
    assert found is not None
    assert queue.apply(claimed(5, "ben")) == ""
    assert queue.apply(make(model.Decided, 6, "ben", outcome="reported to police")) == ""


def test_an_appeal_is_ruled_on_by_another_person_and_once() -> None:
    """Upheld or overturned, it ends there."""
    queue, answers = run(
        flagged("one"),
        claimed(1, "ana"),
        make(model.Decided, 2, "ana", outcome="hide requested"),
        make(model.Ruled, 3, "ben", upheld=False),
        make(model.Appealed, 4, "lea", note="a quote"),
        make(model.Ruled, 5, "ana", upheld=True),
        make(model.Ruled, 6, "ben", upheld=False),
        make(model.Appealed, 7, "lea"),
    )
    assert answers[3:] == ["not appealed", "", "you decided it: another person has to rule", "", "already overturned"]
    assert the_item(queue).ruling == "overturned"


def test_copies_are_one_item_and_each_post_counts_once() -> None:
    """A wave of one text is one decision; a mention that is read again adds nothing."""
    queue, _ = run(flagged("one", post=1), flagged("one", post=2), flagged("one", post=2), flagged("one", post=1))
    item = the_item(queue)
    assert (item.copies, [post.id for post in item.posts]) == (2, [1, 2])


def test_links_are_kept_up_to_a_bound_and_copies_are_counted_on() -> None:
    """Memory of an item is bounded, whatever a campaign sends."""
    queue, _ = run(*(flagged("one", post=number) for number in range(model.MAX_COPIES + 20)))
    item = the_item(queue)
    assert (len(item.posts), item.copies) == (model.MAX_POSTS, model.MAX_COPIES)


def test_an_item_whose_posts_are_all_deleted_is_withdrawn_without_its_text() -> None:
    """One of two deletions leaves it in the queue; a decision that was made stays."""
    queue, _ = run(
        flagged("one", post=1),
        flagged("one", post=2),
        model.Withdrawn(id="w1", item="one", at=5, post=1),
    )
    assert the_item(queue).state == "open"
    queue.apply(model.Withdrawn(id="w2", item="one", at=6, post=2))
    assert (the_item(queue).state, the_item(queue).text) == ("withdrawn", "")
    assert queue.apply(claimed(7, "ana")) == "the post is deleted: there is nothing left to decide"


def test_a_skipped_item_is_offered_to_others_first_and_is_kept() -> None:
    """Who skips gets it again only when nothing else is left."""
    queue, _ = run(flagged("one"), flagged("two", at=1), make(model.Skipped, 2, "ana"))
    assert [_id(queue.next_for(name, 3)) for name in ("ana", "ben")] == ["two", "one"]
    queue.apply(model.Skipped(id="s2", item="two", at=3, by="ana"))
    assert _id(queue.next_for("ana", 4)) == "one"


def test_overdue_items_come_first_then_by_severity_then_the_oldest() -> None:
    """What was promised first is done first."""
    queue, _ = run(
        flagged("young", at=3, severity="low", due=100),
        flagged("old", at=1, severity="low", due=100),
        flagged("grave", at=4, severity="high", due=100),
        flagged("late", at=2, severity="low", due=50),
    )
    assert [item.id for item in queue.waiting(60)] == ["late", "grave", "old", "young"]
    assert queue.counts(60) == {"low": 3, "high": 1, "overdue": 1, "claimed": 0}


def test_a_filter_lets_through_what_fits_all_of_its_parts() -> None:
    """Brand, policy, language and channel."""
    queue, _ = run(flagged("one"), flagged("two", brand="Other"))
    assert [item.id for item in queue.waiting(9, Filter(brands=["Other"]))] == ["two"]
    assert not queue.waiting(9, Filter(brands=["Other"], policies=["spam"]))
    assert not queue.waiting(9, Filter(languages=["fr"]))
    assert len(queue.waiting(9, Filter(channels=["forum"]))) == 2


def test_a_record_of_no_item_changes_nothing() -> None:
    """As may happen when the item's own records are gone by age."""
    assert apply(None, claimed(1, "ana")) == (None, "no such item")


def test_each_record_survives_its_stored_form() -> None:
    """What is read back equals what was written."""
    records = [
        flagged("one"),
        claimed(1, "ana"),
        make(model.Released, 1, "ana"),
        make(model.Skipped, 1, "ana"),
        make(model.Escalated, 1, "ana", note="x"),
        make(model.Decided, 1, "ana", outcome="author watched"),
        make(model.Undone, 1, "ana"),
        make(model.Appealed, 1, "ana"),
        make(model.Ruled, 1, "ana", upheld=True),
        model.Withdrawn(id="w", item="one", at=1, post=1),
    ]
    assert [model.decode(model.encode(record)) for record in records] == records


def test_a_report_by_a_person_enters_without_a_finding_and_counts_once() -> None:
    """A report is of medium severity; the same person twice is one report."""
    report = model.Flagged(
        id="r",
        item="one",
        at=0,
        brand="Acme",
        post=Post(1, "forum", "x", 0),
        text="t",
        version="v",
        due_at=9,
        reported_by="ana",
        reason="rude",
    )
    queue, _ = run(report, report, flagged("one", post=1))
    item = the_item(queue)
    assert (item.policy, item.severity, item.reporters, item.copies) == ("report", "medium", ("ana",), 1)


def test_a_forgotten_item_is_one_that_is_over() -> None:
    """What waits is kept, however old it is."""
    queue, _ = run(
        flagged("one"), claimed(1, "ana"), make(model.Decided, 2, "ana", outcome="no action"), flagged("two")
    )
    queue.forget_before(1_000)
    assert [item.id for item in queue.items()] == ["two"]


def _id(item: Item | None) -> str:
    return "" if item is None else item.id


def test_findings_are_of_the_item_that_came_first() -> None:
    """A copy adds a post, not a finding."""
    queue, _ = run(flagged("one", severity="high"), flagged("one", post=2, severity="low"))
    assert the_item(queue).findings == (PolicyFinding("threat", "high", ((0, 4),)),)
