"""Slack refuses, fails or does not answer for a while: every notification arrives in the end, once and in order."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from config.brands.model import Brand
from config.brands.wire import encode_brand
from streams.kafka.admin import KafkaBrandStore
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker
    from tocsin.demo.fake_slack.server import FakeSlack

OUTAGES = {
    "rate limited": Fault(status=429, retry_after=1.0),
    "failing": Fault(status=500),
    "silent": Fault(wait=20.0),
    "dropping": Fault(drop=True),
}
BRANDS = {kind: [f"{name} {kind.split()[0]}" for name in ("Brisela", "Oakmere", "Lumivel")] for kind in OUTAGES}
LOST = "Tarnworth"
HELD = "Quillmere"
ARCHIVED, CRISIS_ROOM = "C0000003", "C0000004"


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    """Yield the fake Slack."""
    channels = {"C0000001": "alerts", ARCHIVED: "old-alerts", CRISIS_ROOM: "crisis-room"}
    with served_slack(channels=channels, archived={ARCHIVED}) as served:
        yield served


@pytest.fixture(scope="module")
def here(kafka: Broker, slack: FakeSlack) -> Iterator[Installation]:
    """Yield an installation whose brands fire at five negative mentions in ten minutes, and at nothing else."""
    off = {name: {"enabled": False} for name in ("volume_spike", "negative_spike", "negative_share", "topic_burst")}
    detect = off | {"static_threshold": {"negative": 5}}
    names = [LOST, *(name for names in BRANDS.values() for name in names)]
    brands = [Brand.model_validate({"name": name, "slack_channel": "C0000001", "detect": detect}) for name in names]
    alert = {"fallback": ["#crisis-room"], "fallback_after": "1s"}
    held = {"name": HELD, "slack_channel": ARCHIVED, "detect": detect, "alert": alert}
    brands.append(Brand.model_validate(held))
    with Installation(kafka, environment(slack)) as installation:
        store = KafkaBrandStore(installation.connection, installation.topics)
        store.publish({brand.name: encode_brand(brand) for brand in brands})
        installation.worker("--notify", "slack")
        signals = installation.topics.signals.name
        wait_until(lambda: all(installation.ends(signals).values()), 60, "every partition watched")
        yield installation


def storm(here: Installation, brand: str) -> None:
    """Send angry mentions of a brand, published now."""
    now = datetime.now(UTC).isoformat()
    lines = [
        {"id": f"{brand}{number}", "brand": brand, "channel": "forum", "published_at": now}
        | {"text": f"this is a terrible, horrible disaster number {number}"}
        for number in range(6)
    ]
    here.send([(len(brand) % 4, "\n".join(map(json.dumps, lines)).encode(), None)])


def shown(slack: FakeSlack, brand: str) -> int:
    """Return how many messages about a brand stand in the channel."""
    return sum(1 for message in slack.roots() if brand in message["text"])


@pytest.mark.parametrize("kind", OUTAGES)
def test_each_incident_has_one_message_after_recovery(here: Installation, slack: FakeSlack, kind: str) -> None:
    """Detection goes on through an outage, and afterwards each incident stands in exactly one message."""
    notified = here.topics.notifications.name
    before = sum(here.ends(notified).values())
    slack.outage = OUTAGES[kind]
    for brand in BRANDS[kind]:
        storm(here, brand)
    wait_until(lambda: sum(here.ends(notified).values()) >= before + 3, 30, "incidents open during the outage")
    time.sleep(2)
    assert not any(shown(slack, brand) for brand in BRANDS[kind]), "nothing can have been posted yet"
    slack.outage = None
    wait_until(lambda: all(shown(slack, brand) for brand in BRANDS[kind]), 60, "a message for each incident")
    wait_until(here.settled, 60, "the outbox is empty")
    assert [shown(slack, brand) for brand in BRANDS[kind]] == [1, 1, 1]
    assert all(worker.running for worker in here.workers)


def test_a_message_that_slack_took_without_saying_so_is_not_posted_twice(here: Installation, slack: FakeSlack) -> None:
    """Where the answer is lost after Slack accepted, the message is looked for by its metadata."""
    slack.faults.append(Fault(drop=True, accept=True))
    storm(here, LOST)
    wait_until(lambda: shown(slack, LOST) > 0, 30, "the message")
    wait_until(here.settled, 60, "the outbox is empty")
    assert shown(slack, LOST) == 1


def test_a_page_for_an_archived_channel_goes_to_the_fallback_and_is_shown_as_undelivered(
    here: Installation, slack: FakeSlack
) -> None:
    """Somebody gets it, with the reason; everyone who looks sees what is still undelivered, since when and why."""
    storm(here, HELD)
    wait_until(lambda: bool(slack.roots(CRISIS_ROOM)), 30, "the page in the fallback")
    assert "(not delivered to C0000003: is_archived)" in slack.roots(CRISIS_ROOM)[0]["text"]
    status = json.loads(here.command("status", "--json").stdout)
    (held,) = next(record["undelivered"] for record in status["brands"] if record["brand"] == HELD)
    assert not status["ok"]
    assert (held["receiver"], held["reason"]) == (ARCHIVED, "is_archived")
    assert "undelivered: 1, the oldest for 1 min" in here.command("status").stdout
    assert len(slack.roots(CRISIS_ROOM)) == 1
