"""Does asking a source once say what works and what does not?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mentions.watchlist.brand_terms import BrandTerms
from sources.registry import Tokens
from sources.selection import SourceBrand
from sources.settings import SourceSettings
from streams.listening.listener import WantedSource
from tests.support.source_answers import POSTS, Post, jetstream, rss
from tests.support.sources_server import SourcesServer, says, settings, streams, tells
from tocsin.listener import trial
from tocsin.listener.trial import Trial, try_source

if TYPE_CHECKING:
    from tests.support.sources_server import Answer

BRAND = SourceBrand(BrandTerms(name="Hallowfirth", keywords=("Hallowfirth",)), everything=False)


async def tried(kind: str, *answers: Answer) -> Trial:
    """Return what comes of asking a source that answers so."""
    async with SourcesServer() as server:
        server.then(*answers)
        return await try_source("here", WantedSource(settings(kind, server.url), (BRAND,)), Tokens())


async def test_a_source_that_works_says_what_it_brought() -> None:
    """How many posts, how many about the brand, and when the newest was written."""
    result = await tried("feed", tells("feed", [*POSTS, Post(3, "Something else", hours=0.25)]))

    assert result.record() == {
        "source": "here",
        "ok": True,
        "items": 3,
        "mentions": 2,
        "newest": "2026-11-28 09:30",
        "budget": "1,000 requests a day",
        "reason": None,
    }
    assert {json.loads(record)["brand"] for record in result.mentions} == {"Hallowfirth"}


@pytest.mark.parametrize(
    ("kind", "answer", "reason"),
    [
        ("feed", says(b"", 404), "404"),
        ("feed", says(b"hello"), "no feed"),
        ("mastodon", says(b"", 401), "login"),
        ("mastodon", says(b'{"error": "x"}'), "without the list"),
        ("youtube", says(b""), "TOCSIN_YOUTUBE_KEY"),
    ],
)
async def test_a_source_that_does_not_work_says_why(kind: str, answer: Any, reason: str) -> None:
    """In one sentence, with the remedy."""
    result = await tried(kind, answer)

    assert not result.record()["ok"]
    assert reason in result.record()["reason"]
    assert (result.items, result.mentions) == (0, ())


async def test_a_source_that_shows_nothing_works_and_says_so() -> None:
    """Some servers show strangers an empty list."""
    result = await tried("feed", says(rss([])))

    assert result.record()["ok"]
    assert "shows nothing" in result.notice


async def stream(server: SourcesServer) -> Trial:
    """Return what comes of asking the server for a stream."""
    wanted = SourceSettings(kind="bluesky", url=server.websocket, private_addresses=True)
    return await try_source("here", WantedSource(wanted, (BRAND,)), Tokens())


async def test_a_stream_is_read_for_its_first_posts() -> None:
    """One page of them."""
    async with SourcesServer() as server:
        server.then(streams(*map(jetstream, POSTS), None))
        result = await stream(server)

    assert (result.items, len(result.mentions), result.error) == (2, 2, "")


async def test_a_stream_that_sends_nothing_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while."""
    monkeypatch.setattr(trial, "STREAM_TIME", 0.1)
    async with SourcesServer() as server:
        server.then(streams(None))
        assert "sent nothing" in (await stream(server)).error

        server.then(streams())
        assert "closed the connection" in (await stream(server)).error
