"""Is a hashtag of Mastodon read forward, with who wrote it and whether it is meant for all?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.item import SourceError
from sources.kinds.mastodon import PAGE, Mastodon
from sources.settings import SourceSettings
from tests.support.source_answers import POSTS, Post, mastodon
from tests.support.sources_server import SourcesServer, client, fetch, polled, redirects, says, tells

FIRST = 110_000_000_000_000_001


def changed(**fields: Any) -> bytes:
    """Return a timeline of one post with some fields changed."""
    (status,) = json.loads(mastodon(POSTS[:1]))
    return json.dumps([status | fields]).encode()


async def test_a_post_carries_its_author_server_and_warning() -> None:
    """A local handle gets its server; the id is the post's own address, the same on every server."""
    async with SourcesServer() as server:
        (item,) = (await fetch(server, "mastodon", changed(spoiler_text="Rant"))).items

        assert server.requests[0].path == "/api/v1/timelines/tag/Hallowfirth"
    assert item.mention["text"] == f"Rant\n{POSTS[0].text}"
    assert item.mention["author"] == {"id": "ana@127.0.0.1", "name": "Ana", "followers": 12}
    assert item.id == "https://social.example/users/ana/statuses/1"
    assert item.mention["lang"] == "en"


@pytest.mark.parametrize(("visibility", "read"), [("public", 1), ("unlisted", 1), ("private", 0), ("direct", 0)])
async def test_what_is_not_for_all_is_left_out(visibility: str, read: int) -> None:
    """A token may see more than the public does."""
    async with SourcesServer() as server:
        assert len((await fetch(server, "mastodon", changed(visibility=visibility))).items) == read


async def test_it_is_read_forward_page_by_page() -> None:
    """A full page asks for more at once; the cursor is the newest id, by number and not by spelling."""
    full = [Post(number, f"Hallowfirth {number}") for number in range(PAGE)]
    async with SourcesServer() as server, client() as asking:
        server.then(tells("mastodon", POSTS[:1]), tells("mastodon", full), tells("mastodon", []))
        source = polled("mastodon", server.url)
        first = await source.fetch(asking, {})
        second = await source.fetch(asking, first.position)
        third = await source.fetch(asking, second.position)

        assert [request.query.get("min_id") for request in server.requests] == [None, str(FIRST), str(FIRST + PAGE - 2)]
    assert [first.more, second.more, third.more] == [False, True, False]
    assert third.position == second.position


async def test_a_server_that_ignores_the_cursor_is_not_asked_without_end() -> None:
    """A full page that brings nothing newer is the last."""
    full = [Post(number, f"Hallowfirth {number}") for number in range(PAGE)]
    async with SourcesServer() as server:
        page = await fetch(server, "mastodon", mastodon(full), {"last": str(FIRST + PAGE)})

    assert not page.more


async def test_a_server_that_wants_a_login_says_what_to_set() -> None:
    """As servers do since version 4.5."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(b'{"error": "This method requires an authenticated user"}', 401))
        with pytest.raises(SourceError, match="set the source's token") as raised:
            await polled("mastodon", server.url).fetch(asking, {})

    assert raised.value.permanent


async def test_the_token_is_shown_to_its_server_alone() -> None:
    """A redirect to another host or port gets none."""
    async with SourcesServer() as server, SourcesServer() as other, client() as asking:
        server.then(redirects("/again"), redirects(other.url))
        other.then(tells("mastodon", POSTS))
        await polled("mastodon", server.url).fetch(asking, {})

        shown = [request.headers.get("Authorization") for request in (*server.requests, *other.requests)]
    assert shown == ["Bearer mastodon-token", "Bearer mastodon-token", None]


def test_a_hashtag_is_one_part_of_the_address() -> None:
    """Whatever it holds."""
    source = Mastodon(SourceSettings(kind="mastodon", url="https://social.example", query="#a/../b?c"))

    assert source._url == "https://social.example/api/v1/timelines/tag/a%2F..%2Fb%3Fc"
