"""Preview of other thresholds: the figures of two replays, in one sentence."""

from __future__ import annotations

import time
from datetime import UTC, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

import pytest

from config.brands.model import Brand
from detectors.policy import Policy
from detectors.static_threshold import StaticThreshold
from replay.player.compare import compare
from replay.player.policy_set import PolicySet
from replay.player.preview import Preview, preview
from replay.player.result import replay
from streams.recording.format import ScoredEntry
from tests.support.recordings import entries, mentions
from tests.unit.replay.player.test_compare import outcome, reported

if TYPE_CHECKING:
    from config.brands.model import Language
    from mentions.model.batches import Batch

NOW = Brand(name="Brisela", slack_channel="#alerts")
DISABLED = NOW.model_copy(
    update={
        "detect": Policy.model_validate(
            {
                name: {"enabled": False}
                for name in (
                    "volume_spike",
                    "negative_spike",
                    "negative_burst",
                    "negative_share",
                    "sentiment_drift",
                    "high_reach",
                    "abuse",
                    "positive_spike",
                    "topic_burst",
                )
            }
        )
    }
)


@cache
def batches() -> tuple[Batch, ...]:
    """Return the storm's brand as scored."""
    found = (entry.batch for entry in entries(mentions()) if isinstance(entry, ScoredEntry))
    return tuple(batch for batch in found if batch.brand == NOW.name)


def keen() -> Brand:
    """Return the brand with one detector only, and a limit that the storm passes at once."""
    detect = DISABLED.detect.model_copy(
        update={"static_threshold": StaticThreshold(window=timedelta(minutes=10), negative=60)}
    )
    return NOW.model_copy(update={"detect": detect})


def counting() -> Brand:
    """Return the brand without topics, which are found before any count is high."""
    detect = Policy.model_validate({"topic_burst": {"enabled": False}})
    return NOW.model_copy(update={"detect": detect})


def test_the_same_thresholds_change_nothing() -> None:
    """Where nothing changes the sentence says so."""
    reported = preview(NOW, NOW, batches())
    assert reported.alerts_before == reported.alerts_after == 1
    assert reported.sentence() == "1 alert; the same."
    assert reported.sentence("fr") == "1 alerte; sans changement."


def test_a_preview_is_two_replays_compared() -> None:
    """It says what `tocsin replay --compare-to` would say of the same mentions."""
    reported = preview(NOW, keen(), batches())
    expected = compare(replay(PolicySet.of([NOW]), batches(), None), replay(PolicySet.of([keen()]), batches(), None))
    assert reported.comparison == expected
    assert reported.mentions == sum(map(len, batches()))


def test_a_second_preview_of_the_same_days_runs_the_proposal_only() -> None:
    """Given what came of today's thresholds, it says the same."""
    first = preview(NOW, DISABLED, batches())
    assert preview(NOW, keen(), batches(), known=first.current) == preview(NOW, keen(), batches())


def test_what_comes_later_is_reported_with_its_minutes() -> None:
    """Duller thresholds hear the storm later, and the sentence says by how much, in both languages."""
    reported = preview(keen(), counting(), batches())
    (change,) = reported.comparison.changes
    assert change.kind == "later"
    assert f"would have come {round(change.minutes_later or 0)} min later" in reported.sentence()
    assert "plus tard" in reported.sentence("fr")


@pytest.mark.parametrize(
    ("language", "stated"),
    [
        ("en", "the one of Thursday 03:05 would have been part of another, open since Tuesday 22:13"),
        ("fr", "celle de jeudi 03:05 aurait fait partie d’une autre, ouverte depuis mardi 22:13"),
    ],
)
def test_an_alert_of_another_day_is_no_sooner_finding_of_this_one(language: Language, stated: str) -> None:
    """Nobody is told that an alert would have come 1,732 minutes sooner."""
    noisy, quiet = outcome(reported("Halden", 0, 1_800)), outcome(reported("Halden", 1_732, 1_800))
    sentence = Preview(compare(quiet, noisy), 1, 1, quiet).sentence(language)
    assert stated in sentence
    assert "1732" not in sentence
    assert ("one more would have come on Tuesday 22:13" in sentence) == (language == "en")


def test_hours_are_reported_as_hours() -> None:
    """A gap of hours is not counted in minutes."""
    late, soon = outcome(reported("Halden", 200, 400)), outcome(reported("Halden", 0, 400))
    assert "3 h 20 min sooner" in Preview(compare(late, soon), 1, 1, late).sentence()
    assert "3 h 20 min plus tard" in Preview(compare(soon, late), 1, 1, soon).sentence("fr")


def test_a_lost_alert_is_named_by_the_clock_of_the_zone() -> None:
    """Disabled thresholds lose the alert; its hour is the reader's."""
    reported = preview(NOW, DISABLED, batches())
    assert reported.sentence().startswith("0 alerts instead of 1; the one of ")
    assert "would not have come" in reported.sentence()
    assert reported.sentence(zone=timezone(timedelta(hours=5))) != reported.sentence(zone=UTC)
    assert reported.record()["sentence"]["fr"].startswith("0 alertes au lieu de 1; celle de ")


def test_what_opened_before_does_not_count() -> None:
    """Alerts from before the days in question are warm-up."""
    reported = preview(NOW, DISABLED, batches(), since=max(batches()[-1].published) + 1)
    assert reported.sentence() == "No alert either way."
    assert reported.comparison.pages_before == 0


def test_seven_days_take_about_a_second() -> None:
    """A week of a brand, scores reused, is previewed while somebody waits (bound loose for a busy machine)."""
    began = time.perf_counter()
    preview(NOW, keen(), batches())
    assert time.perf_counter() - began < 5
