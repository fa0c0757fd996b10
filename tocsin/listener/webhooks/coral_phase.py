"""Coral's external moderation phase: whether a new comment is withheld until one of its moderators has seen it.

Reference: https://docs.coralproject.net/external-moderation-phases
"""

from __future__ import annotations

from typing import Any, Final, get_args

from mentions.cleaning import clean
from moderation.policies.model import SEVERITIES, Severity
from moderation.policies.registry import judge
from sources.json_fields import text
from tocsin.text_reading import read_text

HOLDS: Final[tuple[Severity, ...]] = get_args(Severity)
"""What `hold=` in the address may say: the least severity that is withheld."""

_SPAM: Final = frozenset({"spam", "scam"})


def phase_answer(event: Any, hold: Severity) -> dict[str, Any] | None:
    """Return what Coral is to do with the comment of an event; None: what it would do without us."""
    found = judge(read_text(clean(text(event, "comment", "body"))))
    least = SEVERITIES.index(hold)
    severe = [name for name, finding in found.items() if SEVERITIES.index(finding.severity) >= least]
    if not severe:
        return None
    reason = "COMMENT_DETECTED_SPAM" if _SPAM.issuperset(severe) else "COMMENT_DETECTED_TOXIC"
    return {"status": "SYSTEM_WITHHELD", "actions": [{"actionType": "FLAG", "reason": reason}]}
