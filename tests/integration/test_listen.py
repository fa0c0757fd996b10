"""`tocsin listen` on Kafka: each post once through kills, and a Slack message out of a forum's feed."""

from __future__ import annotations

import json
import socket
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from streams.listening import health
from tests.support.growing_forum import BRAND, FEED_LENGTH, GrowingForum, served
from tests.support.installation import Installation, Worker, wait_until
from tests.support.ports import pick_ports

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.support.brokers import Broker

POSTS = 600
ALLOWED = "budget: {requests: 100000}, private_addresses: true"


def brands(here: Installation, url: str) -> str:
    """Write brands.yaml with both sources; returns its path."""
    path = here.path("brands.yaml")
    Path(path).write_text(
        f"""
brands:
  - name: {BRAND}
    slack_channel: "#alerts"
    sources:
      - {{kind: feed, url: "{url}/feed.xml", every: 30s, {ALLOWED}}}
      - {{kind: mastodon, url: "{url}", query: {BRAND}, every: 30s, {ALLOWED}}}
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


def listening(listeners: Iterable[Worker]) -> list[Worker]:
    """Return those that have begun to read the sources, so far."""
    return [one for one in listeners if "listening" in one.log.read_text("utf-8")]


@pytest.mark.timeout(240)
def test_each_post_is_sent_once_by_whichever_listener_is_active(real_kafka: Broker) -> None:
    """The active one is frozen, its successor killed, while posts appear: nothing is missing, nothing there twice."""
    forum = GrowingForum(POSTS, pace=0.02)
    with served(forum) as url, Installation(real_kafka) as here:
        config = brands(here, url)
        frozen = here.worker("--config", config, command="listen")
        wait_until(partial(listens, frozen), 60, "listening")
        others = [here.worker("--config", config, command="listen") for _ in range(2)]
        wait_until(lambda: all("standing by" in one.log.read_text("utf-8") for one in others), 60, "two that stand by")
        frozen.pause()
        wait_until(lambda: bool(listening(others)), 60, "a successor")
        frozen.resume()
        wait_until(lambda: "another listener has taken over" in frozen.log.read_text("utf-8"), 60, "it steps back")
        (active,) = listening(others)
        active.kill()
        wanted = {
            (kind, f"{kind[0]}{n}")
            for kind in ("feed", "mastodon")
            for n in range(forum.posts - FEED_LENGTH, forum.posts)
        }
        wait_until(lambda: forum.written == forum.posts, 30, "the last post")
        wait_until(lambda: wanted <= set(sent(here)), 60, "every post that is still shown")
        counts = sent(here)
        assert max(counts.values()) == 1, [name for name, count in counts.items() if count > 1][:5]
        heard = sorted(int(name[1:]) for kind, name in counts if kind == "mastodon")
        assert heard == list(range(heard[0], forum.posts)), "a gap after the first post that was heard"
        wait_until(
            lambda: {one.state for one in health.read(here.connection, here.topics, 0)} == {"active"}, 60, "health"
        )


def test_a_door_that_cannot_open_is_an_error_of_one_line(kafka: Broker) -> None:
    """Without a secret anybody could send; a port that is taken is named: nothing starts in either case."""
    with Installation(kafka) as here:
        config = brands(here, "http://127.0.0.1:9")
        refused = here.command("listen", "--http", "8090", "--config", config)
        assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
        assert "TOCSIN_LISTEN_TOKEN" in refused.stderr
        here.environment["TOCSIN_LISTEN_TOKEN"] = "a-token-of-some-length"
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            embedded = ("--embedded",) if here.embedded else ()
            refused = here.command("listen", "--http", str(port), "--config", config, *embedded)
        assert refused.returncode == 1
        assert f"Error: cannot listen on 127.0.0.1:{port}" in refused.stderr


def test_mentions_come_in_over_http(kafka: Broker) -> None:
    """What curl posts is in `mentions` when it is answered; the same request again sends nothing."""
    with Installation(kafka, {"TOCSIN_LISTEN_TOKEN": "a-token-of-some-length"}) as here:
        port = next(pick_ports())
        config = brands(here, "http://127.0.0.1:9")
        listener = here.worker("--http", str(port), "--config", config, command="listen")
        wait_until(partial(listens, listener), 60, "listening")
        mention = {"id": "1", "text": f"{BRAND} again", "channel": "form", "published_at": int(time.time())}
        request = Request(
            f"http://127.0.0.1:{port}/v1/mentions",
            json.dumps(mention).encode(),
            {"Authorization": "Bearer a-token-of-some-length", "Idempotency-Key": "k1"},
        )
        for _ in range(2):
            with urlopen(request, timeout=60) as answer:
                assert (answer.status, json.load(answer)["accepted"]) == (202, 1)
        sent_now = [json.loads(record.value or b"{}")["id"] for record in here.records(here.topics.mentions.name)]
        assert sent_now == ["1"]
        assert listener.stop() == 0
