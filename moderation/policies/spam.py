"""Spam: unasked advertising.

Flagged are two different phrases of advertising, or one with a link, or a heap of hashtags with a link. Copies of a
text fold into one item, so that a wave of spam is one decision.
"""

from __future__ import annotations

from typing import Final

from moderation.policies.model import Finding, Policy, Reading

MANY_HASHTAGS: Final = 10


def find(reading: Reading) -> Finding | None:
    """Return the advertising in a text, if any."""
    spans = reading.spans("promotions")
    told = reading.different(spans)
    heaped = reading.links and reading.text.count("#") >= MANY_HASHTAGS
    return Finding("low", spans) if told > 1 or (told and reading.links) or heaped else None


POLICY: Final = Policy("spam", {"en": "Spam", "fr": "Publicité indésirable"}, find)
