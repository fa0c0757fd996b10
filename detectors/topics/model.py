"""A topic as it is remembered, and as it is shown."""

from __future__ import annotations

from math import log
from typing import Final, Literal

import msgspec

from detectors.topics.growth import Growth, Trend

Severity = Literal["info", "warning", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "warning", "critical")
Kind = Literal["opened", "raised", "grown", "ended"]

_SKETCH_BITS: Final = 512


class TopicPost(msgspec.Struct, frozen=True, array_like=True):
    """A post that is shown."""

    text: str
    channel: str
    published: int  # ms
    reach: int  # 0 when unknown
    compound: float


class CopiedPost(msgspec.Struct, frozen=True, array_like=True):
    """A post with how often its text was met."""

    count: int
    post: TopicPost


class Topic(msgspec.Struct, frozen=True):
    """A topic as it is shown."""

    label: str  # as people write it
    terms: tuple[str, ...]  # further words, the most telling first
    categories: tuple[str, ...]  # risk categories, the most unusual first
    severity: Severity
    reasons: tuple[str, ...]  # why it pages: "risk", "dark", "many"
    start: int  # first post [ms]
    at: int  # latest post [ms]
    mentions: int  # about: posts above the sample of a minute are extrapolated
    authors: int  # about: distinct voices
    channels: int
    factor: float | None  # times the usual share, None for what is new
    surprise: float
    trend: Trend
    doubling_minutes: int | None
    negative: float  # share of its mentions
    of_negative: float  # share of all negative mentions since it began
    first: TopicPost
    largest: TopicPost | None  # None where no reach is known
    groups: tuple[CopiedPost, ...]  # one example of each near-duplicate group, the largest first

    @property
    def minutes(self) -> int:
        """Return how long it has been going on."""
        return max(1, round((self.at - self.start) / 60_000))

    @property
    def new(self) -> bool:
        """Tell whether nobody spoke of it before."""
        return self.factor is None


class TopicNews(msgspec.Struct, frozen=True):
    """What there is to tell about a topic."""

    kind: Kind
    number: int  # of the topic within the brand
    topic: Topic


class Live(msgspec.Struct, array_like=True):
    """A topic that goes on, as it is stored."""

    number: int
    units: list[str]  # of which a post needs one to belong to it
    growth: Growth
    first: TopicPost
    at: int  # latest post [ms]
    struck_at: int = 0  # when it was last a surprise [ms]
    severity: Severity = "info"
    reasons: list[str] = []
    categories: list[str] = []
    surprise: float = 0.0
    usual: float = 0.0  # share of its main unit
    share: float = 0.0
    label: str = ""
    terms: list[str] = []
    mentions: float = 0.0
    negative: int = 0
    judged: int = 0  # posts in a language that is scored
    all_negative: int = 0  # negative posts of the brand since it began
    told: int = 0  # authors when last told
    channels: list[str] = []
    sketch: bytes = bytes(_SKETCH_BITS // 8)
    largest: TopicPost | None = None
    groups: list[CopiedPost] = []
    keys: list[int] = []  # text keys of `groups`

    def authors(self) -> int:
        """Return about how many voices: linear counting (Whang, Vander-Zanden, Taylor, TODS 15, 1990)."""
        free = _SKETCH_BITS - int.from_bytes(self.sketch, "big").bit_count()
        return round(_SKETCH_BITS * log(_SKETCH_BITS / max(1, free)))

    def meet(self, voice: int) -> None:
        """Take note of a voice."""
        place = (voice * 0x9E3779B1 >> 7) % _SKETCH_BITS
        bits = int.from_bytes(self.sketch, "big") | 1 << place
        self.sketch = bits.to_bytes(_SKETCH_BITS // 8, "big")
