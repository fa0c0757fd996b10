"""Near-duplicate counter: counts retweets and near-verbatim copies of recent texts, which are amplification."""

from __future__ import annotations

from itertools import islice
from typing import Final

_BITS: Final = (
    0xFFFFFFFF  # 32 bits of a digest are distinct enough for the few texts remembered, and take half the space
)

MAX_TEXTS: Final = 128
"""Number of recent texts that a new one is compared with."""


def count_copies(texts: list[int], recent: dict[int, None]) -> int:
    """Return how many of `texts` (digests) repeat one of the MAX_TEXTS texts before them, and remember the others.

    `recent` holds digests, the oldest first, and is updated in place.

    >>> count_copies([1, 2, 1, 1], {})
    2
    """
    texts = [text & _BITS for text in texts]
    if len(set(texts)) == len(texts) and recent.keys().isdisjoint(texts):
        recent.update(dict.fromkeys(texts))
        for oldest in list(islice(recent, max(0, len(recent) - MAX_TEXTS))):
            del recent[oldest]
        return 0
    copies = 0
    for text in texts:
        if text in recent:
            copies += 1
            continue
        recent[text] = None
        if len(recent) > MAX_TEXTS:
            del recent[next(iter(recent))]
    return copies
