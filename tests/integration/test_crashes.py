"""A worker is killed around every send: every notification is delivered in the end, once.

Two brands in two channels go through one life side by side; of each pair of requests that is cut off, one had been
taken by the other side and one had not.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from alerts.incidents.model import Action, decode_notification, encode
from config.brands.model import Brand
from config.brands.wire import encode_brand
from streams.kafka import clients
from streams.kafka.admin import KafkaBrandStore
from tests.support.external_receivers import WebhookReceiver, served_receiver
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.brokers import Broker
    from tocsin.demo.fake_slack.server import FakeSlack

BRANDS: Final = {"Tarnworth": "C0000001", "Oakmere": "C0000002"}
T0: Final = 1_793_534_400_000
"""2026-11-01 12:00 UTC."""
MINUTE: Final = 60_000
HELD: Final = (Fault(wait=90.0), Fault(wait=90.0, accept=True))
"""The other side has the request: it has not taken it, or it has, and nobody learns of it."""


class Life:
    """Two incidents, the worker that tells of them, and those who are told."""

    def __init__(self, here: Installation, slack: FakeSlack, pager: WebhookReceiver) -> None:
        self.here, self.slack, self.pager = here, slack, pager

    def start(self) -> None:
        """Start a worker."""
        self.here.worker("--notify", "slack", "--clock", "arrival")

    def cut(self, method: str, begin: Callable[[], None]) -> None:
        """Let something be sent twice by `method`, kill the worker while both are under way, and start another."""
        before = len(self.slack.called(method))
        self.slack.faulty = (method,)
        self.slack.faults.extend(HELD)
        begin()
        wait_until(lambda: len(self.slack.called(method)) >= before + 2, 40, f"two requests of {method}", 0.05)
        self.kill()

    def kill(self) -> None:
        """Kill the worker, and start another."""
        self.here.workers[-1].kill()
        self.slack.faults.clear()
        self.start()

    def storm(self) -> None:
        """Send angry mentions of T0 of both brands."""
        for place, brand in enumerate(BRANDS):
            line = {"brand": brand, "channel": "forum", "published_at": "2026-11-01T12:00:00Z"}
            texts = [f"a terrible, horrible disaster, number {number}" for number in range(6)]
            lines = [line | {"id": f"{brand}{number}", "text": text} for number, text in enumerate(texts)]
            self.here.send([(place, "\n".join(map(json.dumps, lines)).encode(), T0)])
        self.here.mark(T0 + 2 * MINUTE)

    def judge(self) -> None:
        """Say of both that it is a crisis: their messages are edited."""
        producer = clients.producer(self.here.connection)
        for brand in BRANDS:
            act = Action(f"judge {brand}", brand, "verdict", "U0ANA", T0 + 3 * MINUTE, verdict="crisis")
            producer.send(self.here.topics.actions.name, key=brand.encode(), value=encode(act))
        producer.close()

    def steps(self, brand: str) -> list[int]:
        """Return the steps of escalation in the outbox, each revision once."""
        outbox = self.here.records(self.here.topics.notifications.name)
        notes = [decode_notification(record.value or b"") for record in outbox]
        reported = {note.revision: note.step for note in notes if note.incident.brand == brand}
        return [step for step in reported.values() if step is not None]

    def keys(self) -> list[str]:
        """Return what the pager has taken, by the key that makes repetitions one."""
        return [json.loads(body)["dedup_key"] for _, body in self.pager.taken]


@pytest.fixture
def life(kafka: Broker) -> Iterator[Life]:
    """Yield two brands that page at five negative mentions, call the chief after 5 minutes, and then the pager."""
    detect = {
        name: {"enabled": False}
        for name in ("volume_spike", "negative_spike", "negative_share", "negative_burst", "topic_burst")
    }
    alert = {"escalation": ["U0CHIEF", "pagerduty"], "escalate_warning": "5m", "repeats": 0, "resolve_after": "6h"}
    rules = {"alert": alert, "detect": detect | {"static_threshold": {"negative": 5}}}
    brands = [Brand.model_validate({"name": name, "slack_channel": place} | rules) for name, place in BRANDS.items()]
    with served_slack() as slack, served_receiver() as pager:
        slack.missing_scopes.add("files:write")  # a chart's edits would come between
        outside = {"TOCSIN_PAGERDUTY_KEY": "key", "TOCSIN_PAGERDUTY_URL": pager.url}
        with Installation(kafka, environment(slack) | outside) as here:
            KafkaBrandStore(here.connection, here.topics).publish({one.name: encode_brand(one) for one in brands})
            made = Life(here, slack, pager)
            made.start()
            yield made
            here.workers[-1].kill()


def test_each_send_may_be_cut_off_and_is_reported_once(life: Life) -> None:
    """The post, the edit, the reply that calls the chief, and the pager: one message, one call, one key each."""
    slack, here = life.slack, life.here
    life.cut("chat.postMessage", life.storm)
    wait_until(lambda: all(len(slack.roots(place)) == 1 for place in BRANDS.values()), 90, "one message each")
    life.cut("chat.update", life.judge)
    wait_until(lambda: all("real crisis" in str(slack.roots(place)) for place in BRANDS.values()), 40, "both judged")
    life.cut("chat.postMessage", lambda: here.mark(T0 + 7 * MINUTE))
    wait_until(lambda: all("U0CHIEF" in str(slack.messages[place]) for place in BRANDS.values()), 40, "both called")
    life.pager.holds.extend([90.0, 90.0])
    life.pager.answers.append(503)
    here.mark(T0 + 12 * MINUTE)
    wait_until(lambda: life.pager.tries >= 2, 40, "the pager is asked twice", 0.05)
    life.pager.holds.clear()
    life.pager.answers.clear()
    life.kill()
    wait_until(lambda: len(set(life.keys())) == 2, 40, "the pager rings for both")
    wait_until(here.settled, 40, "all is told")
    for brand, place in BRANDS.items():
        (root,) = slack.roots(place)
        assert brand in root["text"]
        replies = [one for one in slack.replies(root["ts"], place) if "U0CHIEF" in json.dumps(one)]
        assert len(replies) == 1
        assert life.steps(brand) == [0, 1]
