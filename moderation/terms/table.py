"""Term tables: the patterns of a language, from its text file. They match folded text (`moderation.text`)."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Terms = tuple[str, ...]

LANGUAGES: Final = ("en", "fr")
GAP: Final = r"[^\w\n]{1,4}"
"""What stands between two words of a pattern."""


@dataclass(frozen=True)
class TermTable:
    """The terms of a language: regular expressions without anchors, each for whole words."""

    groups: Terms
    """Names of groups of people whom the law protects: origin, religion, sex, orientation, disability."""
    slurs: Terms
    """Words that insult such a group by themselves."""
    contempt: Terms
    """What somebody says who hates: verbs that take a group as their object."""
    degrading: Terms
    """What a group is called that is called less than human."""
    violence: Terms
    """What is wished or demanded against a group: to kill, to hurt, to drive out."""
    denial: Terms
    """What denies a group its rights or its worth; a negation before it does not turn it round."""
    pronouns: Terms
    """Words that take up a group named before."""
    negations: Terms
    """Words that turn a statement round."""
    reporting: Terms
    """What shows that hateful words are reported or answered, and not meant."""
    insults: Terms
    """Insults of the person who is addressed or written about."""
    threats: Terms
    """Threats of violence against the person who is addressed, or one that is named."""
    sexual: Terms
    """Sexual advances, coercion and explicit offers."""
    private_facts: Terms
    """Announcements of where somebody lives, works, or can be reached."""
    promotions: Terms
    """What unasked advertising says."""
    frauds: Terms
    """What frauds say: recovery of accounts, sure gains, gifts for a fee, contact elsewhere."""


@cache
def load_terms(language: str) -> TermTable:
    """Return the table of a language that has one (`LANGUAGES`)."""
    found: dict[str, list[str]] = {}
    text = resources.files("moderation.terms").joinpath(f"{language}.txt").read_text(encoding="utf-8")
    terms: list[str] = []
    for line in text.splitlines():
        if line.startswith("[") and line.endswith("]"):
            terms = found.setdefault(line[1:-1], [])
        elif line and not line.startswith("#"):
            terms.append(line)
    return TermTable(**{field.name: tuple(found[field.name]) for field in fields(TermTable)})


@cache
def term_pattern(language: str, part: str) -> re.Pattern[str]:
    """Return the pattern of the terms of a part, a field of `TermTable`."""
    return words_pattern(getattr(load_terms(language), part))


def words_pattern(terms: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of any of the terms as whole words, in which each blank matches any gap between two words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(terms)})(?!\w)".replace(" ", GAP))
