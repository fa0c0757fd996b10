"""Is what somebody asked not to be told kept quiet, and told again afterwards?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.incidents.actions import validate
from alerts.incidents.model import decode_action
from alerts.incidents.model import encode as written
from alerts.incidents.policy import Policy
from alerts.incidents.silences import Silence
from alerts.incidents.state import decode, encode
from tests.support.alerts import MINUTE, START, action, now, reasons_of, run, signal

HOUR = {"start": "2015-02-19T14:30Z", "end": "2015-02-19T15:30Z"}


def policy(**matchers: Any) -> Policy:
    """Return a policy with one planned silence, from 2 minutes before START to 58 after."""
    return Policy.model_validate({"silences": [HOUR | matchers]})


def asked(minute: float, last: float, **matchers: Any) -> Any:
    """Return an act that asks for silence for `last` minutes."""
    at = START + int(minute * MINUTE)
    return action(minute, "silence", silence=Silence(at, at + int(last * MINUTE), **matchers))


@pytest.mark.parametrize(
    ("matchers", "kept"),
    [
        ({}, True),
        ({"detector": "negative_spike"}, True),
        ({"detector": "volume_spike"}, False),
        ({"term": "REFUND"}, True),
        ({"term": "strike"}, False),
        ({"channel": "twitter"}, True),
        ({"channel": "forum"}, False),  # a few come from there, most do not
        ({"detector": "negative_spike", "term": "refund", "channel": "twitter"}, True),
        ({"detector": "negative_spike", "term": "strike", "channel": "twitter"}, False),
    ],
)
def test_a_silence_keeps_back_what_it_names_and_nothing_else(matchers: dict[str, str], *, kept: bool) -> None:
    """All that is given has to hold; what is not given holds always."""
    assert reasons_of(signal(0), policy=policy(**matchers)) == ([] if kept else ["opened"])
    assert reasons_of(asked(-1, 10, **matchers), signal(0)) == ([] if kept else ["opened"])


def test_what_still_goes_on_when_the_silence_ends_is_reported_then() -> None:
    """A campaign that turned into a crisis is not missed."""
    reported = run(signal(0), signal(30), signal(57.9), signal(58), policy=policy())[1]
    assert [(note.reason, note.happened_at) for note in reported] == [("opened", START + 58 * MINUTE)]


def test_a_silenced_detector_does_not_join_an_open_incident() -> None:
    """The incident that is open goes on as if the signal had not been."""
    loud, other = signal(1, detector="volume_spike", severity="critical"), signal(0)
    assert reasons_of(other, loud, policy=policy(detector="volume_spike")) == ["opened"]


def test_an_act_silences_from_its_instant_for_as_long_as_it_says() -> None:
    """Before it and after it everything is told; across a restart too."""
    case, reported = run(signal(0), now(31), asked(40, 60))
    assert [note.reason for note in reported] == ["opened", "resolved"]
    assert len(case.silences) == 1
    case, reported = run(signal(70, start=70), case=decode(encode(case)))
    assert reported == []
    assert case.silenced_count == 1
    case, reported = run(now(101), signal(102, start=102), case=case)
    assert ([note.reason for note in reported], case.silences) == (["reopened"], ())


def test_a_silence_travels_as_it_was_asked_for() -> None:
    """The record of the topic `actions` holds all of it."""
    act = asked(0, 60, detector="volume_spike", term="sale", reason="Black Friday")
    assert decode_action(written(act)) == act


def test_a_redelivered_request_changes_nothing() -> None:
    """One act, one silence."""
    act = asked(0, 60)
    assert len(run(act, act)[0].silences) == 1


def test_beside_a_critical_incident_what_is_only_worth_watching_makes_no_sound() -> None:
    """It is shown on the card, for it may explain something; the thread stays quiet."""
    grave, noise = signal(0, severity="critical"), signal(9, detector="volume_spike", severity="info", start=9)
    case, reported = run(grave, noise, now(9.5))
    assert [(note.reason, note.reply) for note in reported] == [("opened", False), ("updated", False)]
    assert case.incident is not None
    assert "volume_spike" in case.incident.findings
    assert reasons_of(signal(0), signal(9, detector="volume_spike", severity="info", start=9)) == [
        "opened",
        "new_detector",
    ]


def test_noise_beside_a_critical_incident_takes_it_out_of_nobodys_hand_however_loud_it_gets() -> None:
    """Watch-level noise that doubles neither posts in the thread nor voids an acknowledgement that is old."""
    going_on = [signal(minute, severity="critical") for minute in range(11, 125, 10)]
    noise = [
        signal(minute, detector="volume_spike", severity="info", start=10, observed=observed)
        for minute, observed in ((10, 10), (126, 40))
    ]
    case, reported = run(signal(0, severity="critical"), action(1), noise[0], *going_on, noise[1], now(127))
    assert {note.reason for note in reported} == {"opened", "acknowledged", "updated"}
    assert case.incident is not None
    assert case.incident.status == "acknowledged"


def test_praise_neither_joins_a_crisis_nor_keeps_it_open() -> None:
    """A good buzz in the middle of a crisis is noise; by itself it is an incident, which a crisis may turn grave."""
    cheer = [signal(minute, detector="positive_spike", severity="info", start=9) for minute in range(9, 40)]
    case, reported = run(signal(0), *cheer, now(40))
    assert [(note.reason, note.happened_at) for note in reported[:2]] == [
        ("opened", START),
        ("resolved", START + 30 * MINUTE),
    ]
    assert case.silenced_count > 0
    assert reasons_of(*cheer[:2]) == ["opened"]
    later = signal(70, detector="positive_spike", severity="info", start=70)
    assert reasons_of(signal(0), now(31), later) == ["opened", "resolved", "opened"]
    assert reasons_of(cheer[0], signal(10, start=10)) == ["opened", "raised_severity"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"end": "2015-02-19T14:30Z"}, "end after it starts"),
        ({"end": "2017-02-19T14:30Z"}, "longer than a year"),
        ({"start": "2015-02-19T14:30"}, "timezone"),
        ({"term": ""}, "at least 1"),
        ({"brand": "acme"}, "not permitted"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(wrong: dict[str, str], says: str) -> None:
    """A slip is found when the file is checked."""
    with pytest.raises(ValidationError, match=says):
        policy(**wrong)


def test_a_silence_and_its_end_are_in_the_history_of_what_is_open() -> None:
    """Who asked for quiet, and who ended it, can be read afterwards."""
    case, reported = run(signal(0), asked(1, 60, detector="volume_spike"))
    silence = case.silences[0]
    assert silence.id == "silence@1"
    _, lifted = run(action(2, "unsilence", actor="bo", silence=silence), case=case)
    assert [(entry.actor, entry.reason) for entry in lifted[-1].incident.history[1:]] == [
        ("ada", "silenced"),
        ("bo", "unsilenced"),
    ]
    assert not reported[-1].reply


def test_a_lifted_silence_holds_nothing_back_any_more() -> None:
    """One is ended by its id, all of a brand without one."""
    case, _ = run(asked(-5, 60, detector="negative_spike"), asked(-4, 60, detector="volume_spike"))
    first, second = case.silences
    one, _ = run(action(-3, "unsilence", silence=first), case=case)
    assert one.silences == (second,)
    assert run(action(-3, "unsilence"), case=case)[0].silences == ()
    assert [note.reason for note in run(signal(0), case=one)[1]] == ["opened"]
    assert validate(case, action(-3, "unsilence", silence=Silence(0, 1, id="gone"))) == "unknown_silence"


@pytest.mark.parametrize(("matchers", "steps"), [({}, [30]), ({"detector": "volume_spike"}, [10, 30])])
def test_who_asks_for_quiet_is_not_chased(matchers: dict[str, str], *, steps: list[int]) -> None:
    """Only a silence about everything stops the steps of the escalation, and they go on when it ends."""
    rule = Policy(resolve_after=timedelta(hours=2))
    _, reported = run(signal(0, severity="critical"), asked(1, 29, **matchers), now(31), policy=rule)
    assert [(note.happened_at - START) // MINUTE for note in reported if note.reason == "escalated"] == steps


def test_the_escalation_goes_on_when_the_silence_is_lifted() -> None:
    """A step comes as long after the end of the silence as after a page."""
    rule = Policy(resolve_after=timedelta(hours=2))
    records = [signal(0, severity="critical"), asked(1, 600), now(40), action(41, "unsilence"), now(60)]
    _, reported = run(*records, policy=rule)
    assert [(note.happened_at - START) // MINUTE for note in reported if note.reason == "escalated"] == [51]
