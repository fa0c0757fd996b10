"""Is a forum read back to the last post known, and is it told if that is too far?"""

from __future__ import annotations

import json

from sources.kinds.discourse import MAX_PAGES
from tests.support.source_answers import POSTS, Post, discourse
from tests.support.sources_server import SourcesServer, client, fetch, polled, says, tells


def posts(first: int, last: int) -> list[Post]:
    """Return posts by number."""
    return [Post(number, f"Hallowfirth {number}", hours=number / 1_000) for number in range(first, last + 1)]


async def test_a_post_has_its_title_once_and_its_address() -> None:
    """The first of a topic carries the topic's title; its author has a handle and a name."""
    async with SourcesServer() as server:
        (item,) = (await fetch(server, "discourse", discourse([Post(1, "Down again", title="Hallowfirth")]))).items

        assert item.mention["url"] == f"{server.url}/t/bank/9/1"
    assert item.mention["text"] == "Hallowfirth\nDown again"
    assert item.mention["author"] == {"id": "ana", "name": "Ana"}


async def test_at_first_the_latest_page_is_enough() -> None:
    """What was before is history."""
    async with SourcesServer() as server:
        page = await fetch(server, "discourse", discourse(posts(50, 60)))

        assert len(server.requests) == 1
    assert (len(page.items), page.position, page.notice) == (11, {"last": 60, "first": 50}, "")


async def test_later_it_is_read_back_to_the_last_post_known() -> None:
    """Page by page and a little further, for late edits and deletions; oldest first in the end; pages may overlap."""
    async with SourcesServer() as server, client() as asking:
        server.then(
            tells("discourse", posts(80, 99)), tells("discourse", posts(60, 80)), tells("discourse", posts(40, 59))
        )
        page = await polled("discourse", server.url).fetch(asking, {"last": 60, "first": 45})

        assert [request.query.get("before") for request in server.requests] == [None, "80", "60"]
    assert [item.id for item in page.items] == [str(number) for number in range(45, 100)], (
        "what was before the first look"
    )
    assert (page.position, page.notice) == ({"last": 99, "first": 45}, "")


async def test_a_later_page_that_fails_is_asked_for_again() -> None:
    """The pages before it are not read for nothing; a failure of the first page is one, as with any source."""
    async with SourcesServer() as server, client() as asking:
        server.then(tells("discourse", posts(80, 99)), says(b"", status=503), tells("discourse", posts(20, 80)))
        page = await polled("discourse", server.url).fetch(asking, {"last": 60})

        assert [request.query.get("before") for request in server.requests] == [None, "80", "80"]
    assert len(page.items) == 80


async def test_what_is_too_far_back_follows_in_the_next_reads() -> None:
    """After so many pages it stops, says so, and goes on there the next time, until the last post known."""
    newest = 1_000
    pages = [tells("discourse", posts(last - 9, last)) for last in range(newest, newest - 10 * MAX_PAGES, -10)]
    low = newest - 10 * MAX_PAGES + 1
    async with SourcesServer() as server, client() as asking:
        forum = polled("discourse", server.url)
        server.then(*pages)
        page = await forum.fetch(asking, {"last": low - 15, "first": 1})
        assert len(server.requests) == MAX_PAGES
        assert "follow" in page.notice
        assert page.position == {"last": newest, "first": 1, "gap": [low - 15, low]}

        server.then(
            tells("discourse", posts(newest - 20, newest + 3)),
            tells("discourse", posts(low - 10, low - 1)),
            tells("discourse", posts(low - 40, low - 11)),
        )
        later = await forum.fetch(asking, page.position)
        assert [request.query.get("before") for request in server.requests[MAX_PAGES:]] == [
            None,
            str(low),
            str(low - 10),
        ]
    assert {item.id for item in later.items} >= {str(number) for number in range(low - 15, low)}
    assert (later.position, later.notice) == ({"last": newest + 3, "first": 1}, "")


async def test_a_second_gap_joins_the_first() -> None:
    """A forum that is busier than it is read is still read to the end: what lies between is known, and read again."""
    pages = [tells("discourse", posts(last - 9, last)) for last in range(2_000, 2_000 - 10 * MAX_PAGES, -10)]
    async with SourcesServer() as server, client() as asking:
        server.then(*pages)
        page = await polled("discourse", server.url).fetch(asking, {"last": 1_000, "first": 1, "gap": [300, 901]})

    assert page.position["gap"] == [300, 2_000 - 10 * MAX_PAGES + 1]


async def test_a_forum_that_shows_the_same_page_again_is_not_asked_without_end() -> None:
    """Whatever `before` says."""
    async with SourcesServer() as server:
        page = await fetch(server, "discourse", discourse(POSTS), {"last": -1})

        assert len(server.requests) == 2
    assert len(page.items) == len(POSTS)


async def test_a_search_is_asked_for_its_words_latest_first() -> None:
    """Its excerpts have other names than posts."""
    found = {"id": 3, "username": "eve", "created_at": POSTS[0].iso, "blurb": "Hallowfirth …", "post_number": 4}
    async with SourcesServer() as server, client() as asking:
        server.then(says(json.dumps({"posts": [found], "topics": []}).encode()))
        page = await polled("discourse", server.url, query="Hallowfirth").fetch(asking, {})

        assert server.requests[0].query["q"] == "Hallowfirth order:latest"
        assert page.items[0].mention["url"] == f"{server.url}/p/3"
    assert page.items[0].mention["text"] == "Hallowfirth …"
