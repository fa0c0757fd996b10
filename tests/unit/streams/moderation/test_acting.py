"""Decisions carried out elsewhere, before a local server: once, after a minute, and what came of it is recorded."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from msgspec.structs import replace

from alerts.delivery.ports import DeliveryError
from alerts.notifiers.standard_webhooks import signature, signing_key
from config.environment import from_environ
from moderation.model import ACT_MS, Claimed, Decided, Post, Undone
from streams.moderation.acting.actor import GRACE, is_due
from streams.moderation.acting.discourse import Discourse
from streams.moderation.acting.facebook import Facebook
from streams.moderation.acting.service import ActingService, actors_of
from streams.moderation.acting.webhook import DecisionWebhook
from tests.support.moderation import LocalQueue, flagged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from moderation.model import Item, Outcome

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB0ZXN0"
HOST = "forum.example.com"
DECIDED = 100


class Server:
    """A server that keeps what it is sent, and answers with the statuses that it is given."""

    def __init__(self) -> None:
        self.url = ""
        self.statuses: list[int] = []
        self.seen: list[tuple[str, dict[str, str], Any, bytes]] = []

    async def answer(self, request: web.Request) -> web.Response:
        """Keep a request."""
        self.seen.append((request.path, dict(request.headers), await request.json(), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def server() -> AsyncIterator[Server]:
    """Run a server until the block ends."""
    made, app = Server(), web.Application()
    app.router.add_post("/{any:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


def decided(outcome: Outcome = "hide requested", *posts: Post) -> LocalQueue:
    """Return a queue with one item that is decided."""
    record = flagged("item0")
    queue = LocalQueue(
        *(replace(record, post=post) for post in posts or (record.post,)),
        Claimed(id="c", item="item0", at=50, by="ana", until=10_000),
        Decided(id="d", item="item0", at=DECIDED, by="ana", outcome=outcome),
    )
    assert the(queue).outcome == outcome
    return queue


def the(queue: LocalQueue) -> Item:
    """Return the item."""
    item = queue.queue.get("item0")
    assert item is not None
    return item


async def test_a_webhook_is_signed_and_holds_no_text() -> None:
    """As Standard Webhooks says; the same decision has the same id."""
    async with server() as there:
        queue = decided()
        actor = DecisionWebhook(there.url, SECRET)
        await actor.act(the(queue))
        path, headers, body, raw = there.seen[0]
    name, moment = headers["webhook-id"], headers["webhook-timestamp"]
    assert headers["webhook-signature"] == signature(signing_key(SECRET), name.encode(), moment.encode(), raw)
    assert (path, name) == ("/", f"item0-{DECIDED}")
    assert body["data"]["outcome"] == "hide requested"
    assert b"kill" not in raw


async def test_discourse_and_facebook_are_asked_as_they_document() -> None:
    """Only for posts of one's own, by their own ids, and never with the token in the address."""
    posts = (
        Post(1, HOST, "a", 0, "", "41"),
        Post(2, HOST, "b", 0, "", "42"),
        Post(3, "other.example", "c", 0, "", "43"),
        Post(4, "facebook", "d", 0, "", "12_34"),
        Post(5, "facebook", "e", 0, "", "../me"),
    )
    async with server() as there:
        queue = decided("hide requested", *posts)
        forum, page = Discourse(there.url, "the key", "mod"), Facebook(f"{there.url}/v23.0", "the token")
        assert not forum.takes(the(queue))  # another host
        forum._host = HOST
        assert await forum.act(the(queue)) == "hidden: 2"
        assert await page.act(the(queue)) == "hidden: 1"
        assert not forum.takes(the(decided("no action", *posts)))
    assert [(path, body) for path, _, body, _ in there.seen] == [
        ("/post_actions.json", {"id": 41, "post_action_type_id": 4, "take_action": "true"}),
        ("/post_actions.json", {"id": 42, "post_action_type_id": 4, "take_action": "true"}),
        ("/v23.0/12_34", {"is_hidden": True, "access_token": "the token"}),
    ]
    assert (there.seen[0][1]["Api-Key"], there.seen[0][1]["Api-Username"]) == ("the key", "mod")


async def test_two_processes_carry_a_decision_out_once_after_a_minute() -> None:
    """And the history says so."""
    async with server() as there:
        queue, now = decided(), [DECIDED + GRACE - 1]
        services = [ActingService(queue, [DecisionWebhook(there.url, SECRET)], lambda: now[0]) for _ in range(2)]
        await asyncio.gather(*(one.tick() for one in services))
        assert there.seen == []
        now[0] += 1
        await asyncio.gather(*(one.tick() for one in services))
        await asyncio.gather(*(one.tick() for one in services))
        assert len(there.seen) == 1
    assert (the(queue).history[-1].what, the(queue).history[-1].note) == ("acted", "webhook")


async def test_what_is_undone_within_a_minute_is_not_carried_out() -> None:
    """A decision made again is another one."""
    async with server() as there:
        queue = decided()
        await queue.submit(Undone(id="u", item="item0", at=DECIDED + 1, by="ana"))
        service = ActingService(queue, [DecisionWebhook(there.url, SECRET)], lambda: DECIDED + GRACE)
        await service.tick()
        assert there.seen == []


@pytest.mark.parametrize(("status", "tried", "what"), [(503, 2, "acted"), (403, 1, "act failed")])
async def test_a_refusal_is_recorded_and_an_outage_is_tried_again(status: int, tried: int, what: str) -> None:
    """After two minutes; a refusal names the remedy."""
    async with server() as there:
        there.statuses, queue, now = [status], decided(), [DECIDED + GRACE]
        service = ActingService(queue, [DecisionWebhook(there.url, SECRET)], lambda: now[0])
        for _ in range(3):
            await service.tick()
            now[0] += ACT_MS
        assert len(there.seen) == tried
    assert the(queue).history[-1].what == what
    assert ("TOCSIN_MODERATION_WEBHOOK_URL" in the(queue).history[-1].note) == (what == "act failed")


async def test_a_process_that_died_is_followed_by_another() -> None:
    """It had said that it was about to."""
    async with server() as there:
        queue, now = decided(), [DECIDED + GRACE]

        class Dying(DecisionWebhook):
            """Ends in the middle."""

            async def act(self, item: Item) -> str:
                raise asyncio.CancelledError(item.id)

        with pytest.raises(asyncio.CancelledError):
            await ActingService(queue, [Dying(there.url, SECRET)], lambda: now[0]).tick()
        other = ActingService(queue, [DecisionWebhook(there.url, SECRET)], lambda: now[0])
        await other.tick()
        assert there.seen == []
        now[0] += ACT_MS
        await other.tick()
        assert len(there.seen) == 1


def test_nothing_acts_without_a_token() -> None:
    """And an overturned decision is left to people."""
    assert actors_of(from_environ({})) == []
    environ = {
        "TOCSIN_MODERATION_WEBHOOK_URL": "https://hooks.example/1",
        "TOCSIN_MODERATION_WEBHOOK_SECRET": SECRET,
        "TOCSIN_DISCOURSE_URL": f"https://{HOST}",
        "TOCSIN_DISCOURSE_KEY": "a key of a moderator",
        "TOCSIN_FACEBOOK_TOKEN": "a token of a page",
    }
    actors = actors_of(from_environ(environ))
    assert [one.name for one in actors] == ["webhook", "discourse", "facebook"]
    item = the(decided())
    assert is_due(item, actors[0], DECIDED + GRACE)
    assert not is_due(replace(item, ruling="overturned"), actors[0], DECIDED + GRACE)


async def test_a_server_that_is_away_is_an_error_with_a_remedy() -> None:
    """It may pass."""
    with pytest.raises(DeliveryError) as raised:
        await Facebook("http://127.0.0.1:9", "the token").act(
            the(decided("hide requested", Post(4, "facebook", "d", 0, "", "12_34")))
        )
    assert raised.value.retryable
    assert "the token" not in str(raised.value)
