"""`tocsin listen` on Kafka: each post once through kills, and a Slack message out of a forum's feed."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from streams.listening import health
from tests.support.installation import Installation, Worker, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.brokers import Broker

POSTS = 600
BRAND = "Brisela"


class Forum:
    """A forum, and a server of hashtags, whose posts appear one after another; the feed shows them in any order."""

    def __init__(self, posts: int, pace: float) -> None:
        self.posts = posts
        self._pace = pace
        self._start = time.monotonic()
        self._chance = random.Random(5)

    @property
    def written(self) -> int:
        """Return how many posts there are by now."""
        return min(self.posts, int((time.monotonic() - self._start) / self._pace))

    def feed(self) -> str:
        """Return the latest posts as a feed whose order means nothing."""
        shown = list(range(max(0, self.written - 150), self.written))
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
def served(forum: Forum) -> Iterator[str]:
    """Serve the forum on a free port of this machine; every tenth answer is a failure."""
    answers = Counter[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers["all"] += 1
            place = urlsplit(self.path)
            if answers["all"] % 10 == 0:
                self.send_error(503)
                return
            after = int(parse_qs(place.query).get("min_id", ["-1"])[0])
            is_feed = place.path == "/feed.xml"
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


def brands(here: Installation, url: str) -> str:
    """Write brands.yaml with both sources; returns its path."""
    path = here.path("brands.yaml")
    Path(path).write_text(
        f"""
brands:
  - name: {BRAND}
    slack_channel: "#alerts"
    sources:
      - {{kind: feed, url: "{url}/feed.xml", every: 30s, requests_per_day: 100000, private_addresses: true}}
      - {{kind: mastodon, url: "{url}", query: {BRAND}, every: 30s, requests_per_day: 100000, private_addresses: true}}
""",
        "utf-8",
    )
    return path


def listens(listener: Worker) -> bool:
    """Tell whether a listener reads its sources."""
    assert listener.running
    return "listening" in listener.log.read_text("utf-8")


def sent(here: Installation) -> Counter[tuple[str, str]]:
    """Return how often each post is in `mentions`, by source and id."""
    found = [json.loads(record.value or b"{}") for record in here.records(here.topics.mentions.name)]
    return Counter((mention["source"].split()[0], mention["id"]) for mention in found)


@pytest.mark.timeout(240)
def test_each_post_is_sent_once_through_kills(kafka: Broker) -> None:
    """Killed again and again while posts appear, whatever it was doing: nothing is missing, and nothing there twice."""
    chance, forum = random.Random(11), Forum(POSTS, pace=0.02)
    with served(forum) as url, Installation(kafka) as here:
        config = brands(here, url)
        for _ in range(5):
            listener = here.worker("--config", config, command="listen")
            wait_until(partial(listens, listener), 60, "listening")
            time.sleep(chance.uniform(0.0, 1.0))
            listener.kill()
        wanted = {
            (kind, f"{kind[0]}{n}") for kind in ("feed", "mastodon") for n in range(forum.posts - 150, forum.posts)
        }
        wait_until(lambda: forum.written == forum.posts, 30, "the last post")
        here.worker("--config", config, command="listen")
        wait_until(lambda: wanted <= set(sent(here)), 60, "every post that is still shown")
        counts = sent(here)
        assert max(counts.values()) == 1, [name for name, count in counts.items() if count > 1][:5]
        heard = sorted(int(name[1:]) for kind, name in counts if kind == "mastodon")
        assert heard == list(range(heard[0], forum.posts)), "a gap after the first post that was heard"
        wait_until(
            lambda: {one.state for one in health.read(here.connection, here.topics, 0)} == {"active"}, 60, "health"
        )
