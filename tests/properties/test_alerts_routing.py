"""Whatever is said of several brands, done and waited for: does each incident keep its laws, and each brand its one?"""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from alerts.incidents import state as cases
from alerts.incidents.model import NO_DATA, Incident, Notification, rank
from alerts.incidents.policy import policy_for
from alerts.incidents.silences import Silence, muted_until
from alerts.incidents.state import new_state
from detectors.model.signal import SEVERITIES, Watermark
from streams.stages.triage import TriageShard
from tests.properties.test_alerts_lifecycle import check_step, policies
from tests.support.agency import BRANDS, UNGROUPED, GroupPolicies, about, run_triage
from tests.support.alerts import MINUTE, START, Record, action, now, run, signal

EVERY = [*BRANDS[:2], *BRANDS[:2], UNGROUPED]
DETECTORS = ["negative_spike", "volume_spike", "positive_spike", NO_DATA]
CAUSES = [
    about("strike", "union", "pay"),
    about("strike", "union", "kitchen"),
    about("pay", "kitchen", url="https://x.example"),
]


class Routing(RuleBasedStateMachine):
    """The records of a group and of a brand on its own, in any order, with restarts in between."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Record] = []
        self.reported: list[Notification] = []
        self.last: dict[str, Incident] = {}
        self.clock = 0.0
        self.quiet_ends: set[int] = set()

    @initialize(policy=policies)
    def choose(self, policy: Any) -> None:
        """Start under some policy."""
        self.agency = GroupPolicies(policy)
        self.shard = TriageShard(self.agency)

    def feed(self, record: Record) -> list[Notification]:
        """Apply a record, check what is told, and keep what happened."""
        silences = {name: case.silences for name, case in self.shard.cases.items()}
        self.quiet_ends |= {one.ends_at for held in silences.values() for one in held if one.matches_all}
        reported = self.shard.apply(record)
        for note in reported:
            check_step(self.last.get(note.incident.id), note, self.agency.policy, self.quiet_ends)
            self.last[note.incident.id] = note.incident
            self.check_open()
            quiet = muted_until(silences.get(note.incident.brand, ()), note.happened_at)
            assert note.reason != "escalated" or note.incident.kind == NO_DATA or not quiet
            assert (note.incident.kind == NO_DATA) is (note.detector == NO_DATA)
            assert note.reason != "joined" or (note.reply is not None and not note.page)
        self.log.append(record)
        self.reported += reported
        return reported

    def check_open(self) -> None:
        """At most one open incident is about a brand, and one about its sources."""
        about_what = [
            (brand, incident.kind)
            for incident in self.last.values()
            if incident.status != "resolved"
            for brand in incident.all_brands
        ]
        assert len(about_what) == len(set(about_what)), "two open incidents of one brand"

    @rule(
        brand=st.sampled_from(EVERY),
        detector=st.sampled_from(DETECTORS),
        severity=st.sampled_from(SEVERITIES),
        later=st.sampled_from([-2.0, -0.5, 0.0, 0.25, 1.0, 1.0, 3.0, 12.0]),
        age=st.integers(0, 4),
        observed=st.integers(0, 1000),
        cause=st.sampled_from(CAUSES),
    )
    def breach(
        self, brand: str, detector: str, severity: Any, later: float, age: int, observed: int, cause: Any
    ) -> None:
        """A detector speaks, a little out of order at times."""
        minute = max(0.0, self.clock + later)
        self.clock = max(self.clock, minute)
        parts: Any = {"detector": detector, "severity": severity, "observed": observed, "drivers": cause}
        self.feed(signal(minute, brand=brand, start=max(0, int(minute) - age), **parts))

    @rule(later=st.sampled_from([0.0, 0.1, 1.0, 5.0, 11.0, 60.0]))
    def wait(self, later: float) -> None:
        """Time passes."""
        self.clock += later
        self.feed(now(self.clock))

    @rule(
        brand=st.sampled_from(EVERY),
        kind=st.sampled_from(
            ["ack", "unack", "snooze", "unsnooze", "resolve", "verdict", "note", "silence", "unsilence"]
        ),
        number=st.integers(0, 30),
        named=st.booleans(),
        data=st.data(),
    )
    def intervene(self, brand: str, kind: str, number: int, data: st.DataObject, *, named: bool) -> None:
        """A person acts on a brand, or on an incident that a card shows."""
        incident = data.draw(st.sampled_from(sorted(self.last))) if named and self.last else None
        begin = START + int(self.clock * MINUTE)
        parts = {
            "verdict": "not_a_crisis" if kind == "verdict" else None,
            "silence": Silence(begin, begin + 20 * MINUTE) if kind == "silence" else None,
            "brand": self.last[incident].brand if incident else brand,
        }
        self.feed(action(self.clock, kind, id=str(number), incident=incident, **parts))

    @rule()
    def restart(self) -> None:
        """The worker dies and another takes over what the table holds."""
        held = {name: cases.decode(cases.encode(case)) for name, case in self.shard.cases.items()}
        self.shard = TriageShard(self.agency)
        self.shard.cases = held

    @rule(data=st.data())
    def redeliver(self, data: st.DataObject) -> None:
        """Kafka delivers a signal or an act again: nothing is told that only it could bring."""
        record = data.draw(st.sampled_from(self.log)) if self.log else None
        if record is not None and not isinstance(record, Watermark):
            assert self.shard.apply(record) == []

    @invariant()
    def chases(self) -> None:
        """Who is paged and does not acknowledge is notified again, whichever brands it is about."""
        for case in self.shard.cases.values() if self.log else ():
            incident, policy = case.incident, policy_for(self.agency.policy, case.kind)
            if incident is None or incident.status != "open" or rank(incident.severity) == 0:
                continue
            if rank(incident.severity) >= rank(policy.page_from):
                steps = len(policy.escalation) + policy.repeats
                assert (incident.next_escalation_at is None) is (incident.escalation_steps >= steps)

    def teardown(self) -> None:
        """The same log gives the same history; who has no group is told of as if it were alone."""
        if not self.log:
            return
        assert run_triage(*self.log, rules=self.agency)[1] == self.reported
        mine = [one for one in self.log if isinstance(one, Watermark) or one.brand == UNGROUPED]
        mine = [one for one in mine if getattr(one, "detector", "") != NO_DATA]
        known = any(
            getattr(one, "detector", "") == NO_DATA and one.brand == UNGROUPED
            for one in self.log
            if not isinstance(one, Watermark)
        )
        if not known:
            alone = run(*mine, policy=self.agency.policy, case=new_state(UNGROUPED))[1]
            assert [note for note in self.reported if note.incident.brand == UNGROUPED] == alone


TestDocket = Routing.TestCase
TestDocket.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)


@given(data=st.data(), ticks=st.lists(st.integers(0, 120), max_size=20), policy=policies)
@settings(deadline=None, max_examples=60)
def test_the_steps_of_time_change_nothing(data: st.DataObject, ticks: list[int], policy: Any) -> None:
    """Time told in many steps or in one gives the same notifications of a group, incident by incident."""
    minutes = sorted(data.draw(st.lists(st.integers(0, 90), min_size=1, max_size=15)))
    log: list[Record] = [
        signal(
            minute,
            brand=data.draw(st.sampled_from(EVERY)),
            detector=data.draw(st.sampled_from(DETECTORS)),
            severity=data.draw(st.sampled_from(SEVERITIES)),
            start=minute,
            drivers=data.draw(st.sampled_from(CAUSES)),
        )
        for minute in minutes
    ]
    end = now(500)
    stepped: list[Record] = sorted(
        [*log, *map(now, ticks)], key=lambda record: (record.at, isinstance(record, Watermark))
    )
    one, other = (
        sorted(
            run_triage(*records, end, rules=GroupPolicies(policy))[1],
            key=lambda note: (note.incident.id, note.revision),
        )
        for records in (stepped, log)
    )
    assert one == other
