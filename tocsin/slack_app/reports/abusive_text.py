"""Abusive texts: what a message to a whole channel does not quote."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mentions.model.batches import ABUSIVE_FROM
from moderation.policies.model import Reading
from moderation.policies.registry import judge

if TYPE_CHECKING:
    from mentions.sentiment import Scorer


def is_abusive(text: str) -> bool:
    """Return whether a policy of moderation flags a text, or the moderation score is that of abuse.

    >>> is_abusive("somebody should burn down your offices"), is_abusive("the parcel is late again")
    (True, False)
    """
    read = _scorer().analyse(text, None)
    return read.abuse >= ABUSIVE_FROM or bool(judge(Reading(text, read.lang, read.abuse)))


@cache
def _scorer() -> Scorer:
    from mentions.sentiment import Scorer  # noqa: PLC0415  a second, and 40 MB: only where something is quoted

    return Scorer.with_brand_weights(None)
