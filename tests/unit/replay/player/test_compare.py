"""Comparison of two replays: incidents gained, lost, earlier and later."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from alerts.incidents.model import Incident, Notification
from replay.player.compare import Comparison, compare
from replay.player.result import ReplayResult

if TYPE_CHECKING:
    from detectors.model.signal import Severity

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_700_000_000_000


def reported(brand: str, opened: int, resolved: int | None, *, severity: Severity = "warning") -> list[Notification]:
    """Return what is told of one incident, instants in minutes."""
    at = START + opened * MINUTE
    incident = Incident(f"{brand}-{opened}", brand, "open", severity, at, at, at, 1, {})
    notes = [Notification(incident, "opened", at, "volume_spike", reply=False, page=severity != "info")]
    if resolved is not None:
        end = START + resolved * MINUTE
        over = Incident(f"{brand}-{opened}", brand, "resolved", severity, at, end, at, 2, {}, resolved_at=end)
        notes.append(Notification(over, "resolved", end, "volume_spike", reply=True, page=False))
    return notes


def outcome(*notes: list[Notification]) -> ReplayResult:
    """Return an outcome of a week."""
    return ReplayResult([note for some in notes for note in some], since=START, until=START + 7 * 24 * HOUR)


def test_equal_outcomes_do_not_differ() -> None:
    """The same rules give the same incidents: nothing is gained, lost or moved."""
    same = outcome(reported("Halden", 0, 90), reported("Orvane", 10, None))
    found = compare(same, same)
    assert not found.differs
    assert [change.kind for change in found.changes] == ["unchanged", "unchanged"]
    assert found.weeks == 1.0


def test_an_incident_that_overlaps_is_the_same_one_moved() -> None:
    """Earlier and later are told in minutes, whatever the incident's name."""
    before = outcome(reported("Halden", 30, 90), reported("Orvane", 10, 60))
    after = outcome(reported("Halden", 19, 90), reported("Orvane", 12, 60))
    later, earlier = compare(before, after).changes
    assert (later.kind, later.brand, later.minutes_later) == ("later", "Orvane", 2.0)
    assert (earlier.kind, earlier.brand, earlier.minutes_later) == ("earlier", "Halden", -11.0)
    assert "found earlier by 11 minutes, no page more or less" in str(earlier)


def test_what_only_one_side_has_is_lost_or_gained_with_its_pages() -> None:
    """An incident on another day is another incident."""
    before, after = outcome(reported("Halden", 0, 60)), outcome(reported("Halden", 1_500, 1_600, severity="info"))
    found = compare(before, after)
    assert [(change.kind, change.extra_pages) for change in found.changes] == [("lost", -1), ("gained", 0)]
    assert (found.pages_before, found.pages_after) == (1, 0)
    assert found.sentence() == "1 not found any more, 1 found besides; 0 pages instead of 1."


def test_what_opens_far_apart_is_not_the_same_though_both_are_open_at_once() -> None:
    """An incident that opened a day before is no earlier finding of this one: this one is part of it, or new."""
    noisy, quiet = outcome(reported("Halden", 0, 1_800)), outcome(reported("Halden", 1_732, 1_800))
    lost, gained = compare(quiet, noisy).changes
    assert (lost.kind, lost.merged_into, gained.kind, gained.merged_into) == ("lost", gained.after, "gained", None)
    assert "not found any more, part of one open since 2023-11-14 22:13, 1 page fewer" in str(lost)
    assert "| lost | Halden | 2023-11-16 03:05 | in 2023-11-14 22:13 |" in compare(quiet, noisy).markdown()
    assert compare(quiet, noisy).record()["incidents"][0]["merged_into"] == "Halden-0"
    assert [change.kind for change in compare(noisy, quiet).changes] == ["lost", "gained"]


def test_the_nearest_opening_is_the_same_incident_whatever_stays_open_longest() -> None:
    """A long incident that splits in two is found at the first of them."""
    long, split = (
        outcome(reported("Halden", 0, 2_900)),
        outcome(reported("Halden", 20, 60), reported("Halden", 1_500, 2_900)),
    )
    changes = compare(long, split).changes
    assert [(change.kind, change.minutes_later) for change in changes] == [
        ("later", 20),
        ("gained", None),
    ]


def test_two_brands_are_never_one_incident() -> None:
    """Incidents of different brands at the same time stay apart."""
    found = compare(outcome(reported("Halden", 0, 60)), outcome(reported("Orvane", 0, 60)))
    assert sorted(change.kind for change in found.changes) == ["gained", "lost"]


def test_the_json_form_says_it_all() -> None:
    """The record goes through JSON and counts each kind."""
    found = compare(outcome(reported("Halden", 30, None)), outcome(reported("Halden", 19, None)))
    record = json.loads(json.dumps(found.record()))
    assert record["earlier"] == 1
    assert record["incidents"][0]["minutes"] == -11.0
    assert record["incidents"][0]["after"]["segments"][0][1] is None


def test_markdown_of_a_hostile_brand_starts_nothing() -> None:
    """A brand's name can neither break the table nor notify anybody nor open a link."""
    name = "@team | [x](http://evil.example) <img src=x> `y`"
    found = compare(outcome(), outcome(reported(name, 0, 60))).markdown()
    assert not {"@team", "[x]", "<img", "http://", "`y`"} & {part for part in found.split() if part}
    assert "@team" not in found
    assert "<img" not in found
    assert all(line.count("|") == 7 for line in found.splitlines()[2:])


OPENINGS = st.lists(st.tuples(st.sampled_from(["Halden", "Orvane"]), st.integers(0, 5_000)), max_size=8, unique=True)


def several(openings: list[tuple[str, int]]) -> ReplayResult:
    """Return an outcome with an incident of 45 minutes at each opening."""
    return outcome(*(reported(brand, at, at + 45) for brand, at in openings))


@given(OPENINGS, OPENINGS)
def test_each_incident_is_reported_once_and_back_and_forth_agree(
    old: list[tuple[str, int]], new: list[tuple[str, int]]
) -> None:
    """Every incident of either side stands in exactly one change, and the way back undoes the way there."""
    there, back = compare(several(old), several(new)), compare(several(new), several(old))
    assert sum(change.before is not None for change in there.changes) == len(old)
    assert sum(change.after is not None for change in there.changes) == len(new)
    assert counts(there) == counts(back)[::-1]


def counts(found: Comparison) -> tuple[int, int]:
    """Return how many are lost and gained."""
    return len(found.of("lost")), len(found.of("gained"))
