"""What may a person do to an incident, and what does it change?"""

from __future__ import annotations

from alerts.incidents.actions import validate
from alerts.incidents.model import Action
from alerts.incidents.state import MAX_ACTIONS
from tests.support.alerts import MINUTE, START, Record, action, incident_of, now, reasons_of, run, signal


def test_an_acknowledgement_names_who_took_it() -> None:
    """The message is edited, the thread stays quiet."""
    _, reported = run(signal(0), action(1))
    incident = reported[-1].incident
    assert (incident.status, incident.acknowledged_by, incident.acknowledged_at) == (
        "acknowledged",
        "ada",
        START + MINUTE,
    )
    assert (reported[-1].reason, reported[-1].reply, reported[-1].page) == ("acknowledged", False, False)


def test_a_double_tap_changes_nothing() -> None:
    """An act is applied once by its id, and a second one that says the same is answered with why not."""
    case, _ = run(signal(0), action(1))
    assert run(action(1), case=case) == (case, [])
    assert validate(case, action(1)) == "duplicate"
    assert validate(case, action(2)) == "already_acknowledged"
    assert run(action(2), case=case)[1] == []


def test_an_old_acknowledgement_is_void_once_it_worsens() -> None:
    """After `ack_expires` a worsening opens the incident again and pages."""
    worse = [signal(m, observed=83) for m in range(1, 122)]
    _, reported = run(signal(0), action(1), *worse, signal(122, observed=200))
    last = reported[-1]
    assert (last.reason, last.incident.status, last.page, last.reply) == ("ack_expired", "open", True, True)


def test_a_fresh_acknowledgement_lets_a_doubling_pass_without_a_page() -> None:
    """The thread says who acknowledged it."""
    _, reported = run(signal(0), action(1), signal(2, observed=200))
    assert (reported[-1].reason, reported[-1].page, reported[-1].incident.status) == ("doubled", False, "acknowledged")


def test_a_snooze_keeps_thread_and_pager_quiet() -> None:
    """The message goes on showing the truth; only a rise in severity breaks a snooze."""
    snooze = action(1, "snooze", until=START + 31 * MINUTE)
    _, reported = run(
        signal(0), snooze, signal(10, observed=200), signal(11, severity="critical"), signal(32, observed=900)
    )
    assert [(n.reason, n.reply, n.page) for n in reported[2:]] == [
        ("doubled", False, False),
        ("raised_severity", True, True),
        ("escalated", True, True),
        ("doubled", True, False),
    ]


def test_resolved_by_a_person_stays_resolved_while_the_same_episodes_go_on() -> None:
    """What a person declared over does not come back by itself, but something more severe or new does."""
    over: list[Record] = [signal(0), action(1, "resolve")]
    assert reasons_of(*over, *(signal(m) for m in range(2, 200))) == ["opened", "resolved"]
    assert reasons_of(*over, signal(2, severity="critical"))[-1] == "reopened"
    assert reasons_of(*over, signal(40, start=40))[-1] == "reopened"


def test_not_a_crisis_ends_it_and_a_crisis_does_not() -> None:
    """A verdict is a label; the one that says there is nothing also stops the noise."""
    nothing = incident_of(signal(0), action(1, "verdict", verdict="not_a_crisis"))
    real = incident_of(signal(0), action(1, "verdict", verdict="crisis"))
    assert (nothing.status, nothing.verdict) == ("resolved", "not_a_crisis")
    assert (real.status, real.verdict) == ("open", "crisis")


def test_a_verdict_after_the_end_is_kept() -> None:
    """The morning after is when most verdicts are given."""
    incident = incident_of(signal(0), now(60), action(61, "verdict", verdict="crisis", text="recall"))
    assert (incident.status, incident.verdict, incident.history[-1].text) == ("resolved", "crisis", "recall")


def test_an_act_on_another_incident_is_answered_and_changes_nothing() -> None:
    """A button under an old message must not close today's incident."""
    case, _ = run(signal(0))
    stale = action(1, "resolve", incident="acme-20140101T0000Z")
    assert validate(case, stale) == "unknown_incident"
    after, reported = run(stale, case=case)
    assert (after.incident, reported) == (case.incident, [])


def test_an_act_on_a_replayed_incident_happens_in_its_own_time() -> None:
    """A tap today on an incident of 2015 acknowledges it in 2015, and a snooze keeps its length."""
    today = START + 11 * 365 * 86_400_000
    late = Action(id="tap", brand="acme", kind="snooze", actor="ada", at=today, until=today + 30 * MINUTE)
    assert incident_of(signal(0), late).snoozed_until == START + 30 * MINUTE


def test_who_did_what_and_when_is_kept() -> None:
    """The history names each act with its person and instant."""
    history = incident_of(signal(0), action(1), action(2, "note", text="calling the airport"), now(60)).history
    assert [(e.actor, e.reason, (e.at - START) // MINUTE, e.text) for e in history] == [
        ("tocsin", "opened", 0, "negative_spike"),
        ("ada", "acknowledged", 1, ""),
        ("ada", "noted", 2, "calling the airport"),
        ("tocsin", "resolved", 30, ""),
    ]


def test_the_history_is_bounded_and_keeps_its_beginning() -> None:
    """A thousand notes do not grow the record without end."""
    notes = [action(0, "note", id=str(n), text=str(n)) for n in range(1000)]
    history = incident_of(signal(0), *notes).history
    assert (len(history), history[0].reason, history[-1].text) == (50, "opened", "999")


def test_a_relapse_more_severe_than_the_incident_was_breaks_its_snooze() -> None:
    """A snoozed warning that comes back critical pages; a relapse that is no more severe stays quiet."""
    snooze = action(1, "snooze", until=START + 721 * MINUTE)
    for relapse, loud in ((signal(70, severity="critical", start=70), True), (signal(70, start=70), False)):
        _, reported = run(signal(0), snooze, now(31), relapse, now(81))
        back = next(note for note in reported if note.reason == "reopened")
        assert back.page is loud
        assert ("escalated" in [note.reason for note in reported]) is loud


def test_who_gives_an_incident_back_is_reported_in_the_thread_and_the_escalation_starts_again() -> None:
    """Nobody is paged at once, and nobody is forgotten."""
    records: list[Record] = [signal(0), action(1), action(5, "unack"), *(signal(m) for m in range(6, 34)), now(36)]
    _, reported = run(*records)
    back = next(note for note in reported if note.reason == "unacknowledged")
    assert (back.reply, back.page, back.incident.status, back.incident.acknowledged_by) == (True, False, "open", None)
    assert [(note.reason, note.happened_at) for note in reported[3:] if note.page] == [
        ("escalated", START + 35 * MINUTE)
    ]


def test_giving_back_what_nobody_has_changes_nothing() -> None:
    """The answer says why."""
    case, _ = run(signal(0))
    assert validate(case, action(1, "unack")) == "not_acknowledged"
    assert validate(case, action(1, "unsnooze")) == "not_snoozed"
    assert run(action(1, "unack"), case=case)[1] == []


def test_an_ended_snooze_lets_the_thread_speak_again() -> None:
    """What grows after it is told as if there had been none."""
    snooze = action(1, "snooze", until=START + 120 * MINUTE)
    _, reported = run(signal(0), snooze, action(2, "unsnooze"), signal(3, observed=200))
    assert [(note.reason, note.reply) for note in reported[2:]] == [("unsnoozed", False), ("doubled", True)]
    assert reported[2].incident.snoozed_until is None


def test_what_a_person_reports_is_of_the_last_minute() -> None:
    """The incident says what was counted, when, and who said so."""
    (finding,) = incident_of(action(3, "open", text="A customer is live from our shop")).findings.values()
    evidence = finding.signal.evidence
    assert (evidence.window_start, evidence.window_end, evidence.observed) == (
        START + 2 * MINUTE,
        START + 3 * MINUTE,
        1,
    )


def test_the_memory_of_acts_is_bounded() -> None:
    """However many notes an incident gets, its record does not grow with them."""
    case, _ = run(signal(0), *(action(1 + minute / 100, "note", text="still here") for minute in range(100)))
    assert len(case.applied_actions) == MAX_ACTIONS
