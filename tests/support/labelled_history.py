"""Invented history with labels for tuning: eight calm days of a brand with three bursts, labelled late."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from replay.tuning.labels import Label, to_yaml
from tests.support.mention_generator import START, MentionGenerator

if TYPE_CHECKING:
    from pathlib import Path

BRAND: Final = "Brisela"
STORMS: Final = (timedelta(days=3, hours=2), timedelta(days=5, hours=5), timedelta(days=7, hours=1))
"""When each begins after the start."""

RISING: Final = (8, 16, 30, 50, 70, 90)
"""Mentions in each ten minutes of a storm."""

INSENSITIVE: Final = """\
# invented, and far too dull
groups:
  Sea:
    defaults:
      detect:
        sensitivity: low
brands:
  - name: Brisela
    group: Sea
    slack_channel: "#brisela"     # quotes stay
    detect:
      volume_spike: {peak_ratio: 2.6}
      negative_spike:
        min_mentions: 400
        peak_ratio: 2.6              # nobody knows why
      negative_burst: {peak_ratio: 5}
      topic_burst: {enabled: false}
      negative_share: {enabled: false}
      sentiment_drift: {enabled: false}
      abuse: {enabled: false}
      high_reach: {enabled: false}
"""
SENSITIVE: Final = 'brands:\n  - {name: Brisela, slack_channel: "#brisela"}\n'


@cache
def mentions() -> tuple[dict[str, Any], ...]:
    """Return the mentions in order of publication."""
    stated = list(MentionGenerator(8 * 24 * 3, 7, (BRAND,), START, timedelta(days=8), angry=0.1, repeated=0).mentions())
    for number, begins in enumerate(STORMS):
        for step, count in enumerate(RISING):
            start = START + begins + timedelta(minutes=10 * step)
            wave = MentionGenerator(
                count, 100 + number * 10 + step, (BRAND,), start, timedelta(minutes=10), angry=0.9, repeated=0
            )
            stated += wave.mentions()
    return tuple(sorted(stated, key=lambda mention: mention["published_at"]))


def labels(storms: int = len(STORMS)) -> list[Label]:
    """Return what happened."""
    onsets = [int((START + begins).timestamp() * 1000) for begins in STORMS[:storms]]
    return [Label(BRAND, onset, onset + 3_600_000, "crisis", f"storm {n}") for n, onset in enumerate(onsets, 1)]


def write(folder: Path, config: str = INSENSITIVE, storms: int = len(STORMS)) -> list[str]:
    """Write mentions, labels and configuration; return the arguments of `tocsin tune`."""
    (folder / "past.jsonl").write_text("\n".join(map(json.dumps, mentions())), encoding="utf-8")
    (folder / "incidents.yaml").write_text(to_yaml(labels(storms)), encoding="utf-8")
    (folder / "brands.yaml").write_text(config, encoding="utf-8")
    return ["past.jsonl", "--labels", "incidents.yaml", "--config", "brands.yaml"]
