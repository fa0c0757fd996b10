"""Does every incident come to stand in exactly one message, whatever Slack does?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from alerts.rendering.route import Route
from tests.support.delivery import Desks, incident_life, settled, until
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from tocsin.demo.fake_slack.server import FakeSlack

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
    for notification in incident_life():
        fake.faults.append(fault)
        await one.deliver(notification)
    settled(fake)
    assert one.meter.codes


async def test_minutes_of_outage_lose_nothing_and_double_nothing(fake: FakeSlack, desk: Desks) -> None:
    """20 incidents go on through errors, refused connections and silence; then each has one message."""
    one = desk()
    brands = [f"brand{n}" for n in range(20)]
    stories = {brand: incident_life(brand) for brand in brands}
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
    first.submit(incident_life()[0])
    await until(lambda: len(fake.called("chat.postMessage")) == 1)
    await first.delivery.stop()
    assert first.done == []
    second = desk(first.store)
    await second.deliver(*incident_life())
    settled(fake)
    assert ("post" in second.meter.kinds) is not accepted


@pytest.mark.parametrize("ahead", [50 * 60_000, 3 * 86_400_000])
async def test_a_crash_of_a_worker_whose_clock_is_ahead_posts_nothing_twice(
    fake: FakeSlack, desk: Desks, ahead: int
) -> None:
    """What it meant to post, it meant to post in the future: its successor looks in the past hour as well."""
    first = desk(ahead=ahead)
    fake.faults.append(Fault(wait=5.0, accept=True))
    first.submit(incident_life()[0])
    await until(lambda: len(fake.called("chat.postMessage")) == 1)
    await first.delivery.stop()
    second = desk(first.store)
    await second.deliver(*incident_life())
    settled(fake)
    assert "post" not in second.meter.kinds


async def test_a_doubt_of_a_worker_whose_clock_is_ahead_lasts_no_longer(fake: FakeSlack, desk: Desks) -> None:
    """Else its successor would wait for days until it looks for the duplicate."""
    first = desk(ahead=3 * 86_400_000)
    fake.faults.append(Fault(wait=0.6, late=True))
    first.submit(incident_life()[0])
    await until(lambda: len(fake.roots()) == 2)
    await first.delivery.stop()
    second = desk(first.store)
    await second.deliver(*incident_life())
    settled(fake)


async def test_a_message_that_turns_up_after_it_was_posted_again_is_deleted(fake: FakeSlack, desk: Desks) -> None:
    """Slack took the first try after all, too late to be found: in the end one message stands."""
    one = desk()
    fake.faults.append(Fault(wait=0.6, late=True))
    one.submit(incident_life()[0])
    await until(lambda: len(fake.roots()) == 2)
    await one.deliver(*incident_life()[1:])
    settled(fake)
    assert one.store.postings["acme-20150219T1432Z"].duplicate_since is None


async def test_a_crash_between_reply_and_record_does_not_reply_twice(fake: FakeSlack, desk: Desks) -> None:
    """A reply's intent is on record as well."""
    first = desk()
    await first.deliver(incident_life()[0])
    fake.faults.extend([Fault(accept=True), Fault(wait=5.0, accept=True)])
    first.submit(incident_life()[1])
    await until(lambda: len(fake.called("chat.postMessage")) == 2)
    await first.delivery.stop()
    second = desk(first.store)
    await second.deliver(*incident_life()[1:])
    settled(fake)


async def test_a_card_that_is_refused_is_replaced_by_bare_text(fake: FakeSlack, desk: Desks) -> None:
    """A page must not be lost to a limit that nobody documented, and the refusal is reported."""
    one = desk()
    fake.faults.append(Fault(200, "msg_blocks_too_long"))
    await one.deliver(incident_life()[1])
    (root,) = fake.roots()
    assert "blocks" not in root
    assert root["text"].startswith("🔴 Critical acme")
    assert "<@U024BE7LH>" in root["text"]
    assert [error.code for error in one.meter.refusals] == ["msg_blocks_too_long"]


async def test_a_refusal_is_reported_with_its_remedy_and_blocks_nobody_else(fake: FakeSlack, desk: Desks) -> None:
    """A channel that does not exist is said so; other brands are told meanwhile, and it is tried again."""
    places = {"acme": "#nowhere"}
    one = desk(route=lambda brand, _at: Route(places.get(brand, "#alerts")))
    one.submit(incident_life()[0])
    one.submit(*incident_life("other"))
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
    first.submit(incident_life()[0])
    await until(lambda: bool(first.meter.refusals))
    fake.faults.append(Fault(wait=5.0, accept=True))
    places["acme"] = Route("#press")
    await until(lambda: len(fake.roots("C0000002")) == 1)
    await first.delivery.stop()
    second = desk(first.store, route=lambda brand, _at: places[brand])
    await second.deliver(*incident_life())
    assert len(fake.roots("C0000002")) == 1
    assert "post" not in second.meter.kinds


async def test_while_history_cannot_be_read_nothing_is_posted_again(fake: FakeSlack, desk: Desks) -> None:
    """An error in looking is no proof that there is nothing."""
    one = desk()
    fake.faulty = ("chat.postMessage", "conversations.history")
    fake.faults.extend([Fault(drop=True, accept=True), Fault(500), Fault(429, "ratelimited", 1)])
    await one.deliver(incident_life()[0])
    assert len(fake.called("chat.postMessage")) == len(fake.roots()) == 1
    assert one.meter.codes == ["disconnected", "server_error", "ratelimited"]


async def test_where_looking_is_not_allowed_it_posts_rather_than_stay_silent(fake: FakeSlack, desk: Desks) -> None:
    """Without the scope to read history a second message is the lesser evil, and the scope is named."""
    fake.missing_scopes.add("channels:history")
    one = desk()
    fake.faults.append(Fault(500))
    await one.deliver(incident_life()[0])
    assert len(fake.roots()) == 1
    assert "channels:history" in one.meter.refusals[0].remedy
    assert set(one.meter.delays) == {0.0}
