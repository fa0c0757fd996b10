"""Does every source that is asked bring its posts, each once, and nothing of what hostile servers send?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mentions.watchlist.brand_terms import BrandTerms
from sources.item import Item, SourceError
from sources.seen import SeenItems
from sources.selection import Selection, SourceBrand
from tests.support.source_answers import ANSWERS, NOW, POSTS, Post
from tests.support.sources_server import (
    CannedClient,
    SourcesServer,
    client,
    corrupted,
    cut_off,
    endless,
    fetch,
    gzip_bomb,
    polled,
    redirects,
    says,
    tells,
)

if TYPE_CHECKING:
    from sources.item import Page

KINDS = sorted(ANSWERS)
JSON_KINDS = [kind for kind in KINDS if kind not in {"feed", "app-store"}]
BRAND = SourceBrand(BrandTerms(name="Hallowfirth", keywords=("Hallowfirth",)), everything=True)
MAX_RECORD = 1_000_000


def sources_of(posts: tuple[Post, ...], items: list[Item]) -> list[tuple[str, int]]:
    """Return texts with their instants, as the items have them, after a check against the posts."""
    assert [item.mention["text"] for item in items] == [post.text for post in posts]
    return [(item.mention["text"], item.mention["published_at"]) for item in items]


@pytest.mark.parametrize("kind", KINDS)
async def test_posts_become_mentions_oldest_first(kind: str) -> None:
    """Text, instant and author are kept; the id is that of the source; the mention passes the contract."""
    async with SourcesServer() as server:
        page = await fetch(server, kind, ANSWERS[kind](POSTS))

    assert sources_of(POSTS, page.items) == [(post.text, post.ms) for post in POSTS]
    assert len({item.id for item in page.items}) == len(POSTS)
    for item, post in zip(page.items, POSTS, strict=True):
        assert post.author in json.dumps(item.mention["author"])
        selected = Selection([BRAND], "here").select(item, int(NOW.timestamp() * 1000))
        assert [json.loads(record)["brand"] for record in selected.records] == ["Hallowfirth"], selected.rejection


@pytest.mark.parametrize("kind", KINDS)
async def test_what_comes_again_is_news_once_and_an_edit_as_one(kind: str) -> None:
    """The source shows the same posts, in another order and twice; then one of them says something else."""
    seen = SeenItems()
    edited = (POSTS[0], replace(POSTS[1], text="Hallowfirth never answered"))
    news: list[tuple[str, bool]] = []
    position: dict[str, Any] = {}
    async with SourcesServer() as server:
        for shown in (POSTS, POSTS[::-1], POSTS + POSTS, edited, edited):
            page = await fetch(server, kind, ANSWERS[kind](shown), position)
            news += [(item.mention["text"], is_edit) for item, is_edit in seen.fresh(page.items)]
            seen.remember(page.items)
            position = page.position

    assert news == [(POSTS[0].text, False), (POSTS[1].text, False), (edited[1].text, True)]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_post_from_the_future_hides_none_that_follows(kind: str) -> None:
    """Where a source is read from does not go beyond now, so that the next request still finds today's posts."""
    late = replace(POSTS[1], number=3, hours=24 * 365)
    async with SourcesServer() as server:
        page = await fetch(server, kind, ANSWERS[kind]((*POSTS, late)))
        server.requests.clear()
        page = await fetch(server, kind, ANSWERS[kind](POSTS), page.position)

        asked = server.requests[0].query
    assert [item.mention["text"] for item in page.items] == [post.text for post in POSTS]
    since = [int(value.rpartition(">")[2]) for key, value in asked.items() if key in {"numericFilters", "fromdate"}]
    assert all(moment <= NOW.timestamp() for moment in since)


@pytest.mark.parametrize("kind", JSON_KINDS)
async def test_json_of_any_shape_is_refused_or_read_in_part(kind: str) -> None:
    """Each value of a sound answer replaced by each hostile one: a SourceError, or mentions that Kafka can take."""
    selection = Selection([BRAND], "here")
    refused = read = 0
    for body in corrupted(ANSWERS[kind](POSTS[:1])):
        try:
            page: Page = await polled(kind, "https://source.example").fetch(CannedClient(body), {})
        except SourceError:
            refused += 1
            continue
        read += 1
        assert len(json.dumps(page.position)) < 1_000
        assert 0 <= page.wait <= 86_400
        for item in page.items:
            selected = selection.select(item, int(NOW.timestamp() * 1000))
            assert all(len(record) < MAX_RECORD for record in selected.records)
    assert refused >= 10
    assert read >= 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"<!DOCTYPE html><html><head><title>Log in</title></head><body>who are you?</body></html>",
        '{"items": "é"'.encode("latin-1"),
        "[1, 2]".encode("utf-16"),
        b"[" * 200_000,
        b"<![foo[" * 1_000,
        b"\x1f\x8b\x08\x00broken",
    ],
)
async def test_what_is_no_answer_is_an_error(kind: str, body: bytes) -> None:
    """A page to log in, nothing, another encoding, nested without end: the reason says what to check."""
    with pytest.raises(SourceError, match=r"check `url`|no feed|cannot be parsed"):
        await polled(kind, "https://source.example").fetch(CannedClient(body), {})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [401, 403, 404, 410, 429, 500, 503])
async def test_a_refusal_is_an_error_with_its_status(kind: str, status: int) -> None:
    """Only what another day will not mend is for a person."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b"no", status, {"Retry-After": "90"}))
        with pytest.raises(SourceError, match=str(status)) as raised:
            await polled(kind, server.url).fetch(asking, {})

    assert raised.value.status == status
    assert raised.value.permanent == (status < 429)
    assert raised.value.retry_after == 90.0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_server_that_misbehaves_is_an_error_in_good_time(kind: str) -> None:
    """Slow, dripping, cut off, endless, a bomb, a loop: the same for every kind, since one client asks for all."""
    async with SourcesServer() as server, client(timeout=0.2, requests=1_000) as asking:
        for answer in (
            server.hang,
            server.drip,
            cut_off(ANSWERS[kind](POSTS)),
            redirects("/"),
            says(b"\xff", 200, {"Content-Encoding": "gzip"}),
        ):
            server.then(answer)
            with pytest.raises(SourceError):
                await polled(kind, server.url).fetch(asking, {})
    async with SourcesServer() as server, client() as asking:
        for answer in (endless(b" " * 1_000_000), gzip_bomb(200)):
            server.then(answer)
            with pytest.raises(SourceError, match="MB"):
                await polled(kind, server.url).fetch(asking, {})


@pytest.mark.parametrize("kind", KINDS)
async def test_secrets_are_in_no_error_and_no_repr(kind: str) -> None:
    """Tokens go out in headers or the query, and nowhere else."""
    async with SourcesServer() as server, client() as asking:
        asked = polled(kind, server.url)
        server.then(says(b"no", 403), says(b"no"), tells(kind, POSTS))
        for _ in range(2):
            with pytest.raises(SourceError) as raised:
                await asked.fetch(asking, {})
            assert not any(secret in str(raised.value) for secret in ("mastodon-token", "stack-key", "youtube-key"))
        page = await asked.fetch(asking, {})

    assert not any(secret in repr((asked, page)) for secret in ("mastodon-token", "stack-key", "youtube-key"))
