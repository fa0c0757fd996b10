"""A verdict goes from triage back to the watch stage: which notifications carry one, and that it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from mentions.model.batches import CrisisVerdict, Tick, decode, decode_parts, encode
from replay.player.policy_set import PolicySet
from streams.pipeline import Pipeline
from streams.stages.verdicts import verdicts_of
from tests.support import alerts, mentions_stream
from tests.support.alerts import action, now, run, signal
from tests.support.mentions_stream import Row, batch_of

if TYPE_CHECKING:
    from alerts.incidents.model import Action

MINUTE = alerts.MINUTE


def sent_back(*records: alerts.Record) -> list[tuple[int, int | None, int]]:
    """Return the verdicts that follow from records of one brand, in minutes after the start."""
    notifications = run(*records)[1]
    found = [one for notification in notifications for one in verdicts_of(notification)]
    return [(_minute(one.since), None if one.until is None else _minute(one.until), _minute(one.at)) for one in found]


def _minute(at: int) -> int:
    return (at - alerts.START) // MINUTE


def crisis(minute: float, verdict: Any = "crisis") -> Action:
    """Return what a person says of the incident that is open, or was the last one."""
    return action(minute, "verdict", verdict=verdict, id=f"{minute} {verdict}")


def test_a_crisis_is_sent_back_when_it_is_judged_and_when_it_ends() -> None:
    """First as far as it has lasted, then to its end."""
    assert sent_back(signal(0), crisis(5), now(100)) == [(0, 5, 5), (0, 30, 30)]


def test_what_is_judged_after_its_end_is_sent_back_whole() -> None:
    """A verdict of the next morning is about the hours of the incident."""
    assert sent_back(signal(0), now(100), now(600), crisis(600)) == [(0, 30, 600)]


@pytest.mark.parametrize("verdict", ["not_a_crisis", "planned"])
def test_another_verdict_takes_it_back(verdict: str) -> None:
    """The last verdict holds."""
    assert sent_back(signal(0), crisis(5), crisis(6, verdict), now(100)) == [(0, 5, 5), (0, None, 6)]


def test_nothing_is_sent_back_of_what_nobody_judged() -> None:
    """An incident that ends by itself is none of people's verdicts; silent sources are no crisis."""
    assert sent_back(signal(0), now(100)) == []
    _, notifications = run(signal(0), crisis(5))
    silent = replace(notifications[-1], incident=replace(notifications[-1].incident, kind="no_data"))
    assert verdicts_of(silent) == []


def test_an_incident_of_a_group_is_about_all_its_brands() -> None:
    """Each brand learns without the hours."""
    _, notifications = run(signal(0), crisis(5))
    group = replace(notifications[-1].incident, group="hotels", affected_brands=("Brisela", "Oakmere"))
    brands = [one.brand for one in verdicts_of(replace(notifications[-1], incident=group))]
    assert brands == ["Brisela", "Oakmere"]


def test_a_record_with_a_verdict_says_nothing_to_those_who_read_mentions() -> None:
    """Only the watch stage reads it; what else is in the record stays."""
    verdict, tick = CrisisVerdict("acme", 1, None, 2), Tick(0, 1, 3, None)
    raw = encode([verdict, tick])
    assert decode_parts(raw) == [verdict, tick]
    assert decode(raw) == [tick]


def test_the_pipeline_takes_it_to_the_brand_that_was_judged() -> None:
    """A replay of a person's verdict reaches the watch of that brand, and no other."""
    pipeline, start = Pipeline(PolicySet.built_in()), mentions_stream.START
    pipeline.apply(3, Tick(0, 1, start - MINUTE, None))
    for brand in ("acme", "other"):
        pipeline.apply(3, batch_of([Row(1)], brand=brand))
    for act in (action(0, "open", id="opens"), crisis(0)):
        pipeline.apply(3, replace(act, brand="acme", at=start + 2 * MINUTE))
    judged = {state.brand: state.hours.judged for state in pipeline.states()}
    (hours,) = judged["acme"]
    assert hours.last == start // (60 * MINUTE)
    assert judged["other"] == []
