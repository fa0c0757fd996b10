"""A text as the policies of moderation read it, where no worker has scored it before."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from moderation.policies.model import Reading

if TYPE_CHECKING:
    from mentions.sentiment import Scorer


def read_text(text: str) -> Reading:
    """Return a text with its language and its moderation score."""
    read = _scorer().analyse(text, None)
    return Reading(text, read.lang, read.abuse)


@cache
def _scorer() -> Scorer:
    from mentions.sentiment import Scorer  # noqa: PLC0415  a second, and 40 MB: only where a text is read

    return Scorer.with_brand_weights(None)
