"""Reader of texts: the units of a text, and the risk categories that it touches.

Units are words and two-word phrases, hashtags and links, without function words and the brand's own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from detectors.topics.risk.terms import phrase_risks

if TYPE_CHECKING:
    from detectors.topics.risk.terms import RiskTerms


class TextUnits(NamedTuple):
    """What a text holds."""

    units: set[str]
    risks: int  # categories, as bits


def read(text: str, own: frozenset[str], risks: RiskTerms) -> TextUnits:
    """Return the units and risk categories of a cleaned text.

    Args:
        text: as `mentions.cleaning.clean` returns it.
        own: the brand's own words, from `text.units.own_words`.
        risks: the risk terms.

    >>> from detectors.topics.risk.terms import built_in_terms
    >>> from detectors.topics.text.units import own_words
    >>> text = "Les trains d'Acme sont en panne #AcmeFail https://x.test/a?b=1"
    >>> sorted(read(text, own_words(["Acme"]), built_in_terms()).units)
    ['acmefail', 'fail', 'panne', 'panne acmefail', 'train', 'x.test/a']
    """
    units: set[str] = set()
    words = risks.words_of(text)
    bits, before, phrases, holds_phrase = 0, "", None, False
    for stem, word, touched, following in words:
        bits |= touched
        if phrases is not None and word in phrases:
            holds_phrase = True
        phrases = following
        if not stem or stem in own:
            before = ""
            continue
        units.add(stem)
        if before:
            units.add(f"{before} {stem}")
        before = stem
    return TextUnits(units, bits | phrase_risks(words) if holds_phrase else bits)
