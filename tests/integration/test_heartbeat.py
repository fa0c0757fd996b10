"""The heartbeat on a real broker: an outage is reported outside Slack once, and so is its end."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from config.brands.model import Brand
from config.brands.wire import encode_brand
from streams.heartbeat import canary
from streams.kafka.admin import KafkaBrandStore
from streams.recording.capture import capture
from tests.support.external_receivers import served_receiver
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker
    from tests.support.external_receivers import WebhookReceiver
    from tests.support.installation import Worker
    from tocsin.demo.fake_slack.server import FakeSlack

CHANNEL = "C0000001"


@pytest.fixture(scope="module")
def slack() -> Iterator[FakeSlack]:
    """Yield the fake Slack."""
    with served_slack() as served:
        yield served


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    """Yield the receiver of a webhook."""
    with served_receiver() as served:
        yield served


@pytest.fixture(scope="module")
def here(kafka: Broker, slack: FakeSlack, receiver: WebhookReceiver) -> Iterator[Installation]:
    """Yield an installation with one worker, and a brand that fires at its first mention."""
    outside = {"TOCSIN_WEBHOOK_URL": receiver.url, "TOCSIN_WEBHOOK_SECRET": "s3cr3t"}
    beat = {"TOCSIN_HEARTBEAT_CHANNEL": CHANNEL, "TOCSIN_HEARTBEAT_PING_URL": receiver.url}
    with Installation(kafka, environment(slack) | outside | beat) as installation:
        store = KafkaBrandStore(installation.connection, installation.topics)
        brand = Brand.model_validate({"name": "Brisela", "detect": {"static_threshold": {"mentions": 1}}})
        store.publish({brand.name: encode_brand(brand)})
        installation.worker("--notify", "slack")
        signals = installation.topics.signals.name
        wait_until(lambda: all(installation.ends(signals).values()), 60, "every partition watched")
        yield installation


def reported(receiver: WebhookReceiver) -> list[dict[str, Any]]:
    """Return what the receiver was told, in order."""
    return [json.loads(body)["data"] for _, body in receiver.taken]


def events(receiver: WebhookReceiver) -> list[str]:
    """Return which events the receiver was told, in order."""
    return [str(one["event"]) for one in reported(receiver)]


@contextmanager
def beating(here: Installation) -> Iterator[Worker]:
    """Run a heartbeat beside the workers."""
    process = here.worker("--every", "1", "--timeout", "3", "--state", here.path("heartbeat.json"), command="heartbeat")
    yield process
    assert process.running
    process.stop()


def test_a_canary_comes_through_and_leaves_no_trace(here: Installation, slack: FakeSlack) -> None:
    """One beat goes through every stage of every partition to one message in Slack, and nothing is counted."""
    done = here.command("heartbeat", "--once", "--timeout", "20", "--json", *(["--embedded"] if here.embedded else []))
    assert json.loads(done.stdout) == {"ok": True, "partitions": 4, "why": ""}, done.stderr
    assert done.returncode == 0
    wait_until(here.settled, 20, "every stage has committed what it was sent")
    assert here.states() == {}
    if not here.embedded:  # which cannot look up records by time
        assert capture(here.connection, here.topics, (), (0, 2**42)).header.brands == ()
    assert here.ends(here.topics.incidents.name) == dict.fromkeys(range(4), 0)
    assert here.ends(here.topics.dead_letters.name) == dict.fromkeys(range(4), 0)
    passed = {canary.decode(record.value or b"").stage for record in here.records(here.topics.heartbeats.name)}
    assert passed == set(canary.STAGES)
    assert ["heartbeat" in message["text"] for message in slack.roots()] == [True]


def test_a_dead_worker_is_reported_outside_once_and_its_return_too(
    here: Installation, slack: FakeSlack, receiver: WebhookReceiver
) -> None:
    """The heartbeat's own restart in the midst of an outage tells nobody twice; Slack's refusal is an outage too."""
    with beating(here):
        here.workers[0].kill()
        wait_until(lambda: events(receiver) == ["trigger"], 20, "the page")
    assert "score stage" in reported(receiver)[0]["text"]
    with beating(here):
        here.worker("--notify", "slack")
        wait_until(lambda: events(receiver) == ["trigger", "resolve"], 40, "the end of the outage")
        slack.outage = Fault(error="invalid_auth")
        wait_until(lambda: events(receiver)[2:] == ["trigger"], 20, "the page about Slack")
        slack.outage = None
        wait_until(lambda: events(receiver)[3:] == ["resolve"], 20, "the end of it")
    assert "invalid_auth" in reported(receiver)[2]["text"]
    assert len({one["incident"] for one in reported(receiver)}) == 2
    assert len(slack.roots()) == 1
