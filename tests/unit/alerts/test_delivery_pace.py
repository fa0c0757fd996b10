"""Does the delivery keep Slack's pace, and lose nothing by it?"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from msgspec.structs import replace

from detectors.model.signal import Timeline
from tests.support.alerts import MINUTE, START
from tests.support.delivery import Desks, incident_life
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from alerts.incidents.model import Notification
    from tocsin.demo.fake_slack.server import FakeSlack


def drawn(notification: Notification, course: Timeline) -> Notification:
    """Return a notification whose incident has a chart."""
    findings = {
        name: replace(finding, signal=replace(finding.signal, timeline=course))
        for name, finding in notification.incident.findings.items()
    }
    return replace(notification, incident=replace(notification.incident, findings=findings))


def edits(fake: FakeSlack) -> list[object]:
    """Return the edits of messages that are no charts."""
    return [call for call in fake.called("chat.update") if "image" not in {b["type"] for b in call.body["blocks"]}]


async def test_posts_in_one_channel_keep_slacks_pace(fake: FakeSlack, desk: Desks) -> None:
    """40 incidents at once go out one a second, the first at once."""
    one = desk()
    began = time.monotonic()
    await one.deliver(*(incident_life(f"brand{n}")[0] for n in range(40)))
    arrivals = [call.arrived - began for call in fake.called("chat.postMessage")]
    assert len(fake.roots()) == 40
    assert arrivals[0] < 0.3
    assert arrivals[-1] - arrivals[0] >= 38.5 / 50


async def test_500_incidents_at_once_neither_lose_nor_storm(fake: FakeSlack, desk: Desks) -> None:
    """Each gets its message at its latest revision, one a second, while new revisions and a 429 keep coming in.

    Edits are merged: the latest wins. Charts come as well, and take no turn from an alert.
    """
    speed = 1000.0
    one = desk(speed=speed, timeout=10.0)
    course = Timeline(START, 5 * MINUTE, (1,) * 36, (0,) * 36, None)
    stories = [[drawn(note, course) for note in incident_life(f"brand{n}")[:3]] for n in range(500)]
    before_the_last, posted = 0, 0
    for step in range(3):
        before_the_last, posted = len(edits(fake)), len(fake.called("chat.postMessage"))
        one.submit(*(story[step] for story in stories))
        await asyncio.sleep(0.1)
        if step == 1:
            fake.faults.append(Fault(429, "ratelimited", retry_after=60))
    await one.deliver()
    arrivals = [call.arrived for call in fake.called("chat.postMessage")]
    assert arrivals[-1] - arrivals[0] >= 999 / speed
    assert posted < 500
    assert len(edits(fake)) - before_the_last <= 500 + posted  # one edit of each may have been under way
    roots = fake.roots()
    assert len(roots) == len({m["metadata"]["event_payload"]["incident"] for m in roots}) == 500
    assert {m["metadata"]["event_payload"]["revision"] for m in roots} == {3}
    assert len(one.done) == 1500
    assert one.meter.kinds.count("reply") == 500


async def test_patience_asked_for_in_a_channel_is_kept_by_all(fake: FakeSlack, desk: Desks) -> None:
    """After a 429 nothing goes to that channel before Retry-After is over."""
    one = desk()
    fake.faults.append(Fault(429, "ratelimited", retry_after=20))
    await one.deliver(*(incident_life(f"brand{n}")[0] for n in range(3)))
    first, second, *_ = [call.arrived for call in fake.called("chat.postMessage")]
    assert second - first >= 20 / 50
