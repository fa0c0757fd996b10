"""Answers of the sources' servers, in shapes written after their public documentation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

START: Final = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
NOW: Final = START + timedelta(hours=3)


@dataclass(frozen=True)
class Post:
    """What somebody wrote, wherever."""

    number: int
    text: str
    author: str = "ana"
    hours: float = 0.0  # after START
    title: str = ""

    @property
    def at(self) -> datetime:
        """Return when."""
        return START + timedelta(hours=self.hours)

    @property
    def ms(self) -> int:
        """Return when, in ms."""
        return int(self.at.timestamp() * 1000)

    @property
    def iso(self) -> str:
        """Return when, as JSON APIs write it."""
        return self.at.isoformat().replace("+00:00", "Z")


POSTS: Final = (Post(1, "Hallowfirth is down again"), Post(2, "Hallowfirth answers me at last", "ben", 0.5))


def rss(posts: Sequence[Post], *, dated: bool = True) -> bytes:
    """Return RSS 2.0, newest first."""
    entries = "".join(
        f"<item><guid isPermaLink='false'>post-{post.number}</guid><title>{escape(post.title)}</title>"
        f"<link>https://blog.example/{post.number}</link><author>{escape(post.author)}</author>"
        + (f"<pubDate>{post.at:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if dated else "")
        + f"<description>{escape(escape(post.text))}</description></item>"
        for post in reversed(posts)
    )
    head = "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>The Blog</title>"
    return f"{head}{entries}</channel></rss>".encode()


def atom(posts: Sequence[Post]) -> bytes:
    """Return Atom 1.0, newest first."""
    entries = "".join(
        f"<entry><id>tag:blog.example,2026:{post.number}</id><title>{escape(post.title)}</title>"
        f"<link href={quoteattr(f'https://blog.example/{post.number}')}/><author><name>{escape(post.author)}</name>"
        f"</author><updated>{post.iso}</updated><content type='text'>{escape(post.text)}</content></entry>"
        for post in reversed(posts)
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>The Blog</title>{entries}</feed>".encode()


def app_store(posts: Sequence[Post], *, stars: int = 2) -> bytes:
    """Return an app's reviews as the App Store has them: the first entry is the app."""
    entries = "".join(
        f"<entry><updated>{post.iso}</updated><id>{post.number}</id><title>{escape(post.title)}</title>"
        f"<content type='text'>{escape(post.text)}</content><im:rating>{stars}</im:rating>"
        f"<author><name>{escape(post.author)}</name><uri>https://itunes.apple.com/reviews/id{post.number}</uri></author>"
        "</entry>"
        for post in reversed(posts)
    )
    app = "<entry><id>https://apps.apple.com/app/id42</id><title>Hallowfirth</title><im:name>Hallowfirth</im:name></entry>"
    spaces = "xmlns='http://www.w3.org/2005/Atom' xmlns:im='http://itunes.apple.com/rss'"
    return f"<feed {spaces}><title>iTunes Store: Customer Reviews</title>{app}{entries}</feed>".encode()


def mastodon(posts: Sequence[Post]) -> bytes:
    """Return a hashtag's timeline: statuses with HTML, newest first."""
    return _json(
        [
            {
                "id": str(110_000_000_000_000_000 + post.number),
                "uri": f"https://social.example/users/{post.author}/statuses/{post.number}",
                "url": f"https://social.example/@{post.author}/{post.number}",
                "created_at": post.iso,
                "edited_at": None,
                "visibility": "public",
                "spoiler_text": post.title,
                "language": "en",
                "content": f"<p>{escape(post.text)}</p>",
                "account": {
                    "acct": post.author,
                    "display_name": post.author.title(),
                    "followers_count": 12,
                    "bot": False,
                },
            }
            for post in reversed(posts)
        ]
    )


def hacker_news(posts: Sequence[Post]) -> bytes:
    """Return what Algolia finds, newest first."""
    hits = [
        {
            "objectID": str(post.number),
            "author": post.author,
            "created_at": post.iso,
            "created_at_i": post.ms // 1000,
            "comment_text": escape(post.text),
            "story_title": "Ask HN: banks?",
            "title": post.title or None,
            "_tags": ["comment"],
        }
        for post in reversed(posts)
    ]
    return _json({"hits": hits, "nbHits": len(hits), "page": 0, "nbPages": 1, "hitsPerPage": 200})


def stack_exchange(posts: Sequence[Post]) -> bytes:
    """Return what a search by excerpts finds, newest first."""
    items = [
        {
            "item_type": "answer",
            "question_id": 9000 + post.number,
            "answer_id": post.number,
            "creation_date": post.ms // 1000,
            "title": post.title,
            "excerpt": f"<span class='highlight'>{escape(post.text)}</span>",
            "owner": {"display_name": post.author},
        }
        for post in reversed(posts)
    ]
    return _json({"items": items, "has_more": False, "quota_max": 300, "quota_remaining": 299})


def discourse(posts: Sequence[Post]) -> bytes:
    """Return a forum's latest posts, newest first."""
    return _json(
        {
            "latest_posts": [
                {
                    "id": post.number,
                    "username": post.author,
                    "name": post.author.title(),
                    "created_at": post.iso,
                    "cooked": f"<p>{escape(post.text)}</p>",
                    "post_number": 1,
                    "topic_title": post.title,
                    "post_url": f"/t/bank/9/{post.number}",
                }
                for post in reversed(posts)
            ]
        }
    )


def lemmy(posts: Sequence[Post]) -> bytes:
    """Return what a search finds: comments, newest first."""
    comments = [
        {
            "comment": {
                "id": post.number,
                "content": post.text,
                "published": post.iso,
                "ap_id": f"https://lemmy.example/comment/{post.number}",
                "deleted": False,
                "removed": False,
            },
            "creator": {"name": post.author, "actor_id": f"https://lemmy.example/u/{post.author}"},
            "community": {"name": "banks"},
        }
        for post in reversed(posts)
    ]
    return _json({"type_": "All", "comments": comments, "posts": [], "communities": [], "users": []})


def youtube(posts: Sequence[Post]) -> bytes:
    """Return comment threads, newest first."""
    items = [
        {
            "kind": "youtube#commentThread",
            "snippet": {
                "videoId": "dQw4w9WgXcQ",
                "topLevelComment": {
                    "id": f"Ug{post.number}",
                    "snippet": {
                        "textOriginal": post.text,
                        "textDisplay": escape(post.text),
                        "authorDisplayName": post.author,
                        "authorChannelId": {"value": f"UC{post.author}"},
                        "likeCount": 3,
                        "publishedAt": post.iso,
                    },
                },
            },
        }
        for post in reversed(posts)
    ]
    return _json({"kind": "youtube#commentThreadListResponse", "items": items, "pageInfo": {"resultsPerPage": 100}})


def google_play(posts: Sequence[Post], *, stars: int = 2) -> bytes:
    """Return an app's reviews as the Google Play Developer API has them, newest first."""
    reviews = [
        {
            "reviewId": f"gp:{post.number}",
            "authorName": post.author,
            "comments": [
                {
                    "userComment": {
                        "text": f"{post.title}\t{post.text}",
                        "lastModified": {"seconds": str(post.ms // 1000), "nanos": 713000000},
                        "starRating": stars,
                        "reviewerLanguage": "en",
                        "thumbsUpCount": 10,
                    }
                },
                {"developerComment": {"text": "Thank you!", "lastModified": {"seconds": "1", "nanos": 0}}},
            ],
        }
        for post in reversed(posts)
    ]
    return _json({"reviews": reviews, "tokenPagination": {"nextPageToken": ""}})


def app_store_connect(posts: Sequence[Post], *, stars: int = 2) -> bytes:
    """Return an app's reviews as the App Store Connect API has them, newest first."""
    data = [
        {
            "type": "customerReviews",
            "id": f"00000028-{post.number}",
            "attributes": {
                "rating": stars,
                "title": post.title,
                "body": post.text,
                "reviewerNickname": post.author,
                "createdDate": post.iso,
                "territory": "FRA",
            },
        }
        for post in reversed(posts)
    ]
    return _json({"data": data, "links": {"self": "https://api.example/"}, "meta": {"paging": {"total": 2}}})


def jetstream(post: Post, *, operation: str = "create") -> bytes:
    """Return a post as an event of Jetstream."""
    record = {"$type": "app.bsky.feed.post", "text": post.text, "createdAt": post.iso, "langs": ["en"]}
    payload: dict[str, Any] = {
        "seq": post.number,
        "did": f"did:plc:{post.author}",
        "time": post.iso,
        "operation": operation,
        "collection": "app.bsky.feed.post",
        "rkey": f"3k{post.number}",
    }
    return _json({"$type": "message", "payload": payload if operation == "delete" else payload | {"record": record}})


ANSWERS: Final[dict[str, Callable[[Sequence[Post]], bytes]]] = {
    "feed": rss,
    "app-store": app_store,
    "mastodon": mastodon,
    "hacker-news": hacker_news,
    "stack-exchange": stack_exchange,
    "discourse": discourse,
    "lemmy": lemmy,
    "youtube": youtube,
    "google-play": google_play,
    "app-store-connect": app_store_connect,
}
"""The kinds that are asked, with their sound answer."""

QUERIES: Final = {
    "feed": {},
    "mastodon": {"query": "Hallowfirth"},
    "hacker-news": {"query": "Hallowfirth"},
    "stack-exchange": {"query": "Hallowfirth", "site": "money"},
    "discourse": {},
    "lemmy": {"query": "Hallowfirth"},
    "youtube": {"query": "dQw4w9WgXcQ"},
    "app-store": {"query": "42"},
    "google-play": {"query": "com.example.bank"},
    "app-store-connect": {"query": "42"},
}
"""What each kind is asked for."""


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
