"""Latency benchmark: time from the mention that crosses a threshold to the Slack request, with a real Kafka.

The clock starts when the crossing mention is handed to the Kafka client and stops when the request for the card
reaches the fake Slack. Each crossing uses a brand of its own; mentions of other brands keep the workers busy.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from config.brands.model import Brand
from config.brands.wire import encode_brand
from streams.kafka import clients
from streams.kafka.admin import KafkaBrandStore
from tests.support.brokers import start_real
from tests.support.installation import Installation, wait_until
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from kafka import KafkaProducer

LIMIT: Final = 5  # negative mentions that break the threshold
CHANNELS: Final = 20
WARM_UP: Final = 10


def brand(number: int) -> Brand:
    """Return a brand that fires at its LIMITth negative mention, and at nothing before."""
    off = {"enabled": False}
    quiet = dict.fromkeys(("volume_spike", "negative_spike", "negative_burst", "negative_share", "topic_burst"), off)
    return Brand.model_validate(
        {
            "name": f"brand{number}",
            "slack_channel": f"C{number % CHANNELS:07d}",
            "detect": quiet | {"static_threshold": {"negative": LIMIT}},
        }
    )


def mention(name: str, serial: int, text: str) -> bytes:
    """Return a mention published now."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps(
        {"id": str(serial), "brand": name, "text": text, "channel": "forum", "published_at": now}
    ).encode()


class Load:
    """Sends the crossings, and background mentions of a brand that never fires."""

    def __init__(self, here: Installation, background: float) -> None:
        self._topic = here.topics.mentions.name
        self._producer: KafkaProducer = clients.producer(here.connection, linger_ms=0)
        self._every = 1 / background
        self._serial = 0
        self.sent: dict[str, float] = {}
        self._stop = threading.Event()

    def send(self, name: str, text: str) -> None:
        """Send one mention."""
        self._serial += 1
        self._producer.send(self._topic, key=name.encode(), value=mention(name, self._serial, text))

    def cross(self, number: int) -> None:
        """Send a brand's mentions up to the one that breaks its limit, and note when that one went."""
        name = f"brand{number}"
        for _ in range(LIMIT - 1):
            self.send(name, "this is terrible, I hate it")
        self._producer.flush()
        time.sleep(0.05)
        self.sent[name] = time.monotonic()
        self.send(name, "an awful, horrible disaster")

    def background(self) -> None:
        """Keep the workers busy until `stop`."""
        while not self._stop.wait(self._every):
            self.send("backdrop", "the weather is fine at the harbour")

    def stop(self) -> None:
        """End the background."""
        self._stop.set()


def delays(sent: dict[str, float], slack: FakeSlack) -> list[float]:
    """Return the seconds from each crossing to the arrival of its card."""
    arrived: dict[str, float] = {}
    for call in slack.called("chat.postMessage"):
        payload: Any = call.body.get("metadata") or {}
        payload = json.loads(payload) if isinstance(payload, str) else payload
        incident = payload.get("event_payload", {}).get("incident", "")
        arrived.setdefault(incident.split("-")[0], call.arrived)
    return sorted(arrived[name] - at for name, at in sent.items() if name in arrived)


async def measure(crossings: int, background: float, workers: int) -> list[float]:
    """Run the whole and return the delays in seconds, ascending; the first WARM_UP crossings do not count."""
    channels = {f"C{number:07d}": f"alerts{number}" for number in range(CHANNELS)}
    broker = start_real()
    try:
        async with FakeSlack(channels=channels) as slack:
            environment = {"TOCSIN_SLACK_TOKEN": TOKEN, "TOCSIN_SLACK_URL": slack.url}
            with Installation(broker, environment) as here:
                return await asyncio.to_thread(drive, here, slack, crossings, background, workers)
    finally:
        broker.close()


def drive(here: Installation, slack: FakeSlack, crossings: int, background: float, workers: int) -> list[float]:
    """Apply the brands, start the workers, send, wait for the cards, and return the delays."""
    everyone = [brand(number) for number in range(crossings + WARM_UP)] + [Brand(name="backdrop")]
    KafkaBrandStore(here.connection, here.topics).publish({one.name: encode_brand(one) for one in everyone})
    for _ in range(workers):
        here.worker("--notify", "slack")
    load = Load(here, background)
    traffic = threading.Thread(target=load.background, daemon=True)
    traffic.start()
    wait_until(lambda: all(here.ends(here.topics.signals.name).values()), 60, "all partitions watched")
    time.sleep(3)
    for number in range(crossings + WARM_UP):
        load.cross(number)
        time.sleep(0.05)
    wait_until(lambda: len(delays(load.sent, slack)) >= crossings + WARM_UP, 30, "a card for each crossing")
    load.stop()
    counted = {name: at for name, at in load.sent.items() if int(name.removeprefix("brand")) >= WARM_UP}
    return delays(counted, slack)


def main() -> None:
    """Print p50, p99 and the worst."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--crossings", type=int, default=200)
    arguments.add_argument("--background", type=float, default=200, help="mentions a second beside the crossings")
    arguments.add_argument("--workers", type=int, default=1)
    given = arguments.parse_args()
    found = asyncio.run(measure(given.crossings, given.background, given.workers))
    cuts = statistics.quantiles(found, n=100)
    print(
        f"mention to Slack request, {len(found)} crossings, {given.background:.0f} mentions/s beside them, "
        f"{given.workers} worker: p50 {cuts[49] * 1000:.0f} ms, p90 {cuts[89] * 1000:.0f} ms, "
        f"p99 {cuts[98] * 1000:.0f} ms, worst {found[-1] * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
