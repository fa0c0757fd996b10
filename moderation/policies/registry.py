"""Registry of the policies, the most severe first, and the version of their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from moderation.policies import doxxing, hate, insult, scam, sexual, spam, threat

if TYPE_CHECKING:
    from collections.abc import Collection

    from moderation.policies.model import Finding, Policy, Reading

RULES_VERSION: Final = "policies-1"
"""Changes whenever a rule or a term does: figures are kept by version."""

POLICIES: Final[dict[str, Policy]] = {
    policy.name: policy
    for policy in (
        threat.POLICY,
        doxxing.POLICY,
        hate.POLICY,
        scam.POLICY,
        sexual.POLICY,
        insult.POLICY,
        spam.POLICY,
    )
}


def judge(reading: Reading, names: Collection[str] = tuple(POLICIES)) -> dict[str, Finding]:
    """Return what each of the named policies finds in a text, the most severe policy first, if it finds anything."""
    found = {name: policy.find(reading) for name, policy in POLICIES.items() if name in names}
    return {name: finding for name, finding in found.items() if finding is not None}
