"""Undelivered alerts: what a receiver does not take is noted with since when and why, until it does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest
from msgspec.structs import replace

from alerts.delivery import receipts
from alerts.delivery.ports import DeliveryError
from alerts.delivery.rate_limit import Clock
from alerts.delivery.undelivered import (
    MemoryUndelivered,
    Undelivered,
    UndeliveredAlerts,
    UndeliveredSummary,
    combine,
    summarise,
)
from alerts.rendering.route import Route
from detectors.model.signal import Timeline
from tests.support.alerts import MINUTE, START
from tests.support.delivery import Desks, incident_life, until
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.server import FakeSlack

ARCHIVED = DeliveryError("is_archived", "set another slack_channel", retryable=False)
DOWN = DeliveryError("server_error", "it may be down", retryable=True)
SECOND = 1_000


@dataclass
class Wall:
    """A wall clock that is set by hand."""

    at: int = 1_000_000

    def clock(self) -> Clock:
        """Return the clock."""
        return Clock(wall=lambda: self.at)


async def noted(alerts: UndeliveredAlerts, error: DeliveryError) -> None:
    """Note a failure of acme's incident."""
    await alerts.on_failure("i1", "i1", "acme", "#acme", error)


async def test_what_no_retry_cures_is_undelivered_at_once_and_its_latest_reason_is_kept() -> None:
    """An archived channel is said so from the first attempt; since when does not move, why does."""
    wall, store = Wall(), MemoryUndelivered()
    alerts = UndeliveredAlerts(store, wall.clock())
    await noted(alerts, ARCHIVED)
    wall.at += 90 * SECOND
    await noted(alerts, DeliveryError("token_revoked", "install the app again", retryable=False))
    expected = Undelivered("i1", "#acme", 1_000_000, "acme", "token_revoked", "install the app again")
    assert alerts.failing == {"i1": expected}
    assert store.undelivered("i1") == expected


async def test_what_may_pass_is_undelivered_after_half_a_minute() -> None:
    """A hiccup of Slack's alarms nobody; an outage counts from its first failure."""
    wall, store = Wall(), MemoryUndelivered()
    alerts = UndeliveredAlerts(store, wall.clock())
    for _ in range(2):
        await noted(alerts, DOWN)
        assert not alerts.failing
        wall.at += 29 * SECOND
    await noted(alerts, DOWN)
    assert summarise(alerts.failing.values()) == UndeliveredSummary(1, 1_000_000, "server_error: it may be down")
    await alerts.on_delivery("i1")
    assert not alerts.failing
    assert store.undelivered("i1") is None
    await noted(alerts, DOWN)
    assert not alerts.failing, "after a delivery the patience begins again"


async def test_the_next_worker_keeps_since_when_and_ends_what_the_last_one_noted() -> None:
    """A takeover makes no alert younger; one that is delivered then is not undelivered any more."""
    wall, store = Wall(), MemoryUndelivered()
    await noted(UndeliveredAlerts(store, wall.clock()), ARCHIVED)
    wall.at += 600 * SECOND
    later = UndeliveredAlerts(store, wall.clock())
    await noted(later, ARCHIVED)
    assert later.failing["i1"].intended_at == 1_000_000
    last = UndeliveredAlerts(store, wall.clock())
    await last.on_delivery("i1")
    assert store.undelivered("i1") is None


class Failing(MemoryUndelivered):
    """A store whose broker is away."""

    async def put_undelivered(self, key: str, alert: Undelivered | None) -> None:
        """Fail."""
        raise ConnectionError(f"broker away: {key}, {alert}")


async def test_a_store_that_fails_hides_no_failure_and_a_delivery_is_not_done_without_it() -> None:
    """The failure is at hand for metric and heartbeat; a delivery whose note stays behind is tried again."""
    store = Failing()
    alerts = UndeliveredAlerts(store, Wall().clock())
    await noted(alerts, ARCHIVED)
    assert alerts.failing["i1"].code == "is_archived"
    store._alerts["i1"] = alerts.failing["i1"]
    with pytest.raises(DeliveryError, match="store_failed"):
        await alerts.on_delivery("i1")
    assert alerts.failing


def test_the_oldest_of_several_says_why() -> None:
    """Summaries of partitions add up to one of all."""
    first, second = UndeliveredSummary(2, 500, "is_archived: …"), UndeliveredSummary(1, 300, "no_route: …")
    assert combine([first, UndeliveredSummary(), second]) == UndeliveredSummary(3, 300, "no_route: …")
    assert combine([]) == summarise([]) == UndeliveredSummary()


def test_a_worker_of_an_older_version_takes_it_for_a_receipt() -> None:
    """While workers are upgraded one by one, none stumbles over what a newer one stores."""
    stored = msgspec.json.encode(Undelivered("i1", "#acme", 7, "acme", "is_archived", "set another"))
    assert receipts.decode(stored).message is None


async def test_an_archived_channel_is_undelivered_until_the_configuration_names_another(
    fake: FakeSlack, desk: Desks
) -> None:
    """The outbox notes what Slack does not take, for its incident alone, and forgets it once it does."""
    fake.archived.add("C0000001")
    places = {"acme": "#alerts"}
    one = desk(route=lambda brand, _at: Route(places.get(brand, "#press")))
    failing = one.delivery._undelivered.failing
    one.submit(incident_life()[0])
    await until(lambda: bool(failing))
    ((key, alert),) = failing.items()
    assert (key, alert.channel, alert.code) == ("acme-20150219T1432Z", "#alerts", "is_archived")
    one.submit(*incident_life("other"))
    await until(lambda: len(fake.roots("C0000002")) == 1)
    assert list(failing) == [key]
    places["acme"] = "#press"
    await until(lambda: len(fake.roots("C0000002")) == 2)
    await asyncio.wait_for(one.delivery.drain(), 60)
    assert not failing


async def test_a_revoked_token_leaves_every_alert_undelivered(fake: FakeSlack, desk: Desks) -> None:
    """All incidents fail for the same reason, and all are delivered once the token is good again."""
    fake.token_error = "token_revoked"
    one = desk()
    one.submit(incident_life()[0], incident_life("other")[0])
    failing = one.delivery._undelivered.failing
    await until(lambda: len(failing) == 2)
    assert {alert.code for alert in failing.values()} == {"token_revoked"}
    fake.token_error = ""
    await one.deliver()
    assert not failing
    assert len(fake.roots()) == 2


async def test_a_hiccup_of_slack_is_no_undelivered_alert(fake: FakeSlack, desk: Desks) -> None:
    """A first try that fails is retried, and nobody is told."""
    one = desk(speed=20.0)
    fake.faults.append(Fault(500))
    one.submit(incident_life()[0])
    await until(lambda: bool(one.meter.codes))
    assert not one.delivery._undelivered.failing
    await one.deliver()


async def test_a_dropped_incident_is_tried_no_more_and_counts_as_done(fake: FakeSlack, desk: Desks) -> None:
    """Its brand was removed: the notification holds back no offset, nothing is undelivered, others are delivered."""
    fake.archived.add("C0000001")
    one = desk()
    one.submit(incident_life()[0])
    await until(lambda: bool(one.delivery._undelivered.failing))
    await one.delivery.drop("acme-20150219T1432Z")
    await one.delivery.drop("unknown")
    assert one.done == [("acme", 1)]
    assert not one.delivery._undelivered.failing
    fake.archived.clear()
    await one.deliver(incident_life("other")[0])
    assert len(fake.roots()) == 1


async def test_a_chart_that_was_being_made_for_a_dropped_incident_posts_nothing(fake: FakeSlack, desk: Desks) -> None:
    """Its receipt is erased: an edit for the chart would be another message."""
    fake.faulty = ("files.getUploadURLExternal",)
    fake.faults.append(Fault(wait=0.2, accept=True))
    one = desk(timeout=5.0)
    course = Timeline(START, 5 * MINUTE, (1,) * 36, (0,) * 36, None)
    findings = incident_life()[0].incident.findings
    drawn = {name: replace(found, signal=replace(found.signal, timeline=course)) for name, found in findings.items()}
    opened = incident_life()[0]
    await one.deliver(replace(opened, incident=replace(opened.incident, findings=drawn)))
    await until(lambda: bool(fake.called("files.getUploadURLExternal")))
    await one.delivery.drop(opened.incident.id)
    one.store.postings.clear()
    await asyncio.sleep(0.5)
    await one.delivery.drain()
    assert len(fake.roots()) == 1
    assert not fake.called("chat.update")
