"""Threat: announced or wished violence against the person who is addressed, or people who are named.

Blind spots: veiled threats; pictures; jokes among friends are flagged, since only a person can tell.
"""

from __future__ import annotations

from typing import Final

from moderation.policies.model import Finding, Policy, Reading


def find(reading: Reading) -> Finding | None:
    """Return the threat in a text, if any; what is only reported is none."""
    spans = reading.spans("threats")
    return Finding("high", spans) if spans and not reading.is_report else None


POLICY: Final = Policy("threat", {"en": "Threat", "fr": "Menace"}, find, pages=True)
