"""Does every incident come to stand in exactly one message?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from alerts.delivery.outbox import Outbox
from alerts.delivery.ports import MessageRef
from alerts.delivery.receipts import DeliveryRecord, decode, encode
from alerts.rendering.route import Route
from tests.support.alerts import MemoryReceipts, RecordingMetrics, fast_clock
from tests.support.delivery import Desks, incident_life, settled

if TYPE_CHECKING:
    from alerts.rendering.message import Message
    from tocsin.demo.fake_slack.server import FakeSlack


async def test_one_message_is_posted_then_edited_and_answered(fake: FakeSlack, desk: Desks) -> None:
    """Told one by one, an incident is one post, an edit for each revision, and a reply where one is due."""
    one = desk()
    for notification in incident_life():
        await one.deliver(notification)
    settled(fake)
    assert one.meter.kinds == ["post", "update", "reply", "update", "update", "reply", "update", "update", "reply"]
    assert one.done == [("acme", n) for n in range(1, 7)]


async def test_what_piled_up_becomes_one_message_at_the_latest_revision(fake: FakeSlack, desk: Desks) -> None:
    """The latest revision wins; the replies are all kept."""
    one = desk()
    await one.deliver(*incident_life())
    settled(fake)
    assert one.meter.kinds == ["post", "reply", "reply", "reply"]
    assert len(one.done) == 6


async def test_what_piled_up_pages_once(fake: FakeSlack, desk: Desks) -> None:
    """The mention that the opening owed is in the post; a reply that it covers does not ring again, a later does."""
    opening, rise, *_ = incident_life()
    one = desk()
    await one.deliver(replace(opening, page=True), rise)
    (root,) = fake.roots()
    assert "<@U024BE7LH>" in str(root["blocks"])
    assert "<@U024BE7LH>" not in str(fake.replies(root["ts"]))
    later = replace(rise, incident=replace(rise.incident, revision=3))
    await one.deliver(later)
    assert "<@U024BE7LH>" in str(fake.replies(root["ts"])[-1]["blocks"])


async def test_what_is_over_before_it_could_be_reported_wakes_nobody(fake: FakeSlack, desk: Desks) -> None:
    """After an outage the story is posted, without a mention at four in the morning."""
    await desk().deliver(*incident_life())
    assert "<@U024BE7LH>" not in str(fake.messages)


async def test_a_redelivered_notification_is_skipped(fake: FakeSlack, desk: Desks) -> None:
    """What is delivered already is done at once, by this worker or the next."""
    one = desk()
    await one.deliver(*incident_life())
    calls = len(fake.calls)
    another = desk(one.store)
    await another.deliver(*incident_life())
    assert len(fake.calls) == calls
    assert len(another.done) == 6


async def test_a_brand_without_a_channel_waits_for_its_configuration(fake: FakeSlack, desk: Desks) -> None:
    """A route that is missing names the brand and the remedy; nothing is dropped."""
    places: dict[str, Route] = {}
    one = desk(route=lambda brand, _at: places[brand])
    one.submit(incident_life()[0])
    await asyncio.sleep(0.05)
    assert "'acme'" in one.meter.refusals[0].remedy
    places["acme"] = Route("C0000001")
    await one.deliver()
    assert len(fake.roots()) == 1


async def test_a_deleted_message_is_replaced(fake: FakeSlack, desk: Desks) -> None:
    """Somebody tidied up too early: the incident gets another message."""
    one = desk()
    await one.deliver(incident_life()[0])
    fake.messages.clear()
    await one.deliver(*incident_life()[1:])
    settled(fake)


class Flaky(MemoryReceipts):
    """A store that fails every other time."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    async def put(self, posting: DeliveryRecord) -> None:
        """Fail, or keep."""
        self.tries += 1
        if self.tries % 2:
            raise ConnectionError("broker away")
        await super().put(decode(encode(posting)))


async def test_a_store_that_fails_is_asked_again_and_no_post_repeated(fake: FakeSlack, desk: Desks) -> None:
    """Nothing is posted before its intent is safe, nothing is done before its receipt is."""
    one = desk(Flaky())
    await one.deliver(*incident_life())
    settled(fake)
    assert set(one.meter.codes) == {"store_failed"}
    posting = one.store.postings["acme-20150219T1432Z"]
    assert (posting.revision, posting.reply_posted) == (6, 6)


class Broken:
    """A notifier with a mistake in it."""

    def __init__(self) -> None:
        self.shown: list[Message] = []

    async def post(self, channel: str, message: Message) -> MessageRef:
        """Fail on cards."""
        if message.blocks:
            raise KeyError("oops")
        self.shown.append(message)
        return MessageRef(channel, "1")


async def test_a_mistake_of_ours_costs_the_card_not_the_page() -> None:
    """An unexpected exception is reported, and the bare text sent."""
    notifier: Any = Broken()
    meter = RecordingMetrics()
    delivery = Outbox(notifier, MemoryReceipts(), lambda *_: Route("C1"), metrics=meter, clock=fast_clock())
    delivery.submit(incident_life()[0], lambda: None)
    await delivery.drain()
    assert (len(notifier.shown), meter.refusals[0].code) == (1, "unrenderable")
    assert delivery.pending_count == 0
