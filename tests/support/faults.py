"""Faults that a running installation must get over, by name; each ends by itself, and leaves what it did mended."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.brands.wire import encode_brand
from streams.kafka import clients
from streams.kafka.admin import KafkaBrandStore
from tocsin.demo.fake_slack.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.site import Site

POISON: Final = (b"", b"\xff\xfe", b"{", b'{"brand": 1}', b"\x93\x01\x02", b"null", b"\0" * 40)
POISONED: Final = b"poison "
"""What the keys of those records begin with."""


def kill_worker(site: Site) -> None:
    """Kill a worker, and start another."""
    site.take_worker().kill()
    site.add_worker()


def pause_worker(site: Site) -> None:
    """Freeze a worker until its partitions are another's, and let it wake."""
    worker = site.chance.choice(site.workers)
    worker.pause()
    site.wait(7.0, 12.0)
    worker.resume()


def add_worker(site: Site) -> None:
    """Start one more worker: the partitions are divided again."""
    site.add_worker()


def remove_worker(site: Site) -> None:
    """Stop a worker in order; if it was the last, another takes its place."""
    site.stop(site.take_worker())
    if not site.workers:
        site.add_worker()


def restart_broker(site: Site) -> None:
    """Stop the broker in order, and start it again."""
    site.broker.stop()
    site.wait(0.5, 4.0)
    site.broker.restart()


def kill_broker(site: Site) -> None:
    """Kill the broker, and start it again."""
    site.broker.kill()
    site.wait(0.5, 4.0)
    site.broker.restart()


def freeze_broker(site: Site) -> None:
    """Freeze the broker: what was sent to it waits."""
    site.broker.pause()
    site.wait(2.0, 8.0)
    site.broker.resume()


def stop_in_outage(site: Site) -> None:
    """Stop a worker by SIGTERM while the broker answers nothing, and start another afterwards."""
    site.broker.pause()
    site.wait(1.0, 3.0)
    site.stop(site.take_worker())
    site.broker.resume()
    site.add_worker()


def upgrade_workers(site: Site) -> None:
    """Replace the workers one by one by such of this version; before it, those of another version run."""
    site.root = None
    for worker in list(site.workers):
        site.workers.remove(worker)
        site.stop(worker)
        site.add_worker()
        site.wait(2.0, 5.0)


def poison_topics(site: Site) -> None:
    """Write records that mean nothing into every topic, states and configuration included."""
    topics = site.here.topics
    with closing(clients.producer(site.here.connection)) as producer:
        for topic in topics.all():
            for number, value in enumerate(POISON):
                partition = site.chance.randrange(site.here.partitions)
                producer.send(topic.name, key=POISONED + b"%d" % number, value=value, partition=partition)
        producer.flush()


def fail_slack(site: Site) -> None:
    """Let Slack fail for a while in one of its ways: errors, limits, silence, lost answers."""
    ways = (Fault(500), Fault(429, "ratelimited", 1.0), Fault(wait=3.0), Fault(drop=True), Fault(200, "internal_error"))
    site.slack.outage = site.chance.choice(ways)
    site.wait(3.0, 8.0)
    site.slack.outage = None
    site.slack.faults.append(Fault(drop=True, accept=True))


def apply_configuration(site: Site) -> None:
    """Publish the same brands again, and try to apply a file with an error, which must change nothing."""
    store = KafkaBrandStore(site.here.connection, site.here.topics)
    store.publish({brand.name: encode_brand(brand) for brand in site.brands})
    file = Path(site.here.path("broken.yaml"))
    file.write_text("brands:\n  - name: Brisela\n    detect: {volume_spike: {min_mentions: -1}}\n", encoding="utf-8")
    code = site.here.command("config", "apply", str(file), "--yes").returncode
    if code != 2:
        site.problems.append(f"a broken configuration was applied: exit code {code}")


FAULTS: Final[dict[str, Callable[[Site], None]]] = {
    "worker killed": kill_worker,
    "worker frozen": pause_worker,
    "worker added": add_worker,
    "worker removed": remove_worker,
    "broker restarted": restart_broker,
    "broker killed": kill_broker,
    "broker frozen": freeze_broker,
    "worker stopped in an outage": stop_in_outage,
    "poison in every topic": poison_topics,
    "Slack failing": fail_slack,
    "configuration applied, good and broken": apply_configuration,
}
