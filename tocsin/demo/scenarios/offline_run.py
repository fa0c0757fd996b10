"""The demo without a broker: runs its mentions through the pipeline in this process."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

import msgspec

from config.brands.loader import parse
from config.brands.on_call import route
from mentions.readers.position import Line, Position
from replay.pictures.event_log import EventLog
from replay.player.chunking import read_records, with_end_marker
from replay.player.policy_set import PolicySet
from streams.pipeline import Pipeline
from tocsin.demo.scenarios.mentions import generate
from tocsin.demo.scenarios.scenario import LIVE_FROM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.rendering.route import Route
    from config.brands.model import Config
    from mentions.readers.position import RejectedLine
    from mentions.scorer_port import Scorer

NAMES: Final = {"S0ONCALL": "duty managers"}
"""What Slack calls the groups of the demo."""


def read_config() -> Config:
    """Return the demo's brand configuration."""
    raw = (resources.files("tocsin.demo.scenarios") / "brands.yaml").read_bytes()
    config = parse(raw, "demo/brands.yaml").config
    assert config is not None, "the demo's own configuration is valid"
    return config


def router(config: Config) -> Callable[[str, int], Route]:
    """Return the function that gives channel, on-call people and language of a brand at an instant."""
    brands = config.by_name()

    return lambda name, at: route(brands[name], at, "")


def mention_lines() -> Iterator[Line]:
    """Yield the demo's mentions as lines of a JSON Lines file."""
    for number, written in enumerate(generate(), 1):
        raw = msgspec.json.encode(written)
        yield Line(number, raw, Position(number, 0))


def run_offline(scorer: Scorer) -> EventLog:
    """Return the event log of the demo's day after a run through the pipeline."""
    rules = PolicySet.of(read_config().brands)
    pipeline = Pipeline(rules)
    event_log = EventLog(int(LIVE_FROM.timestamp() * 1000))
    refused: list[RejectedLine] = []
    for record in with_end_marker(read_records(mention_lines(), refused)):
        scored, notifications = pipeline.feed([record], rules.watchlist, scorer)
        for batch in scored.batches:
            event_log.count(batch)
        for note in notifications:
            event_log.add(note)
    assert not refused, "the demo's own mentions are valid"
    return event_log
