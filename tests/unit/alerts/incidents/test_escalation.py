"""Tests of escalation: an unacknowledged incident goes to the next step at the instant it is due."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from pydantic import ValidationError

from alerts.incidents.policy import Policy
from alerts.rendering import message as render
from alerts.rendering.route import Route
from tests.support.alerts import MINUTE, START, Record, action, now, run, signal

STEPS = ("on_call", "U0CHIEF", "pagerduty")
POLICY = Policy(escalation=STEPS, resolve_after=timedelta(hours=12), repeats=2)


def steps(*records: Record, policy: Policy = POLICY) -> list[tuple[float, int]]:
    """Return when (minutes after START) each step was taken, and which."""
    reported = run(*records, policy=policy)[1]
    return [((note.happened_at - START) / MINUTE, note.step) for note in reported if note.step is not None]


def test_a_critical_one_goes_from_step_to_step_and_repeats_the_last_ever_later() -> None:
    """Ten minutes a step, then the last after twice and four times as long; then it is enough."""
    due = steps(signal(0, severity="critical"), now(600))
    assert due == [(10, 0), (20, 1), (30, 2), (50, 3), (90, 4)]


def test_how_time_passes_makes_no_difference() -> None:
    """One step of ten hours takes the same steps at the same instants as a tick a minute."""
    at_once = run(signal(0, severity="critical"), now(600), policy=POLICY)
    minutes = run(signal(0, severity="critical"), *map(now, range(1, 601)), policy=POLICY)
    assert at_once == minutes


def test_a_warning_waits_longer_and_a_watch_for_ever() -> None:
    """Who is not paged is not chased."""
    assert steps(signal(0), now(31)) == [(30, 0)]
    assert steps(signal(0, severity="info"), now(600)) == []


def test_an_acknowledgement_stops_it_and_its_expiry_starts_it_again() -> None:
    """Two hours after the acknowledgement and growing, the first step is due again."""
    grave = signal(0, severity="critical")
    again = signal(140, severity="critical", observed=500)
    assert steps(grave, action(5), now(139)) == []
    assert steps(grave, action(5), again, now(151)) == [(150, 0)]


@pytest.mark.parametrize("act", [action(5, "resolve"), action(5, "verdict", verdict="not_a_crisis")])
def test_what_is_over_is_not_escalated(act: Record) -> None:
    """A resolved incident chases nobody."""
    assert steps(signal(0, severity="critical"), act, now(600)) == []


def test_a_snooze_holds_it_and_its_end_lets_it_go() -> None:
    """People who snooze have seen it; once the snooze is over somebody has to take it."""
    snooze = action(5, "snooze", until=START + 65 * MINUTE)
    assert steps(signal(0, severity="critical"), snooze, now(66)) == [(65, 0)]


def test_a_rise_shortens_the_wait_and_never_lengthens_it() -> None:
    """A warning that turns critical late keeps its earlier instant."""
    rise = signal(28, severity="critical", observed=900)
    assert steps(signal(0), rise, now(31)) == [(30, 0)]
    assert steps(signal(0), signal(3, severity="critical", observed=900), now(14)) == [(13, 0)]


def test_a_quiet_incident_resolves_before_it_escalates() -> None:
    """What is over by itself calls nobody."""
    short = Policy(escalation=STEPS, resolve_after=timedelta(minutes=10))
    assert steps(signal(0, severity="critical"), now(60), policy=short) == []


def test_without_steps_the_people_on_call_are_notified_again() -> None:
    """Nobody has to configure anything to be chased."""
    reported = run(signal(0, severity="critical"), now(11), policy=Policy())[1]
    card = render.render_reply(reported[-1], Route("#a", "en", "<@U0ANA>"), page=reported[-1].page)
    assert (reported[-1].reason, reported[-1].page, reported[-1].reply) == ("escalated", True, True)
    assert "<@U0ANA>" in str(card.blocks[0])


@pytest.mark.parametrize(
    ("number", "calls", "says"),
    [(0, "<@U0ANA>", "step 1"), (1, "<@U0CHIEF>", "step 2"), (2, "", "PagerDuty"), (4, "", "PagerDuty")],
)
def test_the_reply_calls_the_person_of_the_step_or_names_the_channel(number: int, calls: str, says: str) -> None:
    """A step outside Slack mentions nobody in Slack, but everybody can read where it went."""
    reported = [note for note in run(signal(0, severity="critical"), now(600), policy=POLICY)[1] if note.step == number]
    reply = render.render_reply(reported[0], Route("#a", "en", "<@U0ANA>", STEPS), page=True)
    assert says in reply.text
    assert (calls in str(reply.blocks[0])) if calls else "please take a look" not in str(reply.blocks)


@pytest.mark.parametrize("step", ["ana", "mailto:", "mailto:a@b\nBcc: c@d", "mailto:a b@c", "http://x", "u024", ""])
def test_a_step_that_leads_nowhere_is_refused_with_the_choices(step: str) -> None:
    """A slip is found when the file is checked, not at 3 am."""
    with pytest.raises(ValidationError, match=r"mailto:ana@example\.com"):
        Policy(escalation=(step,))


def test_each_step_is_reported_under_a_revision_of_its_own() -> None:
    """So that the outbox delivers each exactly once."""
    reported = run(signal(0, severity="critical"), now(600), policy=POLICY)[1]
    assert all(later.revision == earlier.revision + 1 for earlier, later in pairwise(reported))


def test_a_relapse_under_an_old_snooze_is_chased_when_that_is_over() -> None:
    """A snooze keeps quiet, it does not make anybody forget."""
    snooze = action(2, "snooze", until=START + 300 * MINUTE)
    relapse = signal(50, severity="critical", start=50)
    due = steps(signal(0, severity="critical"), snooze, action(5, "resolve"), relapse, now(301))
    assert due == [(300, 0)]
