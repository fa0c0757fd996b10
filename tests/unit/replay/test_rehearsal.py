"""Does Tocsin make of the demo's day what a person would? With the scorer and the defaults that are shipped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mentions.sentiment import Scorer
from tocsin.demo.scenarios import LIVE_FROM
from tocsin.demo.scenarios.offline_run import read_config, router, run_offline

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from replay.pictures.event_log import EventLog


@pytest.fixture(scope="module")
def chronicle() -> EventLog:
    """Return what happens, and is told, on the demo's day."""
    return run_offline(Scorer())


def _reported(chronicle: EventLog, brand: str) -> list[Notification]:
    return [note for note in chronicle.notifications if note.incident.brand == brand]


def _clock(note: Notification) -> str:
    return f"{datetime.fromtimestamp(note.happened_at / 1000, UTC):%H:%M}"


def test_calm_is_quiet(chronicle: EventLog) -> None:
    """Of the calm day before, and of the calm morning, nothing is told about any brand."""
    first = int(LIVE_FROM.replace(hour=11, minute=10).timestamp() * 1000)
    assert [
        (note.incident.id, note.reason, note.detector) for note in chronicle.notifications if note.happened_at < first
    ] == []


def test_joke_pages_nobody(chronicle: EventLog) -> None:
    """A printing error that everybody enjoys is worth knowing, and wakes nobody."""
    reported = _reported(chronicle, "Pippinworth")
    assert reported
    assert {note.incident.severity for note in reported} == {"info"}
    assert not any(note.page for note in reported)


def test_firestorm_pages_and_becomes_critical(chronicle: EventLog) -> None:
    """The ferries page within twenty minutes of the first video, and are critical before the firestorm's peak."""
    reported = _reported(chronicle, "Hallowfirth")
    assert next(_clock(note) for note in reported if note.page) <= "13:45"
    assert "12:40" <= next(_clock(note) for note in reported if note.incident.severity == "critical") <= "14:05"


def test_double_debit_pages_in_french(chronicle: EventLog) -> None:
    """The electricity company pages within forty minutes of the first complaint, once there is one; in French."""
    pages = [note for note in _reported(chronicle, "Voltanelle") if note.page]
    assert "13:50" <= _clock(pages[0]) <= "14:30"
    assert router(read_config())("Voltanelle", 0).language == "fr"


def test_each_brand_has_one_incident(chronicle: EventLog) -> None:
    """What belongs together is one incident: three brands, three incidents."""
    assert sorted(incident.brand for incident in chronicle.incidents()) == ["Hallowfirth", "Pippinworth", "Voltanelle"]
