"""Whatever is said, done and waited for: does an incident keep its laws?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alerts.incidents.lifecycle import TriageState, process
from alerts.incidents.model import Incident, Notification, decode_incident, decode_notification, rank
from alerts.incidents.model import encode as written
from alerts.incidents.policy import Policy, milliseconds
from alerts.incidents.severity import SeverityRule
from alerts.incidents.silences import ScheduledSilence, Silence, matching_silence, muted_until, to_silence
from alerts.incidents.state import decode, encode, new_state
from alerts.rendering.event_log import to_event
from detectors.model.signal import SEVERITIES, Signal, Watermark
from tests.support.agency import about
from tests.support.alerts import DRIVERS, MINUTE, START, Record, action, now, run, signal, with_window

if TYPE_CHECKING:
    from collections.abc import Container

    from detectors.model.signal import Contributors

DETECTORS = ["negative_spike", "volume_spike", "negative_share", "positive_spike"]
OTHER_CAUSE = about("strike", "union")
AFTER_THE_END = {"judged", "noted"}
WORSE = {"opened", "reopened", "raised_severity", "new_detector", "doubled", "broke_again", "ack_expired"}


def at(minute: int) -> datetime:
    """Return the instant so long after START."""
    return datetime.fromtimestamp(START / 1000, UTC) + timedelta(minutes=minute)


policies = st.builds(
    Policy,
    group_window=st.sampled_from([timedelta(0), timedelta(minutes=5)]),
    resolve_after=st.sampled_from([timedelta(minutes=1), timedelta(minutes=10)]),
    cooldown=st.sampled_from([timedelta(0), timedelta(minutes=7)]),
    reopen_within=st.sampled_from([timedelta(0), timedelta(minutes=20)]),
    ack_expires=st.sampled_from([timedelta(0), timedelta(minutes=15)]),
    page_from=st.sampled_from(SEVERITIES),
    escalation=st.sampled_from([(), ("U0CHIEF",), ("on_call", "pagerduty")]),
    escalate_warning=st.sampled_from([timedelta(minutes=3), timedelta(minutes=20)]),
    escalate_critical=st.sampled_from([timedelta(minutes=1), timedelta(minutes=8)]),
    repeats=st.integers(0, 2),
    severity_rules=st.sampled_from([(), (SeverityRule(when=("negative_spike", "volume_spike"), raise_to="critical"),)]),
    silences=st.sampled_from([(), (ScheduledSilence(start=at(5), end=at(30), detector="volume_spike"),)]),
)


class Triage(RuleBasedStateMachine):
    """One brand's records in any order, with restarts in between."""

    def __init__(self) -> None:
        super().__init__()
        self.case: TriageState = new_state("acme")
        self.log: list[Record] = []
        self.reported: list[Notification] = []
        self.clock = 0.0
        self.quiet_ends: set[int] = set()

    @initialize(policy=policies)
    def choose(self, policy: Policy) -> None:
        """Start under some policy."""
        self.policy = policy

    def feed(self, record: Record) -> list[Notification]:
        """Step, and keep what happened."""
        before = self.case.silences
        self.case, reported = process(self.case, record, self.policy)
        self.quiet_ends |= {one.ends_at for one in self.case.silences if one.matches_all}
        steps = [note.happened_at for note in reported if note.reason == "escalated"]
        assert not any(muted_until(before, at) for at in steps), "somebody is chased who asked for quiet"
        self.log.append(record)
        self.reported += reported
        return reported

    @rule(
        detector=st.sampled_from(DETECTORS),
        severity=st.sampled_from(SEVERITIES),
        later=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 1.0, 3.0, 12.0, 40.0]),
        age=st.integers(0, 4),
        observed=st.integers(0, 1000),
        cause=st.sampled_from([DRIVERS, DRIVERS, OTHER_CAUSE]),
    )
    def breach(self, detector: str, severity: Any, later: float, age: int, observed: int, cause: Contributors) -> None:
        """A detector speaks, a little out of order at times."""
        minute = max(0.0, self.clock + later)
        self.clock = max(self.clock, minute)
        start = max(0, int(minute) - age)
        spoken = signal(minute, detector=detector, severity=severity, start=start, observed=observed, drivers=cause)
        spoken = with_window(spoken, start)
        quiet = matching_silence(spoken, chain(map(to_silence, self.policy.silences), self.case.silences))
        stated = {note.reason for note in self.feed(spoken)}
        assert not (quiet and stated & WORSE), "what is silenced was told"

    @rule(later=st.sampled_from([0.0, 0.1, 1.0, 5.0, 11.0, 60.0]))
    def wait(self, later: float) -> None:
        """Time passes."""
        self.clock += later
        self.feed(now(self.clock))

    @rule(
        kind=st.sampled_from(["ack", "unack", "snooze", "unsnooze", "resolve", "verdict", "note"]),
        verdict=st.sampled_from(["crisis", "planned", "not_a_crisis"]),
        ahead=st.sampled_from([0.0, 0.2, 10_000.0]),
        number=st.integers(0, 30),
    )
    def intervene(self, kind: str, verdict: str, ahead: float, number: int) -> None:
        """A person acts, sometimes twice with the same tap."""
        self.feed(action(self.clock + ahead, kind, id=str(number), verdict=verdict if kind == "verdict" else None))

    @rule(last=st.sampled_from([1, 30]), detector=st.sampled_from([None, *DETECTORS]), number=st.integers(0, 30))
    def hush(self, last: int, detector: str | None, number: int) -> None:
        """Somebody asks for silence."""
        begin = START + int(self.clock * MINUTE)
        silence = Silence(begin, begin + last * MINUTE, "ada", detector)
        self.feed(action(self.clock, "silence", id=str(number), silence=silence))

    @rule(number=st.integers(0, 30), data=st.data())
    def lift(self, number: int, data: st.DataObject) -> None:
        """Somebody ends a silence, or all."""
        one = data.draw(st.sampled_from([None, *self.case.silences]))
        reported = self.feed(action(self.clock, "unsilence", id=f"lift {number}", silence=one))
        if reported:
            assert reported[0].reason == "unsilenced"
            assert self.case.silences == () or one not in self.case.silences

    @invariant()
    def chases(self) -> None:
        """Who is paged and does not acknowledge is notified again, step by step, and no step is overdue."""
        incident = self.case.incident
        if incident is None or incident.status != "open" or rank(incident.severity) == 0:
            return
        if rank(incident.severity) >= rank(self.policy.page_from):
            steps = len(self.policy.escalation) + self.policy.repeats
            assert (incident.next_escalation_at is None) is (incident.escalation_steps >= steps)
        last = self.log[-1]
        if incident.next_escalation_at is not None and isinstance(last, Watermark):
            assert incident.next_escalation_at > last.at

    @rule()
    def restart(self) -> None:
        """The worker dies and another takes over what the table holds."""
        self.case = decode(encode(self.case))

    @precondition(lambda self: self.log)
    @rule(data=st.data())
    def redeliver(self, data: st.DataObject) -> None:
        """Kafka delivers a record again: nothing is told, and nothing but time is noted."""
        record = data.draw(st.sampled_from(self.log))
        if not isinstance(record, Watermark):
            assert process(self.case, record, self.policy) == (self.case, [])

    @invariant()
    def replays(self) -> None:
        """The same log gives the same history, with or without restarts."""
        if len(self.log) % 8 == 7:
            case, reported = run(*self.log, policy=self.policy)
            assert (case, reported) == (self.case, self.reported)

    def teardown(self) -> None:
        """The whole story keeps the laws."""
        check_story(self.reported, self.policy, self.quiet_ends)


def check_story(reported: list[Notification], policy: Policy, quiet_ends: Container[int]) -> None:
    """Check what was told, from the first to the last."""
    before: Incident | None = None
    names: list[str] = []
    for notification in reported:
        incident = notification.incident
        check_step(before, notification, policy, quiet_ends)
        line = to_event(before, notification)
        assert line["event"] in ("opened", "updated", "resolved")
        if not names or names[-1] != incident.id:
            assert incident.id not in names, "an id never comes back"
            names.append(incident.id)
        assert decode_notification(written(notification)) == notification
        assert decode_incident(written(incident)) == incident
        before = incident


def check_step(
    before: Incident | None, notification: Notification, policy: Policy, quiet_ends: Container[int] = ()
) -> None:
    """Check one notification against the incident as told before; a step may wait for the end of a silence."""
    incident, reason = notification.incident, notification.reason
    check_severity(before, incident, policy)
    if before is None or before.id != incident.id:
        assert (reason, incident.revision) == ("opened", 1)
        if before is not None:
            check_succession(before, notification, policy)
        return
    assert incident.revision == before.revision + 1
    if before.status == "resolved":
        assert reason == "reopened" or reason in AFTER_THE_END, "an update after the end"
    else:
        assert rank(incident.severity) >= rank(before.severity), "severity fell while open"
    if reason == "reopened" and before.resolved_at is not None:
        cold = notification.happened_at >= before.resolved_at + milliseconds(policy.cooldown)
        assert cold or rank(incident.severity) > rank(before.severity), "the cooldown was broken"
    assert not notification.page or rank(incident.severity) >= rank(policy.page_from)
    if reason == "escalated":
        assert before.status == incident.status == "open", "somebody has acknowledged it, and others are notified"
        assert notification.step == before.escalation_steps == incident.escalation_steps - 1
        assert notification.happened_at == before.next_escalation_at or notification.happened_at in quiet_ends, (
            "a step came at no due instant"
        )


def check_succession(before: Incident, opened: Notification, policy: Policy) -> None:
    """Check that an incident is followed by another one once it is over, or by one of another cause that pages."""
    assert before.status == "resolved", "two open incidents of one brand"
    assert before.resolved_at is not None
    cold = opened.happened_at >= before.resolved_at + milliseconds(policy.cooldown)
    (found,) = opened.incident.findings.values()
    causes = {one.signal.contributors for one in before.findings.values()}
    worse = rank(opened.incident.severity) > rank(before.severity)
    another = opened.page and found.signal.contributors not in causes
    assert cold or worse or another, "the cooldown was broken"


def check_severity(before: Incident | None, incident: Incident, policy: Policy) -> None:
    """Check that an incident is as grave as its signals and the rules make it, nobody having acknowledged less."""
    found = {(one.signal.brand, one.signal.detector) for one in incident.findings.values()}
    together = any({(brand, "negative_spike"), (brand, "volume_spike")} <= found for brand in incident.all_brands)
    assert not (together and policy.severity_rules) or incident.severity == "critical", "a rule was not heard"
    assert all(rank(one.signal.severity) <= rank(incident.severity) for one in incident.findings.values())
    if before is not None and before.severity != incident.severity == "critical":
        assert incident.status != "acknowledged", "an acknowledgement of something less counts for the crisis"


TestTriage = Triage.TestCase
TestTriage.settings = settings(max_examples=250, stateful_step_count=40, deadline=None)


@st.composite
def breaches(draw: st.DrawFn) -> list[Signal]:
    """Return signals in the order of their instants."""
    minutes = sorted(draw(st.lists(st.integers(0, 90), min_size=1, max_size=20)))
    return [
        signal(
            minute,
            detector=draw(st.sampled_from(DETECTORS)),
            severity=draw(st.sampled_from(SEVERITIES)),
            start=minute,
            observed=draw(st.integers(0, 500)),
        )
        for minute in minutes
    ]


@given(log=breaches(), ticks=st.lists(st.integers(0, 120), max_size=30), policy=policies)
@settings(deadline=None)
def test_the_steps_of_time_change_nothing(log: list[Signal], ticks: list[int], policy: Policy) -> None:
    """Time told in many steps or in one gives the same notifications: a replay says what the live run said."""
    end = Watermark(START + 500 * MINUTE)
    records: list[Record] = [*log, *map(now, ticks)]
    stepped = sorted(records, key=lambda record: (record.at, isinstance(record, Watermark)))
    assert run(*stepped, end, policy=policy) == run(*log, end, policy=policy)
