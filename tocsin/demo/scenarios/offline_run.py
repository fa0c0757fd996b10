"""What does Tocsin make of the demo, without a broker? The same functions, in this process."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from config.brands.loader import parse
from config.brands.on_call import route
from mentions.readers.position import Line, Position
from replay.player.chunking import ended, records
from replay.player.policy_set import Rules
from replay.snapshots.event_log import Chronicle
from streams.pipeline import Pipeline
from tocsin.demo.scenarios.mentions import generate
from tocsin.demo.scenarios.scenario import LIVE_FROM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alerts.delivery.ports import Route
    from config.brands.model import Config
    from mentions.readers.position import RejectedLine
    from mentions.scorer_port import Scorer


def read_config() -> Config:
    """Return the demo's brand configuration."""
    raw = (resources.files("tocsin.demo.scenarios") / "brands.yaml").read_bytes()
    config = parse(raw, "demo/brands.yaml").config
    assert config is not None, "the demo's own configuration is valid"
    return config


def router(config: Config) -> Callable[[str, int], Route]:
    """Return who is told about a brand, and in which language."""
    brands = config.named()

    return lambda name, at: route(brands[name], at, "")


def mention_lines() -> Iterator[Line]:
    """Yield the demo's mentions as lines of a file."""
    for number, written in enumerate(generate(), 1):
        raw = msgspec.json.encode(written)
        yield Line(number, raw, Position(number, 0))


def run_offline(scorer: Scorer) -> Chronicle:
    """Return what happens, and is told, when the demo's day runs through the pipeline."""
    rules = Rules.of(read_config().brands)
    pipeline = Pipeline(rules, rules.watchlist, scorer)
    chronicle = Chronicle(int(LIVE_FROM.timestamp() * 1000))
    refused: list[RejectedLine] = []
    for record in ended(records(mention_lines(), refused)):
        scored, told = pipeline.feed([record])
        for batch in scored.batches:
            chronicle.count(batch)
        for note in told:
            chronicle.note(note)
    assert not refused, "the demo's own mentions are valid"
    return chronicle
