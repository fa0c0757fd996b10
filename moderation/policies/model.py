"""Policy model: what a policy reads of a mention, and what it finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from mentions.sentiment.learned.abuse import THRESHOLD
from moderation.terms.table import LANGUAGES, term_pattern
from moderation.text import FoldedText, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Language = Literal["en", "fr"]
Severity = Literal["low", "medium", "high"]

SEVERITIES: Final[tuple[Severity, ...]] = ("low", "medium", "high")
"""The least severe first."""

_LINK: Final = re.compile(r"https?://\S+|(?<![\w@.])(?:www\.)\S+")


class Finding(NamedTuple):
    """Why a text is against a policy."""

    severity: Severity
    spans: tuple[Span, ...]
    """The words that are the reason; empty where the whole text is."""


class Reading:
    """A mention as policies read it."""

    def __init__(self, text: str, language: str | None, abuse: float, threshold: float = THRESHOLD) -> None:
        """Take a text, its language where it is known (else both tables are tried), and its score.

        Args:
            text: as the author wrote it.
            language: a code such as `fr`, or None.
            abuse: the moderation score in [0, 1] of the hot path.
            threshold: from which score on it is abusive for this brand.
        """
        self.text = text
        self.abuse = abuse
        self.threshold = threshold
        self.languages = (language,) if language in LANGUAGES else () if language else LANGUAGES

    @cached_property
    def folded(self) -> FoldedText:
        """Return the text without case, accents and disguises."""
        return FoldedText(self.text)

    @cached_property
    def links(self) -> int:
        """Return how many links are in the text."""
        return len(_LINK.findall(self.folded.original))

    def spans(self, part: str) -> tuple[Span, ...]:
        """Return where terms of a part of the tables (a field of `TermTable`) stand, each once, in order."""
        folded = self.folded
        found = {
            folded.span(*match.span())
            for lang in self.languages
            for match in term_pattern(lang, part).finditer(folded.folded)
        }
        return tuple(sorted(found))

    def different(self, spans: Collection[Span]) -> int:
        """Return how many different words or phrases are at these places."""
        return len({self.text[span.start : span.end].lower() for span in spans})

    @cached_property
    def is_report(self) -> bool:
        """Return whether the text reports or answers what others say, by its words."""
        return any(term_pattern(lang, "reporting").search(self.folded.folded) for lang in self.languages)


@dataclass(frozen=True)
class Policy:
    """One policy."""

    name: str
    label: dict[Language, str]
    find: Callable[[Reading], Finding | None]
    pages: bool = False
    """Whether an item wakes people: threats and doxxing do."""
