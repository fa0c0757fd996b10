"""Is Bluesky's stream read from where it was left, and what if it breaks?"""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from sources.item import SourceError
from sources.kinds import bluesky
from sources.kinds.bluesky import Bluesky, read
from sources.settings import SourceSettings
from tests.support.source_answers import POSTS, Post, jetstream
from tests.support.sources_server import SourcesServer, client, corrupted, redirects, says, streams

if TYPE_CHECKING:
    from sources.item import Item, Page

ERROR = b'{"$type": "error", "payload": {"error": "ConsumerTooSlow", "message": "you read too slowly"}}'


async def pages_of(server: SourcesServer, position: dict[str, Any] | None = None) -> tuple[list[Page], SourceError]:
    """Return the pages until the stream ends, and how it ended."""
    source = Bluesky(SourceSettings(kind="bluesky", url=server.websocket, private_addresses=True))
    pages: list[Page] = []
    async with client(timeout=0.5) as asking, aclosing(source.stream(asking, position or {})) as stream:
        try:
            async for page in stream:
                pages.append(page)  # noqa: PERF401  what came before the error counts
        except SourceError as error:
            return pages, error
    raise AssertionError("a stream ends with a reason")


def items_of(pages: list[Page]) -> list[Item]:
    """Return the items of all pages."""
    return [item for page in pages for item in page.items]


async def test_posts_become_mentions() -> None:
    """Text, author, language and the address on the web; the cursor is that of the last event."""
    async with SourcesServer() as server:
        server.then(streams(*map(jetstream, POSTS)))
        pages, _ = await pages_of(server)

        asked = server.requests[0]
    first, second = items_of(pages)
    assert first.mention == {
        "id": "did:plc:ana/3k1",
        "text": POSTS[0].text,
        "published_at": POSTS[0].ms,
        "channel": "bluesky",
        "kind": "post",
        "author": {"id": "did:plc:ana"},
        "url": "https://bsky.app/profile/did:plc:ana/post/3k1",
        "lang": "en",
    }
    assert second.id == "did:plc:ben/3k2"
    assert pages[-1].position == {"seq": 2}
    assert (asked.query["collections"], "cursor" in asked.query) == ("app.bsky.feed.post", False)


async def test_it_goes_on_at_the_cursor_and_never_back() -> None:
    """The cursor's own event comes again, as an older one may; what was heard before stays noted."""
    async with SourcesServer() as server:
        server.then(streams(*map(jetstream, POSTS)))
        pages, _ = await pages_of(server, {"seq": 7})

        assert server.requests[0].query["cursor"] == "7"
    assert [page.position for page in pages] == [{"seq": 7}]


async def test_an_update_is_a_post_with_its_new_text_a_deletion_one_without() -> None:
    """Both move the cursor."""
    events = [jetstream(Post(3, "Hallowfirth, corrected"), operation="update"), jetstream(POSTS[0], operation="delete")]
    async with SourcesServer() as server:
        server.then(streams(*events))
        pages, _ = await pages_of(server)

    updated, gone = items_of(pages)
    assert (updated.mention["text"], updated.deleted) == ("Hallowfirth, corrected", False)
    assert (gone.id, gone.mention["text"], gone.deleted) == ("did:plc:ana/3k1", "", True)
    assert pages[-1].position == {"seq": 3}


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (ERROR, "you read too slowly"),
        (1001, "closed the connection"),
        (1013, "closed the connection"),
        (None, "in time"),
    ],
)
async def test_what_came_before_the_stream_breaks_is_read(ending: Any, reason: str) -> None:
    """Else a server that breaks each time within a second would never be read at all."""
    async with SourcesServer() as server:
        server.then(streams(jetstream(POSTS[0]), jetstream(POSTS[1]), ending))
        pages, error = await pages_of(server)

    assert [item.mention["text"] for item in items_of(pages)] == [post.text for post in POSTS]
    assert pages[-1].position == {"seq": 2}
    assert reason in str(error)
    assert not error.permanent


async def test_a_cursor_that_is_too_old_is_reported_and_reading_starts_at_the_present() -> None:
    """The notice goes with the first posts; the next page has none."""
    async with SourcesServer() as server:
        server.then(says(b'{"error": "CursorTooOld"}', 400), streams(jetstream(POSTS[1])))
        pages, _ = await pages_of(server, {"seq": 1_000})

        assert [request.query.get("cursor") for request in server.requests] == ["1000", None]
    assert [("not heard" in page.notice, page.position) for page in pages] == [(True, {"seq": 2})]


async def test_a_server_that_refuses_everything_leaves_the_cursor_as_it_is() -> None:
    """A bad request is no proof that the cursor was too old."""
    async with SourcesServer() as server:
        server.then(says(b"", 400))
        pages, error = await pages_of(server, {"seq": 1_000})

    assert (pages, error.status) == ([], 400)


async def test_a_server_that_is_busy_says_when_to_come_again() -> None:
    """The handshake's Retry-After counts as any other."""
    async with SourcesServer() as server:
        server.then(says(b"", 429, {"Retry-After": "120"}))
        _, error = await pages_of(server)

    assert (error.retry_after, error.status, error.permanent) == (120.0, 429, False)


async def test_frames_that_are_no_events_are_passed_over() -> None:
    """Broken JSON, other values, nested without end, an event without its parts."""
    broken = (b"{", b"null", b"[1]", b"[" * 100_000, b"\xc3\xa9", b'{"$type": 1}', b'{"payload": []}')
    async with SourcesServer() as server:
        server.then(streams(*broken, jetstream(POSTS[0]), *broken))
        pages, _ = await pages_of(server)

    assert [item.mention["text"] for item in items_of(pages)] == [POSTS[0].text]


async def test_a_frame_that_is_too_large_ends_the_stream() -> None:
    """Memory is bounded."""
    async with SourcesServer() as server:
        server.then(streams(b'{"a": "%s"}' % (b"x" * 5_000_000)))
        pages, error = await pages_of(server)

    assert items_of(pages) == []
    assert "connection" in str(error)


async def test_a_handshake_is_not_led_to_a_private_address() -> None:
    """Aiohttp follows redirects of a handshake: each is checked."""
    async with SourcesServer() as server, client(allow_private=False) as asking:
        server.then(redirects("http://127.0.0.1:1/"))
        with pytest.raises(SourceError, match="private address"):
            async with asking.websocket(f"ws://localhost:{server.port}/", {}, bluesky.PROTOCOL):
                pass


def test_events_of_any_shape_are_a_post_or_none() -> None:
    """Each value of an event replaced by each hostile one."""
    read_ones = [
        read(json.loads(body)) for body in corrupted(json.dumps(json.loads(jetstream(POSTS[0]))["payload"]).encode())
    ]

    assert sum(item is not None for item in read_ones) > 50
    assert sum(item is None for item in read_ones) > 50
