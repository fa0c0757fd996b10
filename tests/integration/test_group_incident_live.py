"""Brands of a group in different partitions of Kafka: one incident, as in one process.

Which of them comes first is decided by which partition is read faster, hours being read in seconds here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.support.agency import BRANDS, GROUP
from tests.support.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.brokers import Broker

START = datetime(2026, 3, 1, tzinfo=UTC)
CALM = 14 * 60
"""Minutes before the storm: the detectors know the usual."""


def mentions() -> Iterator[dict[str, Any]]:
    """Yield a mention of each brand every few minutes, then a storm that reaches one after the other."""
    for minute in range(CALM + 12):
        for number, brand in enumerate(BRANDS):
            storm = minute >= CALM + 2 * number
            for count in range(12 if storm else minute % 4 == number):
                moment = START + timedelta(minutes=minute, seconds=4 * count + number)
                text = f"{brand}: salmonella in the kitchen, disgusting" if storm else f"a stay at {brand}"
                name = f"{minute}-{number}-{count}"
                yield {
                    "id": name,
                    "text": text,
                    "brand": brand,
                    "author": name,
                    "channel": "forum",
                    "published_at": moment.isoformat(),
                }


def test_one_incident_as_in_one_process(real_kafka: Broker, tmp_path: Path) -> None:
    """One incident opens, and the other brands join it."""
    storm, config = tmp_path / "storm.jsonl", tmp_path / "brands.yaml"
    storm.write_text(
        "\n".join(map(json.dumps, sorted(mentions(), key=lambda one: one["published_at"]))), encoding="utf-8"
    )
    group = {"defaults": {"slack_channel": "#halcyon"}}
    brands = [{"name": brand, "group": GROUP} for brand in BRANDS]
    config.write_text(json.dumps({"groups": {GROUP: group}, "brands": brands}), encoding="utf-8")
    here = Installation(real_kafka)
    arguments = ("replay", str(storm), "--config", str(config), "--json")
    expected, done = here.command(*arguments), here.command(*arguments, "--via-kafka", timeout=240)
    assert done.returncode == 0, done.stderr
    one, other = ([json.loads(line) for line in run.stdout.splitlines()] for run in (expected, done))
    for run in (one, other):
        reasons = [event["reason"] for event in run]
        assert len({event["incident"] for event in run}) == 1
        assert (reasons.count("opened"), reasons.count("joined")) == (1, len(BRANDS) - 1)
