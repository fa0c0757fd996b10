"""When does the heartbeat say that alerts may not get through, and when that they do again?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.heartbeat import (
    STAGES,
    HeartbeatState,
    Outage,
    build_test_alert,
    diagnose,
    ensure_partitions,
    evaluate,
    on_ack,
    on_resume,
    on_sent,
    outage_alert,
    undelivered,
)
from alerts.delivery.undelivered import UndeliveredSummary

if TYPE_CHECKING:
    from collections.abc import Iterable

LIMIT = 60_000
SECOND = 1_000


def beaten(
    pulse: HeartbeatState, at: int, stages: Iterable[str] = STAGES, partitions: int = 2, refused: str = ""
) -> HeartbeatState:
    """Return the pulse after canaries sent at an instant have come through these stages."""
    pulse = on_sent(ensure_partitions(pulse, partitions, at))
    for partition in range(partitions):
        for stage in stages:
            pulse = on_ack(pulse, partition, at, stage, refused if stage == STAGES[-1] else "")
    return pulse


def run(
    pulse: HeartbeatState, until: int, *, every: int = SECOND, start: int = 0
) -> tuple[HeartbeatState, list[tuple[int, Outage]]]:
    """Let time pass, and return which outages were told when."""
    found = []
    for at in range(start, until, every):
        pulse, outage = evaluate(pulse, at, LIMIT)
        if outage is not None:
            found.append((at, outage))
    return pulse, found


def test_what_beats_is_well() -> None:
    """Canaries that come through whole make no outage, however long."""
    pulse = HeartbeatState(0)
    for minute in range(10):
        pulse, found = run(beaten(pulse, minute * 60_000), (minute + 1) * 60_000, start=minute * 60_000)
        assert not found


def test_an_outage_begins_once_after_the_limit_and_ends_once_after_beating_as_long() -> None:
    """One page when canaries stay away for longer than the limit, one word when all have beaten for as long."""
    pulse, found = run(beaten(HeartbeatState(0), 0), 600_000)
    assert [(at, outage.started_at) for at, outage in found] == [(61_000, 61_000)]
    assert "on every partition: no records leave the score stage" in found[0][1].reason
    ended = []
    for at in range(600_000, 700_000, 10_000):
        pulse, some = run(beaten(pulse, at), at + 10_000, start=at)
        ended += some
    assert [(at, outage) for at, outage in ended] == [(660_000, found[0][1])]
    assert pulse.outage is None


def test_one_stalled_partition_is_an_outage_and_named() -> None:
    """A single partition on which nothing moves is found, with the stage that passes nothing on."""
    pulse = beaten(HeartbeatState(0), 0)
    for at in range(0, 130_000, 10_000):
        pulse = on_ack(pulse, 1, at, "score")
        for stage in STAGES:
            pulse = on_ack(pulse, 0, at, stage)
    assert diagnose(pulse, 130_000, LIMIT) == (
        "on 1 of 2 partitions (1): no records leave the watch stage: check that the workers are running and keep up"
    )


def test_a_refusal_of_slack_is_an_outage_in_its_words() -> None:
    """Canaries that come as far as Slack and are refused there do not count as through."""
    pulse = beaten(HeartbeatState(0), 0)
    for at in range(10_000, 100_000, 10_000):
        pulse = beaten(pulse, at, refused="is_archived: unarchive the channel")
    assert diagnose(pulse, 90_000, LIMIT) == "Slack rejects messages: is_archived: unarchive the channel"


def test_a_broker_that_takes_nothing_is_an_outage() -> None:
    """Canaries that cannot be sent are told as what they are, whether the partitions were ever known or not."""
    known = on_sent(beaten(HeartbeatState(0), 0), "KafkaTimeoutError")
    assert diagnose(known, 61_000, LIMIT) == "Kafka accepts no mentions: KafkaTimeoutError"
    never = on_sent(HeartbeatState(0), "KafkaConnectionError")
    assert not diagnose(never, 60_000, LIMIT)
    assert diagnose(never, 61_000, LIMIT) == "no broker can be reached: KafkaConnectionError"


def test_an_outage_from_before_a_restart_is_reported_only_when_it_is_over() -> None:
    """A heartbeat that starts within an outage neither tells it again nor takes its own start for a beat."""
    outage = Outage("heartbeat-1", 1, "the broker is down")
    pulse = ensure_partitions(HeartbeatState(0, outage=outage), 2, 0)
    pulse, found = run(pulse, 300_000)
    assert (found, pulse.outage) == ([], outage)
    for at in range(300_000, 400_000, 10_000):
        pulse, some = run(beaten(pulse, at), at + 10_000, start=at)
        found += some
    assert [reported.id for _, reported in found] == ["heartbeat-1"]


def test_a_heartbeat_that_was_held_up_itself_takes_nobody_for_late() -> None:
    """A process that is frozen for an hour pages nobody when it wakes; what stays away from then on is missed."""
    pulse = on_resume(beaten(HeartbeatState(0), 0), 3_600_000)
    pulse, found = run(pulse, 3_660_000, start=3_600_000)
    assert not found
    _, found = run(pulse, 3_700_000, start=3_660_000)
    assert [at for at, _ in found] == [3_660_000]


def test_an_alarm_has_the_key_of_its_outage() -> None:
    """Beginning and end carry one key, in order, so that a pager takes them for one."""
    outage = Outage("heartbeat-5", 5, "Slack refuses: invalid_auth")
    begins, ends = outage_alert(outage, "trigger", 5), outage_alert(outage, "resolve", 5 + 12 * 60_000)
    assert begins.incident == ends.incident == "heartbeat-5"
    assert begins.revision < ends.revision
    assert "invalid_auth" in begins.text
    assert "12 min" in ends.text


def test_an_outage_is_reported_in_the_language_of_the_heartbeat() -> None:
    """What is wrong, its beginning, its end and a drill are said in French where French is asked for."""
    pulse = beaten(HeartbeatState(0), 0)
    for at in range(0, 130_000, 10_000):
        for stage in STAGES:
            pulse = on_ack(pulse, 0, at, stage)
    _, outage = evaluate(pulse, 130_000, LIMIT, "fr")
    assert outage is not None
    assert outage.reason.startswith("sur 1 des 2 partitions (1)\u00a0: l’étape score ne transmet rien")
    begins, ends = (
        outage_alert(outage, "trigger", 130_000, language="fr"),
        outage_alert(outage, "resolve", 850_000, language="fr"),
    )
    assert begins.text == f"Tocsin\u00a0: plus de signal de vie, des alertes peuvent se perdre\u00a0: {outage.reason}"
    assert ends.text == "Tocsin\u00a0: le signal de vie est revenu après 12 min, les alertes passent de nouveau"
    assert build_test_alert("trigger", 1, "fr").text.startswith("Alerte de test\u00a0: ")
    assert build_test_alert("resolve", 1, "fr").text.endswith(" (test terminé)")


@pytest.mark.parametrize(
    ("state", "stated"),
    [
        (
            on_sent(HeartbeatState(0), "KafkaConnectionError"),
            "aucun broker n’est joignable\u00a0: KafkaConnectionError",
        ),
        (on_sent(beaten(HeartbeatState(0), 0), "no answer"), "Kafka n’accepte aucune mention\u00a0: no answer"),
        (
            beaten(beaten(HeartbeatState(0), 0), 30_000, refused="is_archived"),
            "Slack refuse les messages\u00a0: is_archived",
        ),
        (beaten(HeartbeatState(0), 0), "sur toutes les partitions\u00a0: l’étape score ne transmet rien"),
    ],
)
def test_every_trouble_has_its_french(state: HeartbeatState, stated: str) -> None:
    """Only what Kafka and Slack themselves say stays as they said it."""
    assert diagnose(state, 61_000, LIMIT, "fr").startswith(stated)


moves = st.lists(
    st.tuples(
        st.integers(0, 30_000),
        st.sampled_from(["sent", "unsent", *STAGES]),
        st.integers(0, 2),
        st.sampled_from(["", "invalid_auth: reinstall"]),
    ),
    max_size=60,
)


@given(moves)
def test_outages_never_overlap_and_each_ends_at_most_once(course: list[tuple[int, str, int, str]]) -> None:
    """Whatever is heard in whatever order, begin and end alternate, and the end is of the outage that began."""
    pulse, at, at_hand = HeartbeatState(0), 0, None
    for wait, what, partition, refused in course:
        at += wait
        if what in STAGES:
            pulse = on_ack(pulse, partition, at, what, refused)
        else:
            pulse = on_sent(ensure_partitions(pulse, 3, at), "down" if what == "unsent" else "")
        pulse, outage = evaluate(pulse, at, LIMIT)
        if outage is not None:
            assert (at_hand is None) == (pulse.outage is not None)
            assert at_hand in {None, outage}
            at_hand = pulse.outage
    assert pulse.outage == at_hand


@given(st.permutations(range(4)), st.integers(2, 6))
def test_the_order_of_answers_does_not_matter(order: list[int], beats: int) -> None:
    """Answers of several beats, heard in any order, leave the same pulse."""
    reported = [(at * 1_000, STAGES[place]) for at in range(beats) for place in order]
    straight, mixed = ensure_partitions(HeartbeatState(0), 1, 0), ensure_partitions(HeartbeatState(0), 1, 0)
    for at, stage in sorted(reported):
        straight = on_ack(straight, 0, at, stage)
    for at, stage in reported:
        mixed = on_ack(mixed, 0, at, stage)
    assert straight == mixed


def test_an_alert_undelivered_for_longer_than_the_limit_is_an_outage_of_its_own() -> None:
    """Canaries come through, an archived channel does not: that is reported once, and once when it is over."""
    pulse, found, stuck = HeartbeatState(0), list[tuple[int, Outage]](), UndeliveredSummary(2, 10_000, "is_archived: …")
    for at in range(0, 400_000, 10_000):
        pulse = beaten(pulse, at)
        if at < 200_000:
            pulse = on_ack(pulse, 1, at, STAGES[-1], "", stuck)
        pulse, some = run(pulse, at + 10_000, start=at)
        found += some
    (began, outage), (ended, same) = found
    assert (began, outage.reason) == (71_000, "undelivered alerts: 2, the oldest for 1 min: is_archived: …")
    assert same == outage
    assert ended == 260_000
    begin, end = outage_alert(outage, "trigger", began), outage_alert(outage, "resolve", ended)
    assert begin.text == "Tocsin: undelivered alerts: 2, the oldest for 1 min: is_archived: …"
    assert end.text == "Tocsin: every alert is delivered again, 3 min after the first report"


def test_a_lost_heartbeat_says_more_than_an_undelivered_alert() -> None:
    """What keeps all alerts back is named before what keeps back one."""
    pulse = on_ack(beaten(HeartbeatState(0), 0), 1, 0, STAGES[-1], "", UndeliveredSummary(1, 0, "is_archived: …"))
    assert "no records leave the score stage" in diagnose(pulse, 100_000, LIMIT)
    assert undelivered(pulse).count == 1
