"""Which sources are read for which brands, and what if that changes?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from config.brands.model import Brand
from sources.registry import Tokens
from streams.listening.cursor import Cursor
from streams.listening.listener import Listener, wanted_sources
from tests.support.listening import Kafka
from tests.support.source_answers import Post, rss
from tests.support.sources_server import SourcesServer, says

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.listening.health import SourceHealth

FEED = {"kind": "feed", "url": "https://blog.example/feed"}


def brand(name: str, *sources: dict[str, Any]) -> Brand:
    """Return a brand."""
    return Brand.model_validate({"name": name, "keywords": [name], "sources": list(sources)})


def test_a_source_of_several_brands_is_read_once_for_all() -> None:
    """Each brand takes of it what it wants."""
    wanted = wanted_sources([brand("acme", FEED), brand("brio", FEED | {"about": "brand"}), brand("none")])

    (one,) = wanted.values()
    assert [(taker.terms.name, taker.everything) for taker in one.brands] == [("acme", False), ("brio", True)]
    assert list(wanted) == [one.settings.id] == ["feed https://blog.example/feed"]


def test_it_is_read_as_the_most_generous_of_them_allow() -> None:
    """As often as one wants, as many times as one allows, at a private address if one says so."""
    (one,) = wanted_sources(
        [
            brand("acme", FEED | {"every": "1m", "requests_per_day": 10}),
            brand("brio", FEED | {"every": "1h", "requests_per_day": 500, "private_addresses": True}),
        ]
    ).values()

    assert one.settings.every == timedelta(minutes=1)
    assert one.settings.budget.requests == 500
    assert one.settings.private_addresses


def test_other_places_and_questions_are_other_sources() -> None:
    """In whatever order the brands come."""
    first = brand("acme", FEED, {"kind": "hacker-news", "query": "acme"})
    second = brand("brio", {"kind": "hacker-news", "query": "brio"}, FEED)

    assert wanted_sources([first, second]).keys() == wanted_sources([second, first]).keys()
    assert len(wanted_sources([first, second])) == 3


def test_a_brand_that_changes_changes_what_is_wanted_of_its_sources_alone() -> None:
    """So that only those readers start again; the revision of a brand alone changes nothing."""
    before = wanted_sources([brand("acme", FEED), brand("brio", {"kind": "bluesky"})])
    after = wanted_sources(
        [brand("acme", FEED).model_copy(update={"keywords": ("acme", "acmeco")}), brand("brio", {"kind": "bluesky"})]
    )

    assert [name for name in before if before[name] != after[name]] == ["feed https://blog.example/feed"]


class SlowKafka(Kafka):
    """Has what is sent at once, and says so only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.got, self.may_answer = asyncio.Event(), asyncio.Event()
        self.forgotten: list[str] = []

    async def send(self, source: str, records: Sequence[bytes]) -> int | None:
        """Append mentions, and wait."""
        offset = await super().send(source, records)
        if records:
            self.got.set()
            await self.may_answer.wait()
        return offset

    async def forget(self, source: str) -> None:
        """Note what is to be forgotten."""
        self.forgotten.append(source)

    async def report(self, _: SourceHealth) -> None:
        """Nobody listens."""


async def test_a_change_while_mentions_are_on_their_way_sends_none_twice() -> None:
    """The reader is stopped once Kafka has answered; the next one goes on from there."""
    async with SourcesServer() as server:
        feed = {"kind": "feed", "url": server.url, "private_addresses": True}
        server.then(says(rss([Post(1, "acme is down")])), says(rss([Post(1, "acme is down"), Post(2, "acme is up")])))
        listener = Listener(kafka := SlowKafka(), Tokens(), {}, {0: 0})  # type: ignore[arg-type]
        await listener.update([brand("acme", feed)])
        await kafka.got.wait()
        kafka.got.clear()
        change = asyncio.create_task(listener.update([brand("acme", feed | {"every": "1m"})]))
        await asyncio.sleep(0)
        kafka.may_answer.set()
        await change
        await kafka.got.wait()
        await listener.close()

    assert [text for _, text, _ in kafka.sent] == ["acme is down", "acme is up"]


async def test_a_source_that_nobody_lists_any_more_is_erased_once() -> None:
    """Its cursor and its health go with the last brand that listed it, also one that another process left behind."""
    async with SourcesServer() as server:
        feed = {"kind": "feed", "url": server.url, "private_addresses": True}
        server.then(says(rss([])))
        listener = Listener(kafka := SlowKafka(), Tokens(), {"feed of a removed brand": Cursor()}, {0: 0})  # type: ignore[arg-type]
        await listener.update([brand("acme", feed), brand("brio", feed)])
        await listener.update([brand("brio", feed)])
        assert kafka.forgotten == ["feed of a removed brand"]
        await listener.update([])
        await listener.update([])
        assert kafka.forgotten == ["feed of a removed brand", f"feed {server.url}"]
        await listener.close()
