"""Sexual: advances, coercion and explicit offers. Not flagged is talk about sex without them."""

from __future__ import annotations

from typing import Final

from moderation.policies.model import Finding, Policy, Reading


def find(reading: Reading) -> Finding | None:
    """Return what is sexual in a text, if anything."""
    spans = reading.spans("sexual")
    return Finding("medium", spans) if spans and not reading.is_report else None


POLICY: Final = Policy("sexual", {"en": "Sexual content", "fr": "Contenu sexuel"}, find)
