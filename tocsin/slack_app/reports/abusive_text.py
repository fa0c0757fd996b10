"""Abusive texts: what a message to a whole channel does not quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mentions.model.batches import ABUSIVE_FROM
from moderation.policies.registry import judge
from tocsin.slack_app.text import translate
from tocsin.text_reading import read_text

if TYPE_CHECKING:
    from detectors.model.signal_text import Language
    from tocsin.slack_app.reports.paper import Paper


def is_abusive(text: str) -> bool:
    """Return whether a policy of moderation flags a text, or the moderation score is that of abuse.

    >>> is_abusive("somebody should burn down your offices"), is_abusive("the parcel is late again")
    (True, False)
    """
    read = read_text(text)
    return read.abuse >= ABUSIVE_FROM or bool(judge(read))


def civil_label(label: str, limit: int, paper: Paper, language: Language) -> str:
    """Return the label of a topic, at most so long, or that it is abusive."""
    return translate(language, "week_abusive") if is_abusive(label) else paper.text(label, limit)
