"""Slack refuses, fails or says nothing for a while: is everything told in the end, once and in order?"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from config.brand import Brand
from config.wire import encode_brand
from streams.admin import KafkaBrandStore
from tests.support.fake_slack import FakeSlack, Fault
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack

if TYPE_CHECKING:
    from tests.support.brokers import Broker

BRANDS = ("Brisela", "Oakmere", "Lumivel")
OUTAGES = {
    "rate limited": Fault(status=429, retry_after=1.0),
    "failing": Fault(status=500),
    "silent": Fault(wait=20.0),
    "dropping": Fault(drop=True),
}


def configure(here: Installation) -> None:
    """Apply brands that fire at five negative mentions in ten minutes, and at nothing else."""
    off = {name: {"enabled": False} for name in ("volume", "negative", "shift")}
    brands = [
        Brand.model_validate({"name": name, "slack_channel": "C0000001", "detect": off | {"absolute": {"negative": 5}}})
        for name in BRANDS
    ]
    KafkaBrandStore(here.connection, here.topics).publish({one.name: encode_brand(one) for one in brands})


def storm(here: Installation, brand: str, count: int, first: int = 0) -> None:
    """Send angry mentions of a brand, published now."""
    now = datetime.now(UTC).isoformat()
    lines = [
        {"id": f"{brand}{first + number}", "brand": brand, "channel": "forum", "published_at": now}
        | {"text": f"this is a terrible, horrible disaster number {first + number}"}
        for number in range(count)
    ]
    here.send([(BRANDS.index(brand), "\n".join(map(json.dumps, lines)).encode(), None)])


def shown(slack: FakeSlack) -> dict[str, list[dict[str, Any]]]:
    """Return the messages that stand in the channel, by the brand they are about."""
    return {brand: [m for m in slack.roots() if brand in m["text"]] for brand in BRANDS}


@pytest.mark.parametrize("kind", OUTAGES)
def test_each_incident_has_one_message_after_recovery(kafka: Broker, kind: str) -> None:
    """Detection goes on through an outage, and afterwards each incident stands in exactly one message."""
    with served_slack() as slack, Installation(kafka, environment(slack)) as here:
        configure(here)
        slack.outage = OUTAGES[kind]
        worker = here.worker("--notify", "slack")
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        for brand in BRANDS:
            storm(here, brand, 6)
        notified = here.topics.notifications.name
        wait_until(lambda: sum(here.ends(notified).values()) >= len(BRANDS), 30, "incidents open during the outage")
        time.sleep(3)
        assert not any(shown(slack).values()), "nothing can have been posted yet"
        slack.outage = None
        wait_until(lambda: all(shown(slack).values()), 60, "a message for each incident")
        time.sleep(2)
        assert {brand: len(messages) for brand, messages in shown(slack).items()} == dict.fromkeys(BRANDS, 1)
        assert worker.running


def test_a_message_that_slack_took_without_saying_so_is_not_posted_twice(kafka: Broker) -> None:
    """Where the answer is lost after Slack accepted, the message is looked for by its metadata."""
    with served_slack() as slack, Installation(kafka, environment(slack)) as here:
        configure(here)
        slack.faults.append(Fault(drop=True, accept=True))
        here.worker("--notify", "slack")
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        storm(here, "Brisela", 6)
        wait_until(lambda: bool(shown(slack)["Brisela"]), 30, "the message")
        wait_until(here.settled, 60, "the outbox is empty")
        assert len(shown(slack)["Brisela"]) == 1


def test_a_worker_killed_between_post_and_receipt_finds_its_message(kafka: Broker) -> None:
    """After SIGKILL right at the post, the next worker edits the message that stands instead of posting another."""
    with served_slack() as slack, Installation(kafka, environment(slack)) as here:
        configure(here)
        slack.faults.append(Fault(wait=30.0, accept=True))  # taken at once, answered too late
        victim = here.worker("--notify", "slack")
        wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "every partition watched")
        storm(here, "Brisela", 6)
        wait_until(lambda: bool(slack.called("chat.postMessage")), 30, "the post is on its way")
        victim.kill()
        here.worker("--notify", "slack")
        wait_until(here.settled, 90, "the outbox is empty")
        assert len(shown(slack)["Brisela"]) == 1
