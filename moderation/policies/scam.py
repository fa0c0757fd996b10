"""Scam: attempts to get money, accounts or identities, such as false support and sure gains.

Flagged are two different phrases of fraud, or one together with a link, a telephone number or a handle to write to.
"""

from __future__ import annotations

import re
from typing import Final

from moderation.policies.model import Finding, Policy, Reading

_CONTACT: Final = re.compile(r"(?<!\w)@\w{3,}|\+?\d(?:[ .\-]?\d){7,14}")


def find(reading: Reading) -> Finding | None:
    """Return the fraud in a text, if any."""
    spans = reading.spans("frauds")
    told = reading.different(spans)
    if told > 1 or (told and (reading.links or _CONTACT.search(reading.folded.original))):
        return Finding("medium", spans)
    return None


POLICY: Final = Policy("scam", {"en": "Scam", "fr": "Arnaque"}, find)
