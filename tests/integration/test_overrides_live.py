"""An override that ends in the middle of a burst: the same signals through Kafka and in a replay."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.incidents.model import decode_notification, encode
from config.brands.model import Brand
from config.brands.overrides import BrandWithOverrides, Override
from config.brands.wire import encode_brand
from mentions.readers.files import read
from mentions.sentiment import Scorer
from replay.player.result import replay
from streams.kafka.admin import KafkaBrandStore
from streams.views.brands import BrandRegistry
from tests.support.installation import Installation, wait_until
from tests.support.mention_generator import MentionGenerator

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.brokers import Broker

NAME = "Brisela"
OFF = {
    name: {"enabled": False}
    for name in (
        "volume_spike",
        "negative_spike",
        "negative_burst",
        "negative_share",
        "sentiment_drift",
        "high_reach",
        "abuse",
        "topic_burst",
        "positive_spike",
    )
}
BRAND = Brand.model_validate({"name": NAME, "detect": OFF | {"static_threshold": {"mentions": 8}}})
STORM = MentionGenerator(600, seed=5, brands=(NAME,), angry=0.5, span=timedelta(hours=1), repeated=0.0)


def replayed(rules: BrandWithOverrides, path: Path) -> list[bytes]:
    """Return what a replay in this process tells."""
    directory = BrandRegistry()
    directory.put(rules, 0)
    directory.refresh()
    return [encode(note) for note in replay(directory, read(str(path)), Scorer()).notifications]  # type: ignore[arg-type]


def test_it_ends_alike_live_and_in_a_replay(kafka: Broker, tmp_path: Path) -> None:
    """Silent until the override ends, half an hour into the storm; from then on the same alerts to the last digit."""
    path, ends = tmp_path / "storm.jsonl", int((STORM.start + timedelta(minutes=30)).timestamp() * 1000)
    path.write_text("\n".join(map(json.dumps, STORM.mentions())), encoding="utf-8")
    rules = BrandWithOverrides(BRAND, [Override("detect.static_threshold.mentions", 10_000, ends, "U0ANA")])
    expected = replayed(rules, path)
    opened = min(decode_notification(note).incident.opened_at for note in expected)
    assert ends <= opened < ends + 5 * 60_000
    with Installation(kafka) as here:
        KafkaBrandStore(here.connection, here.topics).publish({NAME: encode_brand(BRAND, rules.overrides)})
        here.worker("--clock", "arrival", "--notify", "console")
        sent = here.command("ingest", str(path), "--as-of", "published", "--checkpoint", here.path("mark"))
        assert sent.returncode == 0, sent.stderr
        wait_until(lambda: here.counted() >= STORM.count, 120, "all counted", every=0.5)
        wait_until(here.settled, 60, "all stages have committed all there is", every=0.5)
        reported = {record.value for record in here.records(here.topics.notifications.name) if record.value}
    assert sorted(reported) == sorted(expected)
