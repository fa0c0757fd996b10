"""When does an incident open, grow, end and come back?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from alerts.incidents.lifecycle import decide
from alerts.incidents.policy import Policy
from detectors.model.signal import Contributors, Severity, Watermark
from tests.support.agency import about
from tests.support.alerts import (
    MINUTE,
    POLICY,
    START,
    Record,
    action,
    incident_of,
    now,
    reasons_of,
    run,
    signal,
    with_window,
)
from tests.support.topics import topic, topic_signal


def test_the_first_breach_opens() -> None:
    """A brand without an incident gets one at its first breach, named after brand and minute."""
    incident = incident_of(signal(0))
    assert (incident.id, incident.status, incident.severity, incident.revision) == (
        "acme-20150219T1432Z",
        "open",
        "warning",
        1,
    )


def test_a_watch_is_shown_and_pages_nobody() -> None:
    """Below `page_from` an incident is told without a mention."""
    _, (reported,) = run(signal(0, severity="info"))
    assert (reported.reason, reported.page) == ("opened", False)


def test_a_warning_pages_in_the_message_itself() -> None:
    """The opening mentions the on-call manager, and needs no thread."""
    _, (reported,) = run(signal(0))
    assert (reported.page, reported.reply) == (True, False)


def test_a_rise_in_severity_replies_and_pages_at_once() -> None:
    """An edited message makes no sound, so a rise posts in the thread."""
    _, reported = run(signal(0, severity="info"), signal(0.5, revision=1, severity="critical"))
    assert [(n.reason, n.page, n.reply) for n in reported[1:]] == [("raised_severity", True, True)]


def test_severity_does_not_fall_while_open() -> None:
    """A milder signal leaves the incident as grave as it was."""
    assert incident_of(signal(0, severity="critical"), signal(1, severity="info")).severity == "critical"


def test_detectors_that_break_together_do_not_fill_the_thread() -> None:
    """Within `group_window` of the opening a further detector edits the message only; later ones reply."""
    _, reported = run(signal(0), signal(4, detector="volume_spike"), signal(6, detector="negative_share"))
    assert [(n.reason, n.detector, n.reply) for n in reported] == [
        ("opened", "negative_spike", False),
        ("new_detector", "volume_spike", False),
        ("new_detector", "negative_share", True),
    ]


def test_a_doubling_is_reported_once_for_each_factor_of_two() -> None:
    """83 → 170 → 200 → 350 doubles twice, each measured from what was last told."""
    records = [signal(m, observed=o) for m, o in enumerate([83, 170, 200, 350])]
    assert reasons_of(*records) == ["opened", "doubled", "updated", "doubled"]


def test_what_merely_goes_on_is_reported_once_a_minute_with_all_its_figures() -> None:
    """Signals of one minute become one update, that shows every detector's latest figure."""
    minute = [signal(2, observed=90), signal(2, detector="volume_spike", observed=91)]
    _, reported = run(signal(0), signal(0, detector="volume_spike"), *minute, now(2), now(2.5), now(3))
    assert [n.reason for n in reported] == ["opened", "new_detector", "updated"]
    assert {name: f.signal.evidence.observed for name, f in reported[-1].incident.findings.items()} == {
        "negative_spike": 90,
        "volume_spike": 91,
    }


def test_what_has_not_changed_is_not_reported_again() -> None:
    """A message whose figures stand still is left alone, and the incident goes on."""
    still = [signal(m) for m in range(1, 20)]
    assert reasons_of(signal(0), *still, signal(20, observed=84), now(20)) == ["opened", "updated"]
    assert incident_of(signal(0), *still, now(48)).status == "open"


@pytest.mark.parametrize("ticks", [[1, 2, 3, 4], [4], [1.5, 4], []])
def test_how_often_time_is_reported_changes_no_update(ticks: list[float]) -> None:
    """Updates are told at the instant of their breach, whatever the steps in which time passes."""
    breaches: list[Record] = [signal(m, observed=80 + m) for m in range(5)]
    log = sorted([*breaches, *map(now, ticks)], key=lambda record: (record.at, isinstance(record, Watermark)))
    reported = run(*log, now(4.5))[1]
    assert [(n.reason, (n.happened_at - START) // MINUTE, n.revision) for n in reported[1:]] == [
        ("updated", 1, 2),
        ("updated", 2, 3),
        ("updated", 3, 4),
        ("updated", 4, 5),
    ]


def test_quiet_for_long_enough_resolves_at_the_instant_it_was_due() -> None:
    """However late the time is told, the end is the last breach plus `resolve_after`."""
    assert incident_of(signal(0), now(29.9)).status == "open"
    incident = incident_of(signal(0), signal(3), now(500))
    assert (incident.status, incident.resolved_at) == ("resolved", START + 33 * MINUTE)


def test_a_breach_after_a_silence_without_ticks_ends_the_old_one_first() -> None:
    """A signal carries time as well: what was due before it happens before it."""
    assert reasons_of(signal(0), signal(600, start=600)) == ["opened", "resolved", "opened"]


def test_the_cooldown_holds_a_relapse_back_and_then_the_same_incident_reopens() -> None:
    """Within the cooldown nothing is told; a breach after it reopens incident and thread, and pages."""
    records: list[Record] = [signal(0), now(30), signal(40, start=40), signal(61, start=40)]
    case, reported = run(*records)
    assert [(n.reason, n.incident.id) for n in reported] == [
        (reason, "acme-20150219T1432Z") for reason in ("opened", "resolved", "reopened")
    ]
    assert (reported[-1].page, reported[-1].reply, case.incident and case.incident.reopen_count) == (True, True, 1)


def test_a_more_severe_breach_breaks_through_the_cooldown() -> None:
    """A cooldown must not sleep through something worse than what it cools."""
    records: list[Record] = [signal(0), now(30), signal(31, start=31, severity="critical")]
    assert reasons_of(*records) == ["opened", "resolved", "reopened"]


@pytest.mark.parametrize(
    ("terms", "begin", "severity", "decision"),
    [
        (("plastic", "biscuit"), 25, "warning", "open"),
        (("plastic", "biscuit"), 25, "info", "in_cooldown"),  # it pages nobody
        (("plastic", "biscuit"), -5, "warning", "in_cooldown"),  # part of what it counts is of the incident
        (("refund", "gate 12"), 25, "warning", "in_cooldown"),  # the words of the incident
        (("plastic",), 25, "warning", "in_cooldown"),  # one word in common is chance
        ((), 25, "warning", "in_cooldown"),
    ],
)
def test_another_cause_breaks_through_the_cooldown(
    terms: tuple[str, ...], begin: float, severity: Severity, decision: str
) -> None:
    """A small incident of the morning holds no crisis of another matter back, and a relapse is none."""
    case, _ = run(signal(0), now(30))
    relapse = with_window(signal(40, start=40, severity=severity, drivers=about(*terms)), begin)
    assert decide(case, relapse, POLICY) == decision


def test_words_of_one_or_two_mentions_are_no_cause() -> None:
    """Chance never says the same thing twice, and would break through every cooldown."""
    case, _ = run(signal(0), now(30))
    chance = Contributors(terms=(("plastic", 2), ("biscuit", 1)))
    assert decide(case, with_window(signal(40, start=40, drivers=chance), 25), POLICY) == "in_cooldown"


@pytest.mark.parametrize(
    ("number", "begin", "decision"), [(2, 25, "open"), (1, 25, "in_cooldown"), (2, -5, "in_cooldown")]
)
def test_another_topic_breaks_through_the_cooldown(number: int, begin: float, decision: str) -> None:
    """A topic that began after the last breach is no relapse; the same topic, and an older one, are."""
    case, _ = run(topic_signal(0), now(30))
    later = topic(number=number, start=START + int(begin * MINUTE))
    assert decide(case, topic_signal(40, about=later), POLICY) == decision


def test_an_incident_of_another_cause_is_one_of_its_own() -> None:
    """It has its own message and pages; the one before stays resolved."""
    other = with_window(signal(40, start=40, drivers=about("plastic", "biscuit")), 25)
    _, reported = run(signal(0), now(30), other)
    assert [(one.reason, one.page, one.incident.id) for one in reported[1:]] == [
        ("resolved", False, "acme-20150219T1432Z"),
        ("opened", True, "acme-20150219T1512Z"),
    ]


def test_a_relapse_beyond_reopen_within_is_another_incident() -> None:
    """Old threads are left alone."""
    policy = Policy(reopen_within=timedelta(hours=1), cooldown=timedelta(0))
    assert incident_of(signal(0), signal(91, start=91), policy=policy).id == "acme-20150219T1603Z"


def test_two_incidents_of_one_minute_have_two_names() -> None:
    """Ids are unique although they count minutes only."""
    policy = Policy(reopen_within=timedelta(0), cooldown=timedelta(0))
    first = action(0.1, "resolve")
    second = signal(0.5, start=0.5)
    assert incident_of(signal(0), first, second, policy=policy).id == "acme-20150219T1432Z-2"


def test_a_redelivered_signal_changes_nothing() -> None:
    """The identity of a signal is its episode and revision."""
    case, _ = run(signal(0), signal(1), signal(2, detector="volume_spike"))
    for record in (signal(0), signal(1), signal(2, detector="volume_spike")):
        assert run(record, case=case) == (case, [])
        assert decide(case, record, POLICY) == "duplicate"


def test_a_redelivery_is_known_even_after_its_episode_was_forgotten() -> None:
    """Memory is bounded, and what fell out of it is never taken for new."""
    old = signal(0, detector="first")
    case, _ = run(old, *(signal(m, start=m) for m in range(1, 80)))
    assert old.id not in case.applied_signals
    assert run(old, case=case) == (case, [])
    assert decide(case, old, POLICY) == "expired"


def test_another_brands_record_is_refused() -> None:
    """A wrong key is a mistake of the wiring, and says so."""
    with pytest.raises(ValueError, match="key the topic by brand"):
        run(signal(0, brand="other"))


def test_what_breaks_again_after_a_calm_is_news() -> None:
    """Held open by one detector, an incident in which another was quiet for `resolve_after` and breaks again pages."""
    burning = [signal(minute, detector="sentiment_drift", start=0) for minute in range(0, 200, 10)]
    records = [*burning[:2], signal(11, start=11), *burning[2:12], signal(115, start=115), signal(116, start=115)]
    _, sent = run(*records)
    news = [(n.reason, n.detector, n.page, n.reply) for n in sent if n.reason in ("new_detector", "broke_again")]
    assert news == [("new_detector", "negative_spike", False, True), ("broke_again", "negative_spike", True, True)]


def test_what_breaks_again_sooner_is_no_news() -> None:
    """A pause shorter than `resolve_after` is part of the same breach, and a watch never pages."""
    burning = [signal(minute, detector="sentiment_drift", start=0) for minute in range(0, 60, 5)]
    assert "broke_again" not in reasons_of(signal(0.5), *burning, signal(25, start=25))
    volume = [signal(minute, detector="volume_spike", start=minute, severity="info") for minute in (1, 59)]
    assert "broke_again" not in reasons_of(burning[0], volume[0], *burning[1:], volume[1])


def test_what_breaks_again_pages_after_an_acknowledgement() -> None:
    """Somebody acknowledged the first matter, not the second: the incident is open again."""
    burning = [signal(minute, detector="sentiment_drift", start=0) for minute in range(0, 100, 10)]
    _, sent = run(signal(0), *burning[:1], action(3), *burning[1:8], signal(75, start=75))
    assert (sent[-1].reason, sent[-1].page, sent[-1].incident.status) == ("broke_again", True, "open")


def test_what_somebody_resolved_is_news_once_it_doubles() -> None:
    """Declared over, the same episode stays quiet until its figure is twice what it was then."""
    over: list[Record] = [signal(0, observed=30), action(2, "resolve")]
    assert reasons_of(*over, *[signal(minute, observed=59) for minute in (40, 50)])[2:] == []
    assert reasons_of(*over, signal(50, observed=60))[2:] == ["reopened"]


def test_what_the_cooldown_swallowed_is_counted_until_it_comes_back() -> None:
    """Each breach after the end counts once; a relapse that reopens begins again, and each is counted too."""
    quiet, _ = run(signal(0), now(31), signal(40, start=40), signal(45, start=45), signal(50, start=50))
    assert quiet.suppressed_count == 3
    back, _ = run(signal(75, start=75), case=quiet)
    assert back.suppressed_count == 0
    twice, _ = run(now(106), signal(150, start=150), case=back)
    assert [state.incident.reopen_count for state in (back, twice) if state.incident] == [1, 2]


def test_incidents_of_one_minute_have_names_of_their_own() -> None:
    """Somebody resolves each at once, and no relapse reopens it: the third is the third."""
    apart = Policy(cooldown=timedelta(0), reopen_within=timedelta(0))
    times = (0, 0.2, 0.4)
    records = [one for at in times for one in (signal(at, start=at), action(at + 0.1, "resolve"))]
    opened = [note.incident.id for note in run(*records, policy=apart)[1] if note.reason == "opened"]
    assert opened == ["acme-20150219T1432Z", "acme-20150219T1432Z-2", "acme-20150219T1432Z-3"]


@pytest.mark.parametrize(
    ("minute", "number", "reason"),
    [
        (10, 7, "new_topic"),
        (4, 7, "new_detector"),  # within the group window it belongs to what opened the incident
        (10, 1, "new_detector"),  # what the incident is about already
    ],
)
def test_another_matter_in_an_open_incident_is_reported_as_one(minute: int, number: int, reason: str) -> None:
    """People who begin to write of something else page again; the next page on the same matter does not."""
    about_one = replace(signal(0), topic=topic(number=1))
    other = topic_signal(minute, topic(number=number, start=START + (minute - 1) * MINUTE))
    _, reported = run(about_one, other)
    assert (reported[-1].reason, reported[-1].page) == (reason, reason == "new_topic")
