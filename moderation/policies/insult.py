"""Insult: abuse of the person who is addressed or written about.

Flagged is a text whose moderation score, the hot path's, reaches the brand's threshold. The words shown are those of
the table of insults; where none is in the text, the whole text is the reason.

Trade-off: a lower threshold finds more and flags more that is harmless.
Blind spots: irony; insults among friends; rare words and new spellings.
"""

from __future__ import annotations

from typing import Final

from moderation.policies.model import Finding, Policy, Reading

HARSH: Final = 0.9
"""Score from which an insult is of medium severity."""


def find(reading: Reading) -> Finding | None:
    """Return the insult in a text, if any."""
    if reading.abuse < reading.threshold:
        return None
    return Finding("medium" if reading.abuse >= HARSH else "low", reading.spans("insults"))


POLICY: Final = Policy("insult", {"en": "Insult", "fr": "Insulte"}, find)
