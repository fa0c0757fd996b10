"""Doxxing: somebody's private address, number or school is made public.

Flagged is an announcement of the table ("her address is", "il habite au") together with an address, a telephone number,
a mail address or a number plate. Not flagged are hotlines and shops: nothing announces whose they are.

Blind spots: pictures of letters and plates; places described without a number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from moderation.policies.model import Finding, Policy, Reading

if TYPE_CHECKING:
    from moderation.text import Span

REACH: Final = 80
"""Characters between the announcement and what it announces."""

_FACT: Final = re.compile(
    r"(?<![\w+])\+?\d(?:[ .\-/()]?\d){7,14}(?!\d)"  # a telephone number
    r"|[\w.+-]+@[\w-]+\.[\w.]+"  # a mail address
    r"|(?<!\w)\d{1,5}(?:[ ,]+(?:bis|ter))?[ ,]+(?:[\w'.-]+[ ,]+){0,4}"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|square|terrace|close|way)(?!\w)"
    r"|(?<!\w)\d{1,4}(?:[ ,]+(?:bis|ter))?[ ,]+"
    r"(?:rue|avenue|av|boulevard|bd|chemin|impasse|place|allee|route|quai|cours)(?!\w)"
    r"|(?<!\w)[a-z]{2}-\d{3}-[a-z]{2}(?!\w)"  # a French number plate
)


def find(reading: Reading) -> Finding | None:
    """Return the private facts in a text, if any."""
    folded = reading.folded
    announced = reading.spans("private_facts")
    if not announced:
        return None
    facts = [folded.span(*match.span()) for match in _FACT.finditer(folded.folded)]
    near = {span for told in announced for fact in facts if _is_near(told, fact) for span in (told, fact)}
    return Finding("high", tuple(sorted(near))) if near else None


def _is_near(told: Span, fact: Span) -> bool:
    return told.start - REACH <= fact.start <= told.end + REACH


POLICY: Final = Policy("doxxing", {"en": "Doxxing", "fr": "Divulgation de données privées"}, find, pages=True)
