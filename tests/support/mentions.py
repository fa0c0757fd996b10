"""Mentions as producers send them, and a scorer with predictable scores."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from mentions.model.batches import NEGATIVE, NEUTRAL, POSITIVE
from mentions.model.decode import WireMention, decode_line

if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLISHED: Final = 1_769_868_300_000
"""2026-01-31 14:05 UTC."""

ARRIVED: Final = PUBLISHED + 2_000

BASE: Final = {"id": "1", "text": "late again", "published_at": "2026-01-31T14:05:00Z", "channel": "news"}


def line(**fields: Any) -> bytes:
    """Return a mention's JSON on one line; a field given as `...` is left out."""
    return json.dumps({name: value for name, value in (BASE | fields).items() if value is not ...}).encode()


def record(*lines: bytes) -> bytes:
    """Return a record of JSON Lines."""
    return b"\n".join(lines)


def wire(**fields: Any) -> WireMention:
    """Return a mention in its hot-path form."""
    decoded = decode_line(line(**fields), None)
    assert isinstance(decoded, WireMention), decoded
    return decoded


class CountingScorer:
    """Counts words: "bad" and "good" for the compound, "idiot" for abuse. Notes what it was asked."""

    def __init__(self) -> None:
        self.version = "counting-1"
        self.asked: list[tuple[str, str | None]] = []

    def score(self, texts: Sequence[str], langs: Sequence[str | None]) -> list[tuple[float, int, float]]:
        """Return what `score_one` has for each text."""
        return list(map(self.score_one, texts, langs))

    def score_one(self, text: str, lang: str | None) -> tuple[float, int, float]:
        """Return a third of the difference, its sign, and whether someone is called an idiot."""
        self.asked.append((text, lang))
        words = text.lower().split()
        compound = max(-1.0, min(1.0, (words.count("good") - words.count("bad")) / 3))
        label = NEGATIVE if compound < 0 else POSITIVE if compound > 0 else NEUTRAL
        return compound, label, float("idiot" in words)
