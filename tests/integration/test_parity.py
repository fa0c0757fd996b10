"""Parity: the same events through Kafka and workers as in a replay of the file."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from alerts.incidents.model import Notification, decode_notification
from alerts.rendering.event_log import to_event
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.file_replay import FileReplay
from replay.player.policy_set import PolicySet
from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import MentionGenerator
from tests.support.shared import AIRLINES, needs_shared

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.brokers import Broker

ARGUMENTS = ("--defaults", "--clock", "arrival", "--notify", "console")

AIRLINE_POSTS = 5_000
"""Of the 14,485 of the file: enough for several incidents."""


def replayed(path: str) -> list[dict[str, Any]]:
    """Return the events of an in-process replay."""
    return list(FileReplay(PolicySet.built_in(), Scorer()).run(read(path)))


def through_kafka(broker: Broker, path: str, mentions: int, *, silent: bool = False) -> list[dict[str, Any]]:
    """Return the events of two workers that read the file from Kafka; silent ones draw no card."""
    with Installation(broker) as here:
        for _ in range(2):
            here.silent_worker() if silent else here.worker(*ARGUMENTS)
        sent = here.command("ingest", path, "--as-of", "published", "--checkpoint", here.path("mark"))
        assert sent.returncode == 0, sent.stderr
        wait_until(lambda: here.counted() >= mentions, 480, f"{mentions} mentions counted", every=1.0)
        wait_until(here.settled, 60, "all stages have committed all there is", every=0.5)
        return reported(here)


def reported(here: Installation) -> list[dict[str, Any]]:
    """Return the events that the outbox tells of; a notification sent twice is one."""
    found: dict[tuple[str, int], Notification] = {}
    for record in here.records(here.topics.notifications.name):
        notification = decode_notification(record.value or b"")
        found.setdefault((notification.incident.id, notification.revision), notification)
    before: dict[str, Any] = {}
    events = []
    for note in sorted(found.values(), key=lambda note: (note.incident.opened_at, note.revision)):
        events.append(to_event(before.get(note.incident.brand), note))
        before[note.incident.brand] = note.incident
    return events


def difference(live: list[dict[str, Any]], replay: list[dict[str, Any]]) -> list[str]:
    """Return what only one of them tells, the earliest first: nothing where they are equal to the last digit."""
    reported, expected = ({json.dumps(line, sort_keys=True) for line in events} for events in (live, replay))
    assert (len(reported), len(expected)) == (len(live), len(replay)), "an event is told twice"
    return sorted(
        [
            *(f"{line} only live" for line in reported - expected),
            *(f"{line} only replayed" for line in expected - reported),
        ]
    )


def test_an_invented_storm_fires_alike(kafka: Broker, tmp_path: Path) -> None:
    """Every event is the same to the last digit: brand, detector, severity, instant, window and counts."""
    path = tmp_path / "storm.jsonl"
    calm = MentionGenerator(3_000, seed=11, angry=0.1, repeated=0.0)
    storm = MentionGenerator(
        1_500, seed=12, brands=("Brisela",), start=calm.end, span=calm.span / 3, angry=0.8, repeated=0.0
    )
    mentions = [*calm.mentions(), *storm.mentions()]
    path.write_text("\n".join(json.dumps(mention) for mention in mentions), encoding="utf-8")
    expected = replayed(str(path))
    assert any(line["event"] == "opened" and line["severity"] != "info" for line in expected)
    assert difference(through_kafka(kafka, str(path), len(mentions)), expected)[:4] == []


@pytest.mark.slow
@needs_shared
@pytest.mark.timeout(600)
def test_the_airlines_fire_alike(real_kafka: Broker, tmp_path: Path) -> None:
    """Days of six real brands over two workers and four partitions give the replay's events, each and only these."""
    path = tmp_path / "airlines.jsonl"
    with gzip.open(AIRLINES, "rb") as posts:
        path.write_bytes(b"".join(islice(posts, AIRLINE_POSTS)))
    expected = replayed(str(path))
    assert len({line["incident"] for line in expected}) > 1
    assert difference(through_kafka(real_kafka, str(path), AIRLINE_POSTS, silent=True), expected)[:4] == []
