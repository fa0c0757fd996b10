"""Does every incident come to stand in exactly one message, whatever Slack does?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from alerts.delivery import Delivery
from alerts.notifier import Message, Receipt, Route
from alerts.receipts import Posting, decode, encode
from alerts.slack import Slack
from detectors.signal import Course
from standin.faults import Fault
from standin.slack import TOKEN, FakeSlack
from tests.support.alerting import (
    MINUTE,
    START,
    MemoryReceipts,
    Record,
    Tally,
    action,
    hurried,
    named,
    now,
    run,
    signal,
)

if TYPE_CHECKING:
    from alerts.incident import Notification

LIFE: list[Record] = [
    signal(0, severity="watch"),
    signal(1, severity="critical"),
    signal(2, severity="critical", observed=90),
    now(2),
    signal(6, detector="volume", severity="warning", start=6),
    action(7),
    now(60),
]


def life(brand: str = "acme") -> list[Notification]:
    """Return what is told of an incident from its opening to its end: six revisions, three of them with a reply."""
    case, told = run(*LIFE)
    assert case.incident is not None
    return [named(notification, brand) for notification in told]


def drawn(notification: Notification, course: Course) -> Notification:
    """Return a notification whose incident has a chart."""
    findings = {
        name: replace(finding, signal=replace(finding.signal, course=course))
        for name, finding in notification.incident.findings.items()
    }
    return replace(notification, incident=replace(notification.incident, findings=findings))


def alerts_channel(brand: str, at: int) -> Route:
    """Route every brand to one channel."""
    assert brand
    assert at
    return Route("#alerts", "en", "<@U024BE7LH>")


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something to happen over there."""
    while not happened():  # noqa: ASYNC110  what happens on a server sets no event here
        await asyncio.sleep(0.005)


class Desk:
    """A delivery with its parts at hand; several share a store as successive workers do."""

    def __init__(self, fake: FakeSlack, store: MemoryReceipts | None = None, **options: Any) -> None:
        self.fake = fake
        self.store = store or MemoryReceipts()
        self.meter = Tally()
        self.done: list[tuple[str, int]] = []
        self.slack = Slack(TOKEN, fake.url, timeout=options.pop("timeout", 0.3))
        route = options.pop("route", alerts_channel)
        timing = hurried(options.pop("speed", 50.0))
        self.delivery = Delivery(self.slack, self.store, route, meter=self.meter, timing=timing, **options)

    def submit(self, *notifications: Notification) -> None:
        """Submit, and remember what is done."""
        for n in notifications:
            self.delivery.submit(n, partial(self.done.append, (n.incident.brand, n.revision)))

    async def deliver(self, *notifications: Notification) -> None:
        """Submit and wait for the end."""
        self.submit(*notifications)
        await asyncio.wait_for(self.delivery.drain(), 60)

    async def close(self) -> None:
        """Let go."""
        await self.delivery.abandon()
        await self.slack.close()


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """Serve a stand-in for Slack."""
    async with FakeSlack() as slack:
        yield slack


Desks = Callable[..., Desk]


@pytest.fixture
async def desk(fake: FakeSlack) -> AsyncIterator[Desks]:
    """Make desks, and close them all."""
    made: list[Desk] = []

    def make(store: MemoryReceipts | None = None, **options: Any) -> Desk:
        made.append(Desk(fake, store, **options))
        return made[-1]

    yield make
    for one in made:
        await one.close()


def settled(fake: FakeSlack, brands: int = 1) -> None:
    """Check that each incident has one message, at its last revision, and its replies once and in order."""
    roots = fake.roots()
    assert len({m["metadata"]["event_payload"]["incident"] for m in roots}) == len(roots) == brands
    for root in roots:
        assert root["metadata"]["event_payload"]["revision"] == 6
        assert root["text"].startswith("✅ Over")
        assert [m["metadata"]["event_payload"]["revision"] for m in fake.replies(root["ts"])] == [2, 4, 6]


async def test_one_message_is_posted_then_edited_and_answered(fake: FakeSlack, desk: Desks) -> None:
    """Told one by one, an incident is one post, an edit for each revision, and a reply where one is due."""
    one = desk()
    for notification in life():
        await one.deliver(notification)
    settled(fake)
    assert one.meter.kinds == ["post", "update", "reply", "update", "update", "reply", "update", "update", "reply"]
    assert one.done == [("acme", n) for n in range(1, 7)]


async def test_what_piled_up_becomes_one_message_at_the_latest_revision(fake: FakeSlack, desk: Desks) -> None:
    """The latest revision wins; the replies are all kept."""
    one = desk()
    await one.deliver(*life())
    settled(fake)
    assert one.meter.kinds == ["post", "reply", "reply", "reply"]
    assert len(one.done) == 6


async def test_what_piled_up_pages_once(fake: FakeSlack, desk: Desks) -> None:
    """The mention that the opening owed is in the post; a reply that it covers does not ring again, a later does."""
    opening, rise, *_ = life()
    one = desk()
    await one.deliver(replace(opening, page=True), rise)
    (root,) = fake.roots()
    assert "<@U024BE7LH>" in str(root["blocks"])
    assert "<@U024BE7LH>" not in str(fake.replies(root["ts"]))
    later = replace(rise, incident=replace(rise.incident, revision=3))
    await one.deliver(later)
    assert "<@U024BE7LH>" in str(fake.replies(root["ts"])[-1]["blocks"])


async def test_what_is_over_before_it_could_be_told_wakes_nobody(fake: FakeSlack, desk: Desks) -> None:
    """After an outage the story is posted, without a mention at four in the morning."""
    await desk().deliver(*life())
    assert "<@U024BE7LH>" not in str(fake.messages)


async def test_a_redelivered_notification_is_skipped(fake: FakeSlack, desk: Desks) -> None:
    """What is delivered already is done at once, by this worker or the next."""
    one = desk()
    await one.deliver(*life())
    calls = len(fake.calls)
    another = desk(one.store)
    await another.deliver(*life())
    assert len(fake.calls) == calls
    assert len(another.done) == 6


FAULTS = {
    "rate limit": Fault(429, "ratelimited", retry_after=1),
    "server error": Fault(500),
    "server error after accepting": Fault(502, accept=True),
    "silence": Fault(wait=1.0),
    "silence after accepting": Fault(wait=1.0, accept=True),
    "dropped": Fault(drop=True),
    "dropped after accepting": Fault(drop=True, accept=True),
    "own trouble": Fault(200, "internal_error"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_a_fault_at_every_first_try_leaves_one_message(fault: Fault, fake: FakeSlack, desk: Desks) -> None:
    """Whether Slack took the message or not, each revision and reply stands once."""
    one = desk()
    for notification in life():
        fake.faults.append(fault)
        await one.deliver(notification)
    settled(fake)
    assert one.meter.codes


async def test_minutes_of_outage_lose_nothing_and_double_nothing(fake: FakeSlack, desk: Desks) -> None:
    """20 incidents go on through errors, refused connections and silence; then each has one message."""
    one = desk()
    brands = [f"brand{n}" for n in range(20)]
    stories = {brand: life(brand) for brand in brands}
    for step, outage in enumerate([Fault(503), Fault(wait=1.0), Fault(429, "ratelimited", 2.0), Fault(drop=True)]):
        fake.outage = outage
        for brand in brands:
            one.submit(stories[brand][step])
        await asyncio.sleep(0.3)
    port = await fake.stop()
    one.submit(*(stories[brand][4] for brand in brands))
    await asyncio.sleep(0.3)
    await fake.start(port)
    assert one.done == []
    fake.outage = None
    await one.deliver(*(stories[brand][5] for brand in brands))
    settled(fake, brands=20)
    assert sorted(one.done) == sorted((brand, n) for brand in brands for n in range(1, 7))


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_crash_between_post_and_receipt_does_not_post_twice(
    fake: FakeSlack, desk: Desks, *, accepted: bool
) -> None:
    """The intent is on record before the first try, so the next worker looks before it posts."""
    first = desk()
    fake.faults.append(Fault(wait=5.0, accept=accepted))
    first.submit(life()[0])
    await until(lambda: len(fake.called("chat.postMessage")) == 1)
    await first.delivery.abandon()
    assert first.done == []
    second = desk(first.store)
    await second.deliver(*life())
    settled(fake)
    assert ("post" in second.meter.kinds) is not accepted


async def test_a_message_that_turns_up_after_it_was_posted_again_is_deleted(fake: FakeSlack, desk: Desks) -> None:
    """Slack took the first try after all, too late to be found: in the end one message stands."""
    one = desk()
    fake.faults.append(Fault(wait=0.6, late=True))
    one.submit(life()[0])
    await until(lambda: len(fake.roots()) == 2)
    await one.deliver(*life()[1:])
    settled(fake)
    assert one.store.postings["acme-20150219T1432Z"].doubtful_at is None


async def test_a_crash_between_reply_and_record_does_not_reply_twice(fake: FakeSlack, desk: Desks) -> None:
    """A reply's intent is on record as well."""
    first = desk()
    await first.deliver(life()[0])
    fake.faults.extend([Fault(accept=True), Fault(wait=5.0, accept=True)])
    first.submit(life()[1])
    await until(lambda: len(fake.called("chat.postMessage")) == 2)
    await first.delivery.abandon()
    second = desk(first.store)
    await second.deliver(*life()[1:])
    settled(fake)


async def test_a_card_that_is_refused_is_replaced_by_bare_text(fake: FakeSlack, desk: Desks) -> None:
    """A page must not be lost to a limit that nobody documented, and the refusal is reported."""
    one = desk()
    fake.faults.append(Fault(200, "msg_blocks_too_long"))
    await one.deliver(life()[1])
    (root,) = fake.roots()
    assert "blocks" not in root
    assert root["text"].startswith("🔴 Critical acme")
    assert "<@U024BE7LH>" in root["text"]
    assert [error.code for error in one.meter.refusals] == ["msg_blocks_too_long"]


async def test_a_refusal_is_reported_with_its_remedy_and_blocks_nobody_else(fake: FakeSlack, desk: Desks) -> None:
    """A channel that does not exist is said so; other brands are told meanwhile, and it is tried again."""
    places = {"acme": "#nowhere"}
    one = desk(route=lambda brand, _at: Route(places.get(brand, "#alerts")))
    one.submit(life()[0])
    one.submit(*life("other"))
    await until(lambda: len(one.done) == 6)
    settled(fake)
    (refusal,) = one.meter.refusals
    assert (refusal.code, refusal.retryable) == ("channel_not_found", False)
    assert "slack_channel" in refusal.remedy
    places["acme"] = "#press"
    await one.deliver()
    assert len(fake.roots("C0000002")) == 1


async def test_a_message_is_looked_for_in_the_channel_it_was_last_meant_for(fake: FakeSlack, desk: Desks) -> None:
    """A corrected channel, a crash: the next worker looks in the corrected one."""
    places = {"acme": Route("#nowhere")}
    first = desk(route=lambda brand, _at: places[brand])
    first.submit(life()[0])
    await until(lambda: bool(first.meter.refusals))
    fake.faults.append(Fault(wait=5.0, accept=True))
    places["acme"] = Route("#press")
    await until(lambda: len(fake.roots("C0000002")) == 1)
    await first.delivery.abandon()
    second = desk(first.store, route=lambda brand, _at: places[brand])
    await second.deliver(*life())
    assert len(fake.roots("C0000002")) == 1
    assert "post" not in second.meter.kinds


async def test_while_history_cannot_be_read_nothing_is_posted_again(fake: FakeSlack, desk: Desks) -> None:
    """An error in looking is no proof that there is nothing."""
    one = desk()
    fake.faulty = ("chat.postMessage", "conversations.history")
    fake.faults.extend([Fault(drop=True, accept=True), Fault(500), Fault(429, "ratelimited", 1)])
    await one.deliver(life()[0])
    assert len(fake.called("chat.postMessage")) == len(fake.roots()) == 1
    assert one.meter.codes == ["disconnected", "server_error", "ratelimited"]


async def test_a_brand_without_a_channel_waits_for_its_configuration(fake: FakeSlack, desk: Desks) -> None:
    """A route that is missing names the brand and the remedy; nothing is dropped."""
    places: dict[str, Route] = {}
    one = desk(route=lambda brand, _at: places[brand])
    one.submit(life()[0])
    await asyncio.sleep(0.05)
    assert "'acme'" in one.meter.refusals[0].remedy
    places["acme"] = Route("C0000001")
    await one.deliver()
    assert len(fake.roots()) == 1


async def test_a_deleted_message_is_replaced(fake: FakeSlack, desk: Desks) -> None:
    """Somebody tidied up too early: the incident gets another message."""
    one = desk()
    await one.deliver(life()[0])
    fake.messages.clear()
    await one.deliver(*life()[1:])
    settled(fake)


async def test_where_looking_is_not_allowed_it_posts_rather_than_stay_silent(fake: FakeSlack, desk: Desks) -> None:
    """Without the scope to read history a second message is the lesser evil, and the scope is named."""
    fake.missing_scopes.add("channels:history")
    one = desk()
    fake.faults.append(Fault(500))
    await one.deliver(life()[0])
    assert len(fake.roots()) == 1
    assert "channels:history" in one.meter.refusals[0].remedy


async def test_posts_in_one_channel_keep_slacks_pace(fake: FakeSlack, desk: Desks) -> None:
    """40 incidents at once go out one a second, the first at once."""
    one = desk()
    began = time.monotonic()
    await one.deliver(*(life(f"brand{n}")[0] for n in range(40)))
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
    course = Course(START, 5 * MINUTE, (1,) * 36, (0,) * 36, None)
    stories = [[drawn(note, course) for note in life(f"brand{n}")[:3]] for n in range(500)]
    for step in range(3):
        one.submit(*(story[step] for story in stories))
        await asyncio.sleep(0.1)
        if step == 1:
            fake.faults.append(Fault(429, "ratelimited", retry_after=60))
    await one.deliver()
    arrivals = [call.arrived for call in fake.called("chat.postMessage")]
    assert arrivals[-1] - arrivals[0] >= 999 / speed
    told = [call for call in fake.called("chat.update") if "image" not in {b["type"] for b in call.body["blocks"]}]
    assert len(told) <= 500
    roots = fake.roots()
    assert len(roots) == len({m["metadata"]["event_payload"]["incident"] for m in roots}) == 500
    assert {m["metadata"]["event_payload"]["revision"] for m in roots} == {3}
    assert len(one.done) == 1500
    assert one.meter.kinds.count("reply") == 500


async def test_patience_asked_for_in_a_channel_is_kept_by_all(fake: FakeSlack, desk: Desks) -> None:
    """After a 429 nothing goes to that channel before Retry-After is over."""
    one = desk()
    fake.faults.append(Fault(429, "ratelimited", retry_after=20))
    await one.deliver(*(life(f"brand{n}")[0] for n in range(3)))
    first, second, *_ = [call.arrived for call in fake.called("chat.postMessage")]
    assert second - first >= 20 / 50


class Flaky(MemoryReceipts):
    """A store that fails every other time."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    async def put(self, posting: Posting) -> None:
        """Fail, or keep."""
        self.tries += 1
        if self.tries % 2:
            raise ConnectionError("broker away")
        await super().put(decode(encode(posting)))


async def test_a_store_that_fails_is_asked_again_and_no_post_repeated(fake: FakeSlack, desk: Desks) -> None:
    """Nothing is posted before its intent is safe, nothing is done before its receipt is."""
    one = desk(Flaky())
    await one.deliver(*life())
    settled(fake)
    assert set(one.meter.codes) == {"store_failed"}
    posting = one.store.postings["acme-20150219T1432Z"]
    assert (posting.revision, posting.replied) == (6, 6)


class Broken:
    """A notifier with a mistake in it."""

    def __init__(self) -> None:
        self.shown: list[Message] = []

    async def post(self, channel: str, message: Message) -> Receipt:
        """Fail on cards."""
        if message.blocks:
            raise KeyError("oops")
        self.shown.append(message)
        return Receipt(channel, "1")


async def test_a_mistake_of_ours_costs_the_card_not_the_page() -> None:
    """An unexpected exception is reported, and the bare text sent."""
    notifier: Any = Broken()
    meter = Tally()
    delivery = Delivery(notifier, MemoryReceipts(), lambda *_: Route("C1"), meter=meter, timing=hurried())
    delivery.submit(life()[0], lambda: None)
    await delivery.drain()
    assert (len(notifier.shown), meter.refusals[0].code) == (1, "unrenderable")
    assert delivery.pending == 0
