"""X is heard for what was agreed, and for no cent more, whatever happens."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from sources.budget import EURO, Budget, BudgetUsedUpError, Limits
from sources.item import SourceError
from sources.kinds.x import HISTORY, LEAST_POSTS, WINDOW, X, judge
from sources.kinds.x_stream import BLOCK, MARGIN, TAG, XStream
from sources.settings import SourceSettings
from tests.support.listening import NOW, Clock, CrashError, Kafka, reader
from tests.support.sources_server import SourcesServer, client

if TYPE_CHECKING:
    from sources.client import PoliteClient

AT = datetime.fromtimestamp(NOW / 1000, UTC)
PRICE = 5_000  # millionths of a euro
TOKEN = "x-token"


class XServer:
    """Counts, search, rules and stream of X, with what it would ask for them."""

    def __init__(self, *, usual: int = 1, now: int = 1, posts: int = 200) -> None:
        self.usual, self.now, self.posts = usual, now, posts
        self.billed = 0
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.rules: list[dict[str, str]] = []
        self.fails: int = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        self.asked.append((request.path, dict(request.query)))
        if self.fails:
            return web.Response(status=self.fails)
        if request.path.endswith("/rules"):
            return await self._change_rules(request)
        if request.path.endswith("/stream"):
            return await self._stream(request)
        if "usage" in request.path:
            return web.json_response({"data": {"project_usage": "12", "project_cap": "2000000"}})
        if "counts" in request.path:
            self.billed += PRICE
            return web.json_response({"data": self._counts(request), "meta": {"total_tweet_count": 1}})
        found = [self.post(number) for number in range(self.posts, 0, -1)]
        since = int(request.query.get("since_id", 0))
        found = [post for post in found if int(post["id"]) > since][: int(request.query["max_results"])]
        self.billed += PRICE * len(found)
        return web.json_response({"data": found, "meta": {"result_count": len(found)}} if found else {"meta": {}})

    def _counts(self, request: web.Request) -> list[dict[str, Any]]:
        start = datetime.fromisoformat(request.query["start_time"])
        minutes = int((datetime.fromisoformat(request.query["end_time"]) - start) / timedelta(minutes=1))
        return [
            {
                "start": (start + timedelta(minutes=minute)).isoformat(),
                "end": (start + timedelta(minutes=minute + 1)).isoformat(),
                "tweet_count": self.now if minute >= minutes - WINDOW else self.usual,
            }
            for minute in range(minutes)
        ]

    async def _change_rules(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            body = await request.json()
            gone = body.get("delete", {}).get("ids", [])
            self.rules = [rule for rule in self.rules if rule["id"] not in gone]
            for rule in body.get("add", []):
                if rule["value"] == "(":
                    return web.json_response({"errors": [{"title": "Invalid Rule", "details": ["no viable \x1b"]}]})
                self.rules.append(rule | {"id": str(len(self.rules) + 100)})
        return web.json_response({"data": self.rules} if self.rules else {"meta": {"sent": "now"}})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for number in range(1, self.posts + 1):
                body = json.dumps({"data": self.post(number), "matching_rules": [{"id": "1", "tag": TAG}]})
                await response.write(f"\r\n{body}\r\n".encode())
        return response

    def post(self, number: int) -> dict[str, Any]:
        """Return a post."""
        return {
            "id": str(number),
            "text": f"acme is down, {number}",
            "created_at": (AT - timedelta(minutes=1)).isoformat(),
            "author_id": "7",
            "conversation_id": "1",
            "lang": "en",
            "edit_history_tweet_ids": [str(number)],
            "public_metrics": {"like_count": 2, "retweet_count": 1, "reply_count": 0},
        }


def settings(url: str, euros: float = 2.0, **given: Any) -> SourceSettings:
    """Return the settings of a source on X."""
    asked = {"kind": "x", "url": url, "query": "acme", "budget": {"euros": euros}, "private_addresses": True}
    return SourceSettings.model_validate(asked | given)


def paying(euros: float) -> PoliteClient:
    """Return a client with so much money."""
    asking = client()
    asking.budget = Budget(Limits(euros=int(euros * EURO)), clock=lambda: NOW / 1000)
    return asking


def counted(url: str, **given: Any) -> X:
    """Return the source that counts."""
    return X(settings(url, **given), TOKEN, lambda: NOW / 1000)


async def test_usual_times_cost_a_count_at_each_look() -> None:
    """And no post is bought; the query and the day are in one request."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer()
        server.then(there.answer)
        for _ in range(3):
            assert (await counted(server.url).fetch(asking, {})).items == []

    ((path, query), *_) = there.asked
    assert (path, query["query"], query["granularity"]) == ("/2/tweets/counts/recent", "acme", "minute")
    day = datetime.fromisoformat(query["end_time"]) - datetime.fromisoformat(query["start_time"])
    assert day == timedelta(minutes=HISTORY + WINDOW)
    assert AT - datetime.fromisoformat(query["end_time"]) >= timedelta(seconds=30)
    assert asking.budget.left("euros") == EURO - 3 * PRICE == EURO - there.billed


async def test_a_break_buys_the_latest_posts_and_then_those_that_follow() -> None:
    """As many as are allowed at a look; what they were paid is what came."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer(now=8, posts=30)
        server.then(there.answer)
        page = await counted(server.url, x={"posts": 25}).fetch(asking, {})
        there.posts = 34
        later = await counted(server.url, x={"posts": 25}).fetch(asking, page.position)
        none = await counted(server.url, x={"posts": 25}).fetch(asking, later.position)

    assert [item.id for item in later.items] == ["31", "32", "33", "34"]
    assert (len(page.items), none.items, none.notice, none.position["since"]) == (25, [], "", "34")
    assert page.notice == "has 120 posts in 15 min, usually 15: bought 25 of them"
    first = page.items[-1].mention
    assert {first[key] for key in ("channel", "kind", "lang")} == {"x", "post", "en"}
    assert (first["url"], first["engagement"], first["author"]) == ("https://x.com/i/status/30", 3, {"id": "7"})
    assert [query.get("since_id") for path, query in there.asked if "search" in path] == [None, "30", "34"]
    assert asking.budget.left("euros") == EURO - there.billed


async def test_what_is_left_of_the_budget_bounds_what_is_bought() -> None:
    """Ten posts are the least that X sells at a time; then the source rests."""
    async with SourcesServer() as server, paying(0.005 * 19) as asking:
        there = XServer(now=8)
        server.then(there.answer)
        page = await counted(server.url).fetch(asking, {})
        assert len(page.items) == 18
        with pytest.raises(BudgetUsedUpError, match="of today"):
            await counted(server.url).fetch(asking, {})
    assert there.billed == 19 * PRICE


async def test_a_refusal_costs_nothing_and_silence_may_have_cost() -> None:
    """What X did not answer it may bill."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer()
        there.fails = 503
        server.then(there.answer)
        with pytest.raises(SourceError, match="503"):
            await counted(server.url).fetch(asking, {})
        assert asking.budget.left("euros") == EURO
        server.then(server.hang)
        asking._timeout = asking._session._timeout = type(asking._timeout)(total=0.2)  # type: ignore[union-attr]
        with pytest.raises(SourceError, match="in time"):
            await counted(server.url).fetch(asking, {})
        assert asking.budget.left("euros") == EURO - PRICE
    with pytest.raises(SourceError, match="TOCSIN_X_TOKEN"):
        await X(settings(server.url), "").fetch(asking, {})


@pytest.mark.parametrize("seed", range(3))
async def test_a_process_that_dies_again_and_again_never_spends_more_than_the_day_allows(seed: int) -> None:
    """Between any two effects; and while money is left, a break is bought."""
    chance = random.Random(seed)
    async with SourcesServer() as server:
        there = XServer(now=8, posts=40)
        server.then(there.answer)
        asked = settings(server.url, euros=1.2)
        kafka, clock = Kafka(asked.id), Clock()
        for kafka.steps in (None, *(chance.randrange(20) for _ in range(16))):
            there.posts += chance.randrange(15)
            one = reader(kafka, counted(server.url), clock, asked)
            asking = client()
            asking.budget = one.budget
            async with asking:
                with suppress(CrashError):
                    await one.read_once(asking)
            clock.now += 300_000
        assert 0 < there.billed <= 1.2 * EURO
        names = [name for name, _, _ in kafka.sent]
        assert len(names) == len(set(names)) > 0


async def test_a_look_is_free() -> None:
    """`--check` neither counts nor buys."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer()
        server.then(there.answer)
        assert "12 of 2000000 posts used" in (await counted(server.url).look(asking)).notice
        assert (await XStream(settings(server.url), TOKEN).look(asking)).items == []
        there.fails = 401
        with pytest.raises(SourceError, match="401"):
            await counted(server.url).look(asking)
    assert there.billed == 0


async def test_the_stream_keeps_its_rule_and_leaves_those_of_others() -> None:
    """And reads each post once, signs of life between them."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer(posts=3)
        there.rules = [{"id": "1", "value": "old", "tag": TAG}, {"id": "2", "value": "old", "tag": "another tool"}]
        server.then(there.answer)
        one = XStream(settings(server.url, x={"listen": "stream"}), TOKEN)
        items = [item.id async for page in one.stream(asking, {}) for item in page.items]
        pages = [page async for page in one.stream(asking, {"last": "3"})]

    assert items == ["1", "2", "3"]
    assert [(rule["value"], rule["tag"]) for rule in there.rules] == [("old", "another tool"), ("acme", TAG)]
    assert "not heard" in pages[0].notice
    assert not any(page.notice for page in pages[1:])


async def test_the_stream_ends_when_its_money_does() -> None:
    """Blocks are paid ahead; none is begun that cannot be paid."""
    async with SourcesServer() as server, paying(0.005 * (2 * BLOCK + 5)) as asking:
        server.then(XServer(posts=200).answer)
        items: list[Any] = []

        async def read() -> None:
            async for page in XStream(settings(server.url), TOKEN).stream(asking, {}):
                items.extend(page.items)

        with pytest.raises(BudgetUsedUpError):
            await read()
    assert len(items) == 2 * BLOCK - MARGIN
    assert asking.budget.left("euros") == 5 * PRICE


async def test_a_stream_that_is_refused_says_why_and_costs_nothing() -> None:
    """A rule that X does not understand, a connection too many."""
    async with SourcesServer() as server, paying(1.0) as asking:
        there = XServer()
        server.then(there.answer)
        bad = settings(server.url, query="(")
        with pytest.raises(SourceError, match="refuses the rule: 'no viable") as raised:
            await anext(XStream(bad, TOKEN).stream(asking, {}))
        assert str(raised.value).isprintable()
        there.rules = [{"id": "1", "value": "acme", "tag": TAG}]
        listed = there.answer

        async def busy(request: web.Request) -> web.StreamResponse:
            return web.Response(status=429) if request.path.endswith("/stream") else await listed(request)

        server.then(busy)
        with pytest.raises(SourceError, match="429"):
            await anext(XStream(settings(server.url), TOKEN).stream(asking, {}))
    assert asking.budget.left("euros") == EURO


def test_x_is_off_without_a_budget() -> None:
    """Nobody pays by accident."""
    with pytest.raises(ValueError, match=r"needs `budget`.*euros"):
        SourceSettings(kind="x", query="acme")


@given(st.integers(0, 200), st.lists(st.integers(0, 3), min_size=WINDOW, max_size=200))
def test_a_steady_stream_is_no_break_and_a_tenfold_one_is(rate: int, noise: list[int]) -> None:
    """Whatever the rate; a few posts never are."""
    assert not judge([rate] * 200).is_one or rate == 0
    assert not judge([0] * 100 + [1] * (LEAST_POSTS - 1)).is_one
    assert judge([rate] * 200 + [10 * rate + 1] * WINDOW).is_one
    assert judge(noise).threshold >= LEAST_POSTS
