"""Is an agency paged once when the same thing hits several of its brands, and twice when two things do?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from alerts.incidents.policy import Policy
from alerts.incidents.router import route
from alerts.incidents.silences import Silence
from alerts.incidents.state import new_state
from alerts.rendering import text
from alerts.rendering.message import render_message, render_reply
from alerts.rendering.route import Route
from tests.support.agency import BRANDS, GROUP, UNGROUPED, GroupPolicies, about, run_triage
from tests.support.alerts import MINUTE, START, Record, action, now, run, signal

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from detectors.model.signal import Contributors

BAY, MOOR, PEAK = BRANDS
GERM = about("salmonella", "kitchen", "buffet")
STRIKE = about("strike", "union")
bay, moor, peak = (partial(signal, brand=brand, drivers=GERM) for brand in BRANDS)


def reasons(reported: list[Notification]) -> list[tuple[str, str, bool]]:
    """Return why, about which brands, and whether somebody was paged."""
    return [
        (note.reason, "+".join(note.incident.affected_brands) or note.incident.brand, note.page) for note in reported
    ]


def test_the_same_cause_is_one_incident_and_one_page() -> None:
    """The further brands join, each with one line in the thread."""
    _, reported = run_triage(bay(0), moor(2), peak(4), moor(5, start=2, revision=3))
    assert reasons(reported) == [
        ("opened", BAY, True),
        ("joined", f"{BAY}+{MOOR}", False),
        ("joined", f"{BAY}+{MOOR}+{PEAK}", False),
    ]
    assert len({note.incident.id for note in reported}) == 1
    assert [note.reply for note in reported] == [False, True, True]
    assert reported[-1].incident.group == GROUP


@pytest.mark.parametrize(
    ("drivers", "apart"),
    [
        (STRIKE, True),
        (about("salmonella", "rain", "train"), True),  # one word in common is chance
        (about("Halcyon", "bay", "moor", "inns"), True),  # names say nothing about the cause
        (about("KITCHEN", "buffet"), False),
        (about("rain", url="https://news.example/germ"), False),
    ],
)
def test_what_differs_by_cause_stays_apart(drivers: Contributors, *, apart: bool) -> None:
    """Two words or a link in common make it the same thing."""
    first = about("salmonella", "kitchen", "buffet", "Halcyon", "bay", url="https://news.example/germ")
    _, reported = run_triage(bay(0, drivers=first), moor(2, drivers=drivers))
    assert [note.reason for note in reported] == (["opened", "opened"] if apart else ["opened", "joined"])


@pytest.mark.parametrize(
    ("minute", "policy", "reason"), [(9, "10m", "joined"), (11, "10m", "opened"), (1, "0s", "opened")]
)
def test_brands_join_within_minutes_of_the_last_breach(minute: int, policy: str, reason: str) -> None:
    """What comes later has a story of its own; `0s` keeps brands apart."""
    rules = GroupPolicies(Policy.model_validate({"correlation_window": policy}))
    assert run_triage(bay(0), moor(minute), rules=rules)[1][-1].reason == reason


def test_brands_of_no_group_never_meet() -> None:
    """What two brands of different houses have in common is not one incident."""
    _, reported = run_triage(bay(0), signal(1, brand=UNGROUPED, drivers=GERM))
    assert reasons(reported)[1] == ("opened", UNGROUPED, True)


def test_a_member_that_is_more_severe_pages() -> None:
    """The group incident has the severity of its most severe member."""
    _, reported = run_triage(bay(0), moor(2, severity="critical"), peak(3, severity="critical"))
    assert [(note.reason, note.page, note.incident.severity) for note in reported[1:]] == [
        ("raised_severity", True, "critical"),
        ("joined", False, "critical"),
    ]


def test_two_that_are_open_are_never_made_one() -> None:
    """A brand that has an incident of its own goes on in it, whatever is said later."""
    _, reported = run_triage(bay(0), moor(1, drivers=STRIKE), moor(3, start=1, observed=200), moor(4, start=4))
    assert {note.incident.id for note in reported if note.incident.brand == MOOR} == {reported[1].incident.id}
    assert all(note.incident.affected_brands == () for note in reported)


def test_a_member_has_one_line_in_the_thread() -> None:
    """What else is found about it, and that it grows, the card shows."""
    _, reported = run_triage(
        bay(0), moor(1), moor(8, detector="volume_spike"), moor(9, start=1, observed=400), bay(9, observed=400)
    )
    assert [(note.reason, note.reply) for note in reported[1:]] == [
        ("joined", True),
        ("new_detector", False),
        ("doubled", False),
        ("doubled", True),
    ]


def test_what_a_person_does_concerns_all_brands() -> None:
    """An acknowledgement stops the escalation of all, by whichever brand it is asked for; the end ends all."""
    critical: list[Record] = [bay(0, severity="critical"), moor(1, start=1), action(2, brand=MOOR)]
    shard, reported = run_triage(*critical)
    assert (reported[-1].reason, reported[-1].incident.brand) == ("acknowledged", BAY)
    reported += shard.apply(action(3, "verdict", verdict="not_a_crisis", brand=BAY, incident=reported[0].incident.id))
    reported += [note for minute in range(4, 60) for note in shard.apply(moor(minute, start=1, revision=minute))]
    assert [note.reason for note in reported[-2:]] == ["acknowledged", "judged"]


def test_it_is_over_when_no_brand_is_hit_any_more() -> None:
    """The last breach of the last brand counts; one that breaks out again is let in again."""
    shard, reported = run_triage(bay(0), moor(2), moor(20, start=2, revision=9), now(49.9))
    assert reported[-1].reason != "resolved"
    reported += shard.apply(now(50))
    assert (reported[-1].reason, reported[-1].happened_at) == ("resolved", START + 50 * MINUTE)
    again = [moor(100, start=100), bay(101, start=101)]
    back = [note for record in again for note in shard.apply(record)]
    assert reasons(back) == [("reopened", MOOR, True), ("joined", f"{MOOR}+{BAY}", False)]
    assert {note.incident.id for note in back} == {reported[0].incident.id}


def test_a_silence_is_of_its_brand() -> None:
    """What somebody silenced for one brand neither joins nor keeps the others out."""
    quiet = action(0, "silence", brand=MOOR, silence=Silence(START, START + 60 * MINUTE))
    _, reported = run_triage(bay(0), quiet, moor(1), peak(2))
    assert reasons(reported)[1:] == [("joined", f"{BAY}+{PEAK}", False)]


def test_a_member_seen_before_is_reported_once() -> None:
    """A redelivered signal changes nothing, whatever incident it went to."""
    shard, _ = run_triage(bay(0), moor(1))
    before = dict(shard.cases)
    assert shard.apply(moor(1)) == []
    assert shard.cases == before


def test_a_record_that_comes_again_moves_nothing_else() -> None:
    """Neither does a signal let time pass for its group, nor does an act that met nothing find something later."""
    shard, _ = run_triage(bay(0), moor(60, drivers=STRIKE), action(61, brand=PEAK))
    shard.apply(signal(62, detector="no_data", severity="info", brand=PEAK))
    before = dict(shard.cases)
    assert [shard.apply(again) for again in (moor(60, drivers=STRIKE), bay(0), action(61, brand=PEAK))] == [[], [], []]
    assert shard.cases == before
    late, _ = run_triage(bay(40, start=40), moor(5, start=5, drivers=STRIKE))
    assert late.apply(bay(40, start=40)) == []


def test_a_brand_that_leaves_the_group_goes_its_own_way() -> None:
    """What is open stays as it is told; what the brand does from then on is an incident of its own."""
    rules = GroupPolicies()
    shard, reported = run_triage(bay(0), moor(1), rules=rules)
    rules.members = (BAY, PEAK)
    reported += shard.apply(moor(3, start=1))
    assert reasons(reported[2:]) == [("opened", MOOR, True)]
    reported += shard.apply(now(40))
    ends = [note.incident.affected_brands for note in reported if note.reason == "resolved"]
    assert ends == [(BAY, MOOR), ()]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_it_is_reported_by_the_group_and_lists_the_brands(language: str) -> None:
    """The lock screen says how many brands, the card which, the thread who joined, within the room there is."""
    _, reported = run_triage(bay(0), moor(1), peak(2, observed=99))
    joined, route = reported[-1], Route("#alerts", language, "<@U024BE7LH>")
    line = text.headline(joined.incident, text.supported_language(language))
    assert f"{GROUP} (3 " in line
    card = str(render_message(joined, route, page=False).blocks)
    assert all(brand in card for brand in BRANDS)
    assert PEAK in render_reply(joined, route, page=False).text
    long = replace(joined.incident, group="An agency of a very long name indeed " * 3)
    assert len(text.headline(long, text.supported_language(language))) <= text.HEADLINE_CHARS
    assert "(3 " in text.headline(long, text.supported_language(language))


def test_the_group_incident_is_chased_until_somebody_has_it() -> None:
    """The escalation goes on by the rules of the brand that was hit first."""
    rules = GroupPolicies(Policy(resolve_after=timedelta(hours=2)))
    _, reported = run_triage(bay(0), moor(1, severity="critical"), now(12), rules=rules)
    assert [(note.reason, note.happened_at) for note in reported[2:]] == [("escalated", START + 11 * MINUTE)]


def test_a_source_without_data_moves_nobodys_crisis() -> None:
    """It is about the brand's sources: what is open in the group stays as it is."""
    states = {BAY: replace(run(bay(0), case=new_state(BAY))[0])}
    silent = replace(moor(90), detector="no_data")
    changed, _ = route(states, silent, GroupPolicies())
    assert [(state.brand, state.kind) for state in changed] == [(MOOR, "no_data")]


def test_a_brand_that_is_hit_right_after_anothers_end_has_an_incident_of_its_own() -> None:
    """What is over cannot be joined, also not in the millisecond after: else nobody would hear of it."""
    rules = GroupPolicies(Policy(correlation_window=timedelta(hours=1)))
    after = 30 + 1 / MINUTE
    _, reported = run_triage(bay(0), moor(after, start=after), rules=rules)
    assert reasons(reported) == [("opened", BAY, True), ("resolved", BAY, False), ("opened", MOOR, True)]
