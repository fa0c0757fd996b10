"""Escalation while nobody acknowledges, a worker dies and the pager is down: the next step is taken, once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from alerts.incidents.model import decode_notification
from config.brands.model import Brand
from config.brands.wire import encode_brand
from streams.kafka.admin import KafkaBrandStore
from tests.support.external_receivers import WebhookReceiver, served_receiver
from tests.support.installation import Installation, wait_until
from tests.support.served_slack import environment, served_slack
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from tests.support.brokers import Broker

BRAND: Final = "Tarnworth"
T0: Final = 1_793_534_400_000
"""2026-11-01 12:00 UTC."""
MINUTE: Final = 60_000


def brand() -> Brand:
    """Return a brand that pages at five negative mentions and whose second step is the pager."""
    detect = {
        name: {"enabled": False}
        for name in ("volume_spike", "negative_spike", "negative_share", "negative_burst", "topic_burst")
    }
    alert = {"escalation": ["U0CHIEF", "pagerduty"], "escalate_warning": "5m", "repeats": 0, "fallback_after": "10s"}
    wanted = {"name": BRAND, "slack_channel": "C0000001", "alert": alert | {"resolve_after": "6h"}}
    return Brand.model_validate(wanted | {"detect": detect | {"static_threshold": {"negative": 5}}})


def storm(here: Installation) -> None:
    """Send angry mentions of T0."""
    line = {"brand": BRAND, "channel": "forum", "published_at": "2026-11-01T12:00:00Z"}
    lines = [
        line | {"id": str(number), "text": f"a terrible, horrible disaster, number {number}"} for number in range(6)
    ]
    here.send([(0, "\n".join(map(json.dumps, lines)).encode(), T0)])


def events(pager: WebhookReceiver) -> list[str]:
    """Return what the pager has taken."""
    return [json.loads(body)["event_action"] for _, body in pager.taken]


def steps(here: Installation) -> list[int | None]:
    """Return the steps in the outbox, each revision once."""
    notes = [decode_notification(record.value or b"") for record in here.records(here.topics.notifications.name)]
    reported = {(note.incident.id, note.revision): note.step for note in notes}
    return [step for step in reported.values() if step is not None]


def test_steps_are_taken_once_through_a_crash_and_a_pager_that_is_down(kafka: Broker) -> None:
    """Slack's step is a reply that mentions the chief; the pager hears of it when it is up again, and of the end."""
    with served_slack() as slack, served_receiver() as pager:
        pager.answers.extend([503, 503])
        outside = {"TOCSIN_PAGERDUTY_KEY": "key", "TOCSIN_PAGERDUTY_URL": pager.url}
        with Installation(kafka, environment(slack) | outside) as here:
            KafkaBrandStore(here.connection, here.topics).publish({BRAND: encode_brand(brand())})
            first = here.worker("--notify", "slack", "--clock", "arrival")
            here.worker("--notify", "slack", "--clock", "arrival")
            storm(here)
            here.mark(T0 + 2 * MINUTE)
            wait_until(lambda: len(slack.roots()) == 1, 60, "the message")
            here.mark(T0 + 7 * MINUTE)
            wait_until(lambda: "U0CHIEF" in str(slack.messages), 30, "the chief is called")
            first.kill()
            here.mark(T0 + 12 * MINUTE)
            wait_until(lambda: events(pager) == ["trigger"], 60, "the pager rings, once it is up")
            assert len(slack.roots()) == 1
            assert here.command("incident", "ack", "--brand", BRAND, "--by", "U0ANA").returncode == 0
            wait_until(
                lambda: events(pager) == ["trigger", "acknowledge"], 30, "the pager knows that it is acknowledged"
            )
            here.mark(T0 + 60 * MINUTE)
            wait_until(here.settled, 60, "all is told")
            assert steps(here) == [0, 1]
            assert events(pager) == ["trigger", "acknowledge"]


def test_a_page_that_slack_does_not_take_goes_outside_and_slack_gets_it_later(kafka: Broker) -> None:
    """The pager rings while Slack is down, by the key of the incident; back again, Slack gets one message."""
    with served_slack() as slack, served_receiver() as pager:
        slack.outage = Fault(status=500)
        outside = {"TOCSIN_PAGERDUTY_KEY": "key", "TOCSIN_PAGERDUTY_URL": pager.url}
        with Installation(kafka, environment(slack) | outside) as here:
            KafkaBrandStore(here.connection, here.topics).publish({BRAND: encode_brand(brand())})
            worker = here.worker("--notify", "slack", "--clock", "arrival")
            try:
                storm(here)
                here.mark(T0 + 2 * MINUTE)
                wait_until(lambda: events(pager) == ["trigger"], 60, "the pager rings")
                assert slack.roots() == []
                slack.outage = None
                wait_until(lambda: len(slack.roots()) == 1, 30, "the message")
                here.mark(T0 + 12 * MINUTE)
                wait_until(lambda: "U0CHIEF" in str(slack.messages), 30, "the escalation goes on in Slack")
                wait_until(here.settled, 30, "all is told")
                assert len(slack.roots()) == 1
                assert len({json.loads(body)["dedup_key"] for _, body in pager.taken}) == 1
            finally:
                worker.kill()
