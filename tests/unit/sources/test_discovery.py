"""Are the feeds of a page found, and only those?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from sources.discovery import MAX_NAMED, USUAL_PATHS, find_feeds
from sources.item import SourceError
from tests.support.source_answers import POSTS, atom, rss
from tests.support.sources_server import SourcesServer, client, says

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.discovery import FoundFeed


async def found(places: Mapping[str, bytes], start: str = "/") -> tuple[list[FoundFeed], list[str]]:
    """Return the feeds that are found at a server with these places, and the paths that were asked for."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path == "/moved":
            raise web.HTTPFound("/blog/")
        body = places.get(request.path)
        return web.Response(body=body, status=200 if body is not None else 404)

    async with SourcesServer() as server, client() as asking:
        server.then(answer)
        feeds = await find_feeds(asking, f"{server.url}{start}")
        return [feed._replace(url=feed.url.removeprefix(server.url)) for feed in feeds], [
            r.path for r in server.requests
        ]


def page(*links: str) -> bytes:
    """Return a page whose head names links."""
    return f"<!DOCTYPE html><html><head><title>Blog</title>{''.join(links)}</head><body>Hello</body></html>".encode()


def link(place: str, kind: str = "application/rss+xml") -> str:
    """Return a link to a feed."""
    return f'<link rel="alternate" type="{kind}" title="x" href="{place}">'


async def test_a_feed_is_found_itself() -> None:
    """With its name and how many entries it holds."""
    feeds, asked = await found({"/feed": rss(POSTS)}, "/feed")

    assert feeds == [("/feed", "The Blog", len(POSTS))]
    assert asked == ["/feed"]


async def test_a_page_names_its_feeds() -> None:
    """RSS or Atom, by whatever form of address; what is named and is no feed is left out."""
    head = page(link("/a.xml"), link("b.xml", "APPLICATION/ATOM+XML"), link("/none.xml"), link("/a.xml"))
    feeds, _ = await found(
        {"/blog/": head, "/a.xml": rss(POSTS), "/blog/b.xml": atom(POSTS), "/none.xml": b"x"}, "/blog/"
    )

    assert [feed.url for feed in feeds] == ["/a.xml", "/blog/b.xml"]


async def test_links_are_read_from_where_the_page_is_in_the_end() -> None:
    """After a redirect."""
    feeds, _ = await found({"/blog/": page(link("feed.xml")), "/blog/feed.xml": rss(POSTS)}, "/moved")

    assert [feed.url for feed in feeds] == ["/blog/feed.xml"]


@pytest.mark.parametrize("start", ["/forum", "/forum/", "/forum?x=1#y"])
async def test_the_usual_places_are_tried_where_none_is_named(start: str) -> None:
    """Below the page, as forums and blogs have them."""
    feeds, asked = await found({start.partition("?")[0]: page(), "/forum/latest.rss": rss(POSTS)}, start)

    assert [feed.url for feed in feeds] == ["/forum/latest.rss"]
    assert asked[1:] == [f"/forum/{path}" for path in USUAL_PATHS]


@pytest.mark.parametrize(
    "head",
    [
        '<link rel="stylesheet" type="application/rss+xml" href="/a">',
        '<link rel="alternate" type="text/html" href="/a">',
        '<link rel="alternate" type="application/rss+xml">',
        link("http://["),
        link("file:///etc/passwd"),
        link("javascript:alert(1)"),
        "<![foo[",
        "<!" * 20_000,
        "<" * 20_000,
        "<link " * 10_000,
    ],
)
@pytest.mark.timeout(20)
async def test_a_page_that_names_none_has_none(head: str) -> None:
    """Nor does one that means harm break anything."""
    feeds, asked = await found({"/": page(head)})

    assert feeds == []
    assert len(asked) == 1 + len(USUAL_PATHS)


async def test_a_page_that_names_too_many_is_asked_for_some() -> None:
    """It costs the page's owner requests, or a third party."""
    feeds, asked = await found(
        {"/": page(*(link(f"/{n}.xml") for n in range(100)))} | {f"/{n}.xml": rss(POSTS) for n in range(100)}
    )

    assert len(feeds) == MAX_NAMED
    assert len(asked) == 1 + MAX_NAMED


async def test_a_feed_within_our_network_is_not_asked() -> None:
    """A stranger's page may name it."""
    async with SourcesServer() as server, client(allow_private=False) as asking:
        server.then(says(page()))
        with pytest.raises(SourceError, match="private address"):
            await find_feeds(asking, server.url)

        assert server.requests == []


async def test_a_page_that_cannot_be_read_is_an_error() -> None:
    """With its reason."""
    with pytest.raises(SourceError, match="404"):
        await found({})
