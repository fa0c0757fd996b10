"""Rare faults: what happens to topics, clocks, disks, the network and Socket Mode; each is mended when it returns."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from streams.kafka import clients
from streams.kafka.admin import create_topics, delete_topics
from streams.kafka.topic_watch import describe
from tests.support.kafka import LocalKafka
from tocsin.demo.fake_slack.sockets import NotAcknowledged

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.installation import Worker
    from tests.support.site import Site

WRONG_CLOCKS: Final = tuple(
    timedelta(**{unit: number}).total_seconds() for unit, number in (("minutes", 50), ("days", 3), ("days", -3))
)
RECREATED: Final = "deleted and created again"
MISMATCH: Final = "topics differ in their number of partitions"
RESPONDER: Final = "U0ANA"


def recreate_topic(site: Site) -> None:
    """Delete a topic that an agent reads, once all of it is read, and create it again under the running workers."""
    site.load.pause()
    time.sleep(1.0)  # until the last record is on its topic
    site.wait_until(site.here.settled, "every stage has committed, before a topic is deleted")
    topics, connection = site.here.topics, site.here.connection
    topic = site.chance.choice((topics.mentions, topics.scored, topics.signals, topics.notifications))
    assigned = [(worker, _count(worker, RECREATED)) for worker in site.workers if _count(worker, "partitions assigned")]
    delete_topics(connection, [topic.name])
    site.wait_until(lambda: topic.name not in describe(connection, topics), f"{topic.name} deleted")
    create_topics(connection, [topic], site.here.partitions, site.here.copies)
    site.wait_until(
        lambda: all(_count(worker, RECREATED) > before or not worker.running for worker, before in assigned),
        f"{topic.name} noticed as created again",
    )
    site.load.resume()


def add_partitions(site: Site) -> None:
    """Add partitions to a topic: every worker ends with one line, a new one too, and none can run any more."""
    with closing(clients.admin(site.here.connection)) as admin:
        admin.create_partitions({site.here.topics.mentions.name: site.here.partitions + 2})
    site.add_worker()
    site.wait_until(lambda: not any(worker.running for worker in site.workers), "every worker ends")
    for worker in site.workers:
        code, lines = worker.stop(), _count(worker, MISMATCH)
        if (code, lines) != (1, 1):
            site.problems.append(f"{worker.log.name}: partitions added: exit code {code}, {lines} lines that say so")


def slow_broker(site: Site) -> None:
    """Let what the broker acknowledges and answers come late for a while."""
    assert site.link is not None
    site.link.delay = site.chance.uniform(0.2, 1.5)
    site.wait(5.0, 12.0)
    site.link.delay = 0.0


def cut_connections(site: Site) -> None:
    """Cut every connection to the broker, several times."""
    assert site.link is not None
    for _ in range(site.chance.randrange(2, 6)):
        site.link.cut()
        site.wait(0.1, 2.0)


def fill_disk(site: Site) -> None:
    """Let the broker find no room on its disk any more; room is made, and it starts again."""
    assert isinstance(site.broker, LocalKafka)
    site.broker.fill_disk()
    site.wait(2.0, 6.0)
    site.broker.kill()
    site.broker.restart()


def wrong_clock(site: Site) -> None:
    """Replace a worker by one whose clock is wrong by minutes or days, and let that go on."""
    site.take_worker().kill()
    site.add_worker(clock_ahead=site.chance.choice(WRONG_CLOCKS))
    site.wait(5.0, 10.0)


def disturb_socket_mode(site: Site) -> None:
    """Disconnect the Slack app again and again, and send it what means nothing; then it answers a command."""
    if site.slack_app is None:
        site.slack_app = site.here.worker(command="slack")
    slack = site.slack
    site.wait_until(lambda: bool(slack.sockets), "the Slack app listens")
    site.server.run(_disturb(site), 60)
    answered = len(slack.ephemeral_texts)
    deadline = time.monotonic() + 120
    while len(slack.ephemeral_texts) == answered and time.monotonic() < deadline:
        if slack.sockets:
            with suppress(NotAcknowledged):
                site.server.run(slack.user(RESPONDER).run_command("status"))
        time.sleep(2.0)
    if len(slack.ephemeral_texts) == answered:
        site.problems.append("the Slack app answers no command any more")
    if not site.slack_app.running:
        site.problems.append(f"{site.slack_app.log.name}: the Slack app has ended")


async def _disturb(site: Site) -> None:
    slack = site.slack
    for _ in range(site.chance.randrange(3, 8)):
        for socket in list(slack.sockets):
            with suppress(ConnectionError):
                for number in range(50):
                    envelope = {"type": "interactive", "envelope_id": f"storm-{number}", "payload": {"type": "?"}}
                    await socket.send_json(envelope)
                await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()
        await asyncio.sleep(site.chance.uniform(0.1, 1.0))


def _count(worker: Worker, text: str) -> int:
    return worker.log.read_text(errors="replace").count(text)


RARE_FAULTS: Final[dict[str, Callable[[Site], None]]] = {
    "topic created again": recreate_topic,
    "worker's clock wrong": wrong_clock,
    "Socket Mode disturbed": disturb_socket_mode,
}
LOCAL_FAULTS: Final[dict[str, Callable[[Site], None]]] = {
    "broker slow": slow_broker,
    "connections cut": cut_connections,
    "disk full": fill_disk,
}
"""Those that need a broker on this machine, not in a container."""

LAST_FAULTS: Final[dict[str, Callable[[Site], None]]] = {"partitions added": add_partitions}
"""Those after which every process has ended, with a reason."""
