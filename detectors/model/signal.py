"""Signals: the records of the topic `signals`, with their evidence, contributors, timeline and coverage."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from detectors.model.crowd import Crowd
from detectors.model.topic import MentionWords, Topic

Severity = Literal["info", "warning", "critical"]
"""`info` is worth knowing and pages nobody; `warning` and `critical` page the people on call."""

SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "critical")

TOPIC_BURST: Final = "topic_burst"
"""The detector whose findings are topics: each topic is an episode of its own."""

Phase = Literal["raised", "ongoing"]
"""`raised` once, when the threshold is reached; `ongoing` at each closed minute while at or above `resolve_below`."""


class Example(msgspec.Struct, frozen=True):
    """A mention to show with the signal. Its text is untrusted: each renderer escapes it."""

    text: str
    author: str
    channel: str
    url: str
    reach: int
    compound: float
    published: int  # event time, ms
    key: int = 0  # of the mention, see `detectors.model.correction.mention_key`; 0 when unknown


class Contributors(msgspec.Struct, frozen=True):
    """Channels, terms and authors that contribute most to the finding, the largest first, each with its count."""

    channels: tuple[tuple[str, int], ...] = ()
    terms: tuple[tuple[str, int], ...] = ()
    authors: tuple[tuple[str, int, int], ...] = ()  # author, mentions, reach
    examples: tuple[Example, ...] = ()  # at most three, one per author


class Timeline(msgspec.Struct, frozen=True):
    """Mentions per step over the last hours, oldest first. The last step may still be running."""

    end: int  # event time, ms
    step: int  # ms
    mentions: tuple[int, ...]
    negative: tuple[int, ...]
    expected: tuple[float, float] | None  # mentions and negative ones in a step; None with too little history


class Coverage(msgspec.Struct, frozen=True):
    """How many of a brand's usual channels are sending mentions."""

    live: int
    total: int
    live_share: float  # share of the usual mentions that come from the live channels
    silent: tuple[str, ...] = ()  # the busiest first


class Evidence(msgspec.Struct, frozen=True):
    """Figures of a finding over the event-time window [window_start, window_end) in ms."""

    window_start: int
    window_end: int
    metric: (
        str  # what `observed`, `expected` and `threshold` count: "mentions", "negative mentions", "negative share" …
    )
    observed: float
    expected: float | None  # by the baseline; None while the brand has too little history
    threshold: float  # the value at which the detector fires
    mentions: int  # all mentions in the window
    negative: int  # of these, negative
    history: int  # minutes of history behind `expected`
    extra: dict[str, float] = {}  # further figures of this detector, by glossary name


class Signal(msgspec.Struct, frozen=True, tag="signal"):
    """One detector's finding. Its id is deterministic, so a redelivered signal changes nothing."""

    brand: str
    detector: str
    start: int  # event-time minute, ms, in which this episode began: with brand and detector it is the identity
    revision: int  # 0 when raised, counting up while ongoing
    phase: Phase
    severity: Severity
    at: int  # event time of the finding, ms
    policy: int  # revision of the brand's configuration in force
    evidence: Evidence
    contributors: Contributors = Contributors()
    timeline: Timeline | None = None  # when raised, and once per step while ongoing
    coverage: Coverage | None = None  # likewise; None with too little history too
    topic: Topic | None = None  # of a topic burst; of other findings what the brand's mentions are about
    words: MentionWords | None = None  # when raised or worse, and now and then while ongoing, where no topic is known
    crowd: Crowd | None = None  # who wrote the mentions that it counts: with the timeline or the words, and of a topic

    @property
    def id(self) -> str:
        """Return the identity of the episode, the same at every redelivery and in every replay."""
        number = "" if self.topic_number is None else f"/{self.topic_number}"
        return f"{self.brand}/{self.detector}/{self.start}{number}"

    @property
    def topic_number(self) -> int | None:
        """Return the number of the topic that it is about itself; None where it merely names one, or none."""
        return self.topic.number if self.topic is not None and self.detector == TOPIC_BURST else None


class Watermark(msgspec.Struct, frozen=True, tag="now"):
    """All minutes up to `at` (ms) are closed for every brand of this partition: timed escalations and ends may run."""

    at: int


_encoder = msgspec.json.Encoder()
_decoder: Final[msgspec.json.Decoder[Signal | Watermark]] = msgspec.json.Decoder(Signal | Watermark)


def encode(record: Signal | Watermark) -> bytes:
    """Return the wire form (JSON) of a record of `signals`."""
    return _encoder.encode(record)


def decode(raw: bytes) -> Signal | Watermark:
    """Return the record that `encode` wrote.

    Raises:
        msgspec.DecodeError: the bytes are not such a record.
    """
    return _decoder.decode(raw)
