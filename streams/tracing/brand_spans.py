"""The spans that scored a brand's last mentions: what a signal about it follows from, also one that time raises."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any, Final

import msgspec

from mentions.model.batches import Batch, decode_parts
from streams.tracing import propagation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.exactly_once.fetch_batches import KafkaRecord

MOST: Final = 8
"""Spans that are remembered of a brand."""

_BRANDS: Final = 10_000

MAX_AGE: Final = 900.0
"""Seconds for which a span is remembered: detectors look back a quarter of an hour and more."""


class BrandSpans:
    """Remembers, in this process alone, which spans scored the last mentions of each brand."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spans: OrderedDict[str, deque[tuple[float, Any]]] = OrderedDict()

    def note(self, records: Sequence[KafkaRecord]) -> None:
        """Note the spans that records of `mentions.scored` carry, with the brands that are in them."""
        now = self._clock()
        for record in records:
            context = propagation.context_of(record.headers)
            for brand in _brands(record.value or b"") if context is not None else ():
                self._spans.setdefault(brand, deque(maxlen=MOST)).append((now, context))
                self._spans.move_to_end(brand)
        while len(self._spans) > _BRANDS:
            self._spans.popitem(last=False)

    def spans(self, brand: str, record: Any) -> list[Any]:
        """Return the spans of a brand's mentions, the latest last; without any, what `record` carries."""
        since = self._clock() - MAX_AGE
        found = [context for at, context in self._spans.get(brand, ()) if at >= since]
        return found or ([record] if record else [])


def _brands(value: bytes) -> set[str]:
    try:
        return {part.brand for part in decode_parts(value) if isinstance(part, Batch)}
    except msgspec.DecodeError:
        return set()
