"""What is asked of Hacker News, Stack Exchange, Lemmy, YouTube and the App Store, and what comes of the answers?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from sources.item import SourceError
from sources.kinds.hacker_news import OVERLAP
from sources.kinds.stack_exchange import host_of
from sources.kinds.youtube import YouTube
from sources.settings import SourceSettings
from tests.support.source_answers import NOW, POSTS, Post, app_store, hacker_news, lemmy, stack_exchange, youtube
from tests.support.sources_server import SourcesServer, client, fetch, polled, says, settings

SECOND = POSTS[1].ms // 1000


def changed(answer: bytes, *path: Any, **fields: Any) -> bytes:
    """Return an answer with fields of the object at `path` changed."""
    whole = inner = json.loads(answer)
    for step in path:
        inner = inner[step]
    inner.update(fields)
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("kind", "answer", "parameter", "since"),
    [
        ("hacker-news", hacker_news, "numericFilters", f"created_at_i>{SECOND - OVERLAP}"),
        ("stack-exchange", stack_exchange, "fromdate", str(SECOND - OVERLAP)),
    ],
)
async def test_a_search_goes_on_an_hour_before_the_last_post(
    kind: str, answer: Any, parameter: str, since: str
) -> None:
    """Indexes take posts in late. An answer without posts leaves the cursor where it was."""
    async with SourcesServer() as server:
        first = await fetch(server, kind, answer(POSTS))
        second = await fetch(server, kind, answer([]), first.position)

        assert [request.query.get(parameter) for request in server.requests] == [None, since]
        assert {request.query.get("query") or request.query["q"] for request in server.requests} == {"Hallowfirth"}
    assert first.position == second.position == {"last": SECOND}


async def test_hacker_news_tells_where_to_read_it() -> None:
    """A comment carries the story that it is about; HTML is text."""
    async with SourcesServer() as server:
        body = changed(hacker_news(POSTS[:1]), "hits", 0, comment_text="<p>it&#x27;s <i>down</i></p>")
        (item,) = (await fetch(server, "hacker-news", body)).items

    assert item.mention["text"] == "it's down"
    assert item.mention["url"] == "https://news.ycombinator.com/item?id=1"
    assert item.mention["thread"] == "1"


@pytest.mark.parametrize(
    ("kind", "answer", "full"),
    [("hacker-news", hacker_news, {"nbPages": 2}), ("stack-exchange", stack_exchange, {"has_more": True})],
)
async def test_more_than_one_answer_holds_is_reported(kind: str, answer: Any, full: dict[str, Any]) -> None:
    """Not at first: what was before is history."""
    async with SourcesServer() as server:
        pages = [
            await fetch(server, kind, body, {"last": last} if last else {})
            for body in (answer(POSTS), changed(answer(POSTS), **full))
            for last in (0, SECOND)
        ]

    assert ["not heard" in page.notice for page in pages] == [False, False, False, True]


@pytest.mark.parametrize(("backoff", "wait"), [(10, 10.0), (0, 0.0), (10**12, 86_400.0), ("10", 0.0), (None, 0.0)])
async def test_stack_exchange_is_left_alone_for_as_long_as_it_asks(backoff: Any, wait: float) -> None:
    """A day at most: it may say anything."""
    async with SourcesServer() as server:
        page = await fetch(server, "stack-exchange", changed(stack_exchange(POSTS), backoff=backoff))

    assert page.wait == wait


async def test_questions_and_answers_are_distinguished() -> None:
    """Each of the two has numbers of its own."""
    async with SourcesServer() as server:
        answer = (await fetch(server, "stack-exchange", stack_exchange(POSTS[:1]))).items[0]
        body = changed(stack_exchange(POSTS[:1]), "items", 0, answer_id=None, question_id=1)
        question = (await fetch(server, "stack-exchange", body)).items[0]

        assert server.requests[0].query["key"] == "stack-key"
    assert (answer.id, answer.mention["url"]) == ("a1", "https://money.stackexchange.com/a/1")
    assert (question.id, question.mention["url"]) == ("q1", "https://money.stackexchange.com/q/1")


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("stackoverflow", "stackoverflow.com"),
        ("meta.stackoverflow", "meta.stackoverflow.com"),
        ("money", "money.stackexchange.com"),
    ],
)
def test_sites_have_their_own_hosts(site: str, host: str) -> None:
    """Most lie below stackexchange.com."""
    assert host_of(site) == host


@pytest.mark.parametrize("gone", ["deleted", "removed"])
async def test_lemmy_tells_what_was_taken_down(gone: str) -> None:
    """By its author, or by a moderator."""
    async with SourcesServer() as server:
        body = changed(lemmy(POSTS), "comments", 0, "comment", **{gone: True})
        items = (await fetch(server, "lemmy", body)).items
        assert [(item.mention["text"], item.deleted) for item in items] == [(POSTS[0].text, False), ("", True)]


async def test_lemmy_reads_posts_and_comments_in_order() -> None:
    """A post has a title; ids are addresses, the same on every instance."""
    whole = json.loads(lemmy(POSTS))
    post = {
        "id": 5,
        "name": "Down",
        "body": "again",
        "published": POSTS[0].iso,
        "ap_id": "https://lemmy.example/post/5",
    }
    whole["posts"] = [{"post": post, "creator": {"name": "eve"}, "community": {"name": "banks"}}]
    async with SourcesServer() as server:
        items = (await fetch(server, "lemmy", json.dumps(whole).encode())).items

    assert [item.mention["text"] for item in items] == ["Down\nagain", POSTS[0].text, POSTS[1].text]
    assert items[0].id == items[0].mention["url"] == "https://lemmy.example/post/5"
    assert {item.mention["community"] for item in items} == {"banks"}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\x1b[2J", ""])
async def test_an_address_that_is_none_is_no_link(address: str) -> None:
    """The post counts without it."""
    async with SourcesServer() as server:
        (item,) = (
            await fetch(server, "lemmy", changed(lemmy(POSTS[:1]), "comments", 0, "comment", ap_id=address))
        ).items

    assert "url" not in item.mention


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("UC_x5XG1OV2P6uZZ5FSM9Ttw", "allThreadsRelatedToChannelId"),
        ("UCabcdefghi", "videoId"),
        ("dQw4w9WgXcQ", "videoId"),
    ],
)
async def test_youtube_asks_for_a_channel_or_a_video(query: str, parameter: str) -> None:
    """A video's id may begin as a channel's does; the key is in a header, not in the address."""
    async with SourcesServer() as server:
        await fetch(server, "youtube", youtube(POSTS), query=query)
        (request,) = server.requests

    assert request.query[parameter] == query
    assert request.headers["X-Goog-Api-Key"] == "youtube-key"
    assert "youtube-key" not in request.path_qs


async def test_youtube_without_a_key_says_so_and_asks_nothing() -> None:
    """The remedy is in the reason."""
    async with SourcesServer() as server, client() as asking:
        with pytest.raises(SourceError, match="TOCSIN_YOUTUBE_KEY") as raised:
            await YouTube(settings("youtube", server.url)).fetch(asking, {})

        assert server.requests == []
    assert raised.value.permanent


@pytest.mark.parametrize(("likes", "engagement"), [(3, 3), (-3, None), (10**20, None), ("3", None)])
async def test_a_count_that_is_none_costs_the_count_alone(likes: Any, engagement: int | None) -> None:
    """The comment is read without it."""
    async with SourcesServer() as server:
        path = ("items", 0, "snippet", "topLevelComment", "snippet")
        (item,) = (await fetch(server, "youtube", changed(youtube(POSTS[:1]), *path, likeCount=likes))).items

    assert item.mention.get("engagement") == engagement


async def test_reviews_carry_their_stars_and_the_app_is_none() -> None:
    """The feed's first entry is about the app itself."""
    async with SourcesServer() as server:
        page = await fetch(
            server, "app-store", app_store([Post(1, "Crashes.", title="Useless")], stars=1), country="fr"
        )

        assert server.requests[0].path == "/fr/rss/customerreviews/id=42/sortBy=mostRecent/xml"
    (item,) = page.items
    assert (item.mention["text"], item.mention["rating"]) == ("Useless\nCrashes.", 1)
    assert item.mention["channel"] == "app-store-fr"


@pytest.mark.parametrize("stars", [0, 6, 11, "five", ""])
async def test_an_entry_without_stars_is_no_review(stars: Any) -> None:
    """Anything else than one to five is left out."""
    async with SourcesServer() as server:
        assert (await fetch(server, "app-store", app_store(POSTS, stars=stars))).items == []


async def test_the_number_of_an_app_may_be_given_as_in_its_address() -> None:
    """With or without `id`."""
    source = polled("app-store", "https://itunes.example", query="id42")

    assert "/id=42/" in source._url


async def test_an_answer_of_long_ago_is_an_answer() -> None:
    """A search that finds nothing since keeps its cursor, whatever the clock says."""
    async with SourcesServer() as server, client() as asking:
        server.then(says(hacker_news([])))
        page = await polled("hacker-news", server.url).fetch(asking, {"last": int(NOW.timestamp()) - 10**6})

    assert page.position == {"last": int(NOW.timestamp()) - 10**6}


def test_kinds_are_read_at_their_own_servers_by_default() -> None:
    """Where no url is given."""
    source = YouTube(SourceSettings(kind="youtube", query="dQw4w9WgXcQ"), "key")

    assert source._url == "https://www.googleapis.com/youtube/v3/commentThreads"
