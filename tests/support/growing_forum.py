"""Server whose posts appear one after another: a feed in any order, hashtags in pages; it fails now and then."""

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


class GrowingForum:
    """A forum, and a server of hashtags, whose posts appear one after another; the feed shows them in any order."""

    def __init__(self, posts: int, pace: float, shown: int = FEED_LENGTH) -> None:
        """Take how many posts there will be, the seconds between two (0: `grow` adds them), and how many are shown."""
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
            f"<item><guid isPermaLink='false'>f{n}</guid><title>{escape(text(n))}</title></item>" for n in shown
        )
        return f"<rss version='2.0'><channel><title>forum</title>{entries}</channel></rss>"

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


def text(number: int) -> str:
    """Return what a post says."""
    return f"{BRAND} lost parcel {number} of mine, awful"


@contextmanager
def served(forum: GrowingForum) -> Iterator[str]:
    """Serve the forum on a free port of this machine; every tenth answer is a failure."""
    answers = Counter[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers["all"] += 1
            place = urlsplit(self.path)
            if answers["all"] % FAILS_EVERY == 0:
                self.send_error(503)
                return
            after = int(parse_qs(place.query).get("min_id", ["-1"])[0])
            is_feed = place.path.endswith("/feed.xml")
            body = (forum.feed() if is_feed else json.dumps(forum.statuses(after))).encode()
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
