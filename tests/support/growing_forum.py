"""Server whose posts appear one after another: feeds in any order, hashtags and forums in pages; it fails now and then.

With `changes` some posts of feeds and forums are edited a little later, and some of forums deleted.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

BRAND: Final = "Brisela"
FEED_LENGTH: Final = 150
"""Posts that the feed shows unless told otherwise, the latest."""

FIRST: Final = 20
"""Posts that are there from the beginning."""

FAILS_EVERY: Final = 10

EDITED_AFTER, DELETED_AFTER = 10, 12
"""Posts that are written between a post and its edit, or its deletion."""

PAGE: Final = 50
"""Posts that a forum shows on a page."""


def is_edited(number: int) -> bool:
    """Return whether a post is one that is edited."""
    return number % 7 == 3


def is_deleted(number: int) -> bool:
    """Return whether a post of a forum is one that is deleted."""
    return number % 11 == 5


class GrowingForum:
    """A forum, and a server of hashtags, whose posts appear one after another; the feed shows them in any order."""

    def __init__(self, posts: int, pace: float, shown: int = FEED_LENGTH, *, changes: bool = False) -> None:
        """Take how many posts there will be, the seconds between two (0: `grow` adds them), and how many are shown."""
        self._changes = changes
        self.answers = Counter[str]()  # requests, by path
        self.posts = posts
        self._shown = shown
        self._pace = pace
        self._start = 0.0  # when it was asked for the first time
        self._grown = 0
        self._chance = random.Random(5)

    @property
    def written(self) -> int:
        """Return how many posts there are by now: the first ones stand before anybody looks."""
        if not self._pace:
            return min(self.posts, FIRST + self._grown)
        self._start = self._start or time.monotonic()
        return FIRST + min(self.posts - FIRST, int((time.monotonic() - self._start) / self._pace))

    def grow(self, posts: int) -> None:
        """Add posts."""
        self._grown += posts

    def feed(self) -> str:
        """Return the latest posts as a feed whose order means nothing."""
        shown = list(range(max(0, self.written - self._shown), self.written))
        shown += self._chance.sample(shown, len(shown) // 3)
        self._chance.shuffle(shown)
        entries = "".join(
            f"<item><guid isPermaLink='false'>f{n}</guid><title>{escape(self.says(n))}</title></item>" for n in shown
        )
        return f"<rss version='2.0'><channel><title>forum</title>{entries}</channel></rss>"

    def says(self, number: int) -> str:
        """Return what a post says by now."""
        edited = self._changes and is_edited(number) and number + EDITED_AFTER < self.written
        return text(number, edited=edited)

    def latest(self, before: int) -> list[dict[str, Any]]:
        """Return a page of a Discourse forum, newest first: posts before one, or the latest."""
        end = min(self.written, before) if before >= 0 else self.written
        return [
            {
                "id": n,
                "created_at": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}Z",
                "raw": self.says(n),
                "topic_id": 1,
                "user_deleted": self._changes and is_deleted(n) and n + DELETED_AFTER < self.written,
            }
            for n in reversed(range(max(0, end - PAGE), end))
        ]

    def statuses(self, after: int) -> list[dict[str, Any]]:
        """Return what a hashtag's timeline shows after a post, newest first, forty at most."""
        shown = (
            range(after + 1, min(self.written, after + 41))
            if after >= 0
            else range(max(0, self.written - 40), self.written)
        )
        return [
            {
                "id": str(n),
                "uri": f"m{n}",
                "created_at": f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime())}Z",
                "content": f"<p>{text(n)}</p>",
                "account": {"acct": f"user{n % 50}"},
            }
            for n in reversed(shown)
        ]


def text(number: int, *, edited: bool = False) -> str:
    """Return what a post says, before or after its edit."""
    return f"{BRAND} lost parcel {number} of mine, awful" + (" (edit: still lost)" if edited else "")


@contextmanager
def served(forum: GrowingForum) -> Iterator[str]:
    """Serve the forum on a free port of this machine; every tenth answer is a failure."""
    answers = forum.answers

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers["all"] += 1
            place = urlsplit(self.path)
            answers[place.path] += 1
            if answers["all"] % FAILS_EVERY == 0:
                self.send_error(503)
                return
            body = _answer(forum, place.path, parse_qs(place.query)).encode()
            is_feed = place.path.endswith("/feed.xml")
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml" if is_feed else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _answer(forum: GrowingForum, path: str, query: dict[str, list[str]]) -> str:
    if path.endswith("/feed.xml"):
        return forum.feed()
    if path.endswith("/posts.json"):
        return json.dumps({"latest_posts": forum.latest(int(query.get("before", ["-1"])[0]))})
    return json.dumps(forum.statuses(int(query.get("min_id", ["-1"])[0])))
