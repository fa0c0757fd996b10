"""Figures of a queue: right decisions make precision, samples tell what is missed, rulings turn decisions round."""

from __future__ import annotations

from msgspec.structs import replace

from moderation import model
from moderation.queue import Queue
from moderation.statistics import compute_statistics, labels_of
from tests.support.moderation import flagged

MINUTE = 60_000


def decided(*outcomes: model.Outcome, sampled: bool = False) -> Queue:
    """Return a queue with one decided item for each outcome: claimed after a minute, decided after two."""
    queue = Queue()
    for number, outcome in enumerate(outcomes):
        item = f"{number} {sampled}"
        findings = {"findings": ()} if sampled else {}
        queue.apply(replace(flagged(item, post=number), sampled=sampled, **findings))
        queue.apply(model.Claimed(id=f"c{item}", item=item, at=MINUTE, by="ana", until=9 * MINUTE))
        queue.apply(model.Decided(id=f"d{item}", item=item, at=2 * MINUTE, by="ana", outcome=outcome))
    return queue


def test_precision_is_the_share_of_violations_with_its_interval() -> None:
    """Three of four were violations: few decisions, so the interval is wide."""
    (one,) = compute_statistics(
        decided("hide requested", "hide requested", "hide requested", "no action").items()
    ).precision
    assert (one.policy, one.language, one.decided, one.violations, one.share) == ("threat", "en", 4, 3, 0.75)
    assert (round(one.low, 2), round(one.high, 2)) == (0.30, 0.95)


def test_an_overturned_decision_counts_as_its_opposite() -> None:
    """A hidden post that should have stayed was no violation."""
    queue = decided("hide requested")
    (item,) = queue.items()
    queue.apply(model.Appealed(id="a", item=item.id, at=3 * MINUTE, by="lea"))
    queue.apply(model.Ruled(id="r", item=item.id, at=4 * MINUTE, by="ben", upheld=False))
    figures = compute_statistics(queue.items())
    assert (figures.precision[0].violations, figures.appeals, figures.overturned) == (0, 1, 1)


def test_samples_tell_what_is_missed_and_are_in_no_precision() -> None:
    """What was drawn at random was flagged by nobody."""
    figures = compute_statistics(decided("no action", "hide requested", sampled=True).items())
    assert (figures.sampled, figures.missed, figures.precision) == (2, 1, ())


def test_times_are_of_the_first_claim_and_of_the_decision() -> None:
    """From when the item entered the queue."""
    figures = compute_statistics(decided("no action", "no action").items())
    assert figures.to_claim == (MINUTE, MINUTE)
    assert figures.to_decide == (2 * MINUTE, 2 * MINUTE)


def test_an_empty_queue_has_no_figures() -> None:
    """Nothing is divided by nothing."""
    assert compute_statistics([]) == ((), 0, 0, None, None, 0, 0)


def test_a_period_leaves_out_what_was_decided_before_it() -> None:
    """As the weekly figures do."""
    assert compute_statistics(decided("no action").items(), since=3 * MINUTE).precision == ()


def test_decisions_are_labels_and_what_is_no_abuse_is_none() -> None:
    """An overturned decision is the opposite label; what waits is none."""
    queue = decided("no action", "hide requested", "hide requested")
    first, second, third = sorted(queue.items(), key=lambda item: item.id)
    spam = replace(third, findings=(model.PolicyFinding("spam", "low"),))
    waiting = replace(third, state="appealed")
    assert [one.label for one in labels_of([first, second, spam, waiting])] == ["acceptable", "abusive"]
    assert labels_of([replace(second, ruling="overturned")])[0].label == "acceptable"
