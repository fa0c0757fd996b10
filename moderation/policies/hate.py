"""Hate: contempt of people for their origin, religion, sex, orientation or disability.

Flagged is a slur, or a protected group together with contempt ("I hate …"), with what degrades it ("… are vermin"), or
with what is demanded against it ("… should be deported"), in one sentence, or in the next by a pronoun. Not flagged is
what is denied ("I don't hate …"), what is reported or answered ("saying '…' is racist"), and a slur that somebody
claims for himself.

Trade-off: no model of the meaning; a group and an ugly word about something else in one sentence are taken together.
Blind spots: irony, images, coded words, languages other than English and French.
Reference: the functional tests of HateCheck (Röttger et al., ACL 2021) say what such a policy has to tell apart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from moderation.policies.model import Finding, Policy, Reading
from moderation.terms.table import term_pattern, words_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.text import FoldedText, Span

_SENTENCE: Final = re.compile(r"[^.!?\n]+")
NEGATED_BEFORE: Final = 25
"""Characters before a word in which a negation turns it round."""

_HOSTILE: Final = ("contempt", "degrading", "violence")
"""Parts of the tables that a negation turns round; `denial` it does not."""

_SELF: Final = words_pattern(
    (
        *("i'?m", "i am", "we'?re", "we are", "my fellow", "proud", "call(?:s|ed)? myself", "us"),
        *("je suis", "on est", "nous sommes", "entre nous", "fier", "fiere", "mes potes", "moi"),
    )
)


def find(reading: Reading) -> Finding | None:
    """Return the hate in a text, if any."""
    for language in reading.languages:
        spans = _find(reading.folded, language)
        if spans and not reading.is_report:
            return Finding("high", spans)
    return None


def _find(text: FoldedText, language: str) -> tuple[Span, ...]:
    slur = term_pattern(language, "slurs").search(text.folded)
    if slur and not _SELF.search(text.folded):
        return (text.span(*slur.span()),)
    if not term_pattern(language, "groups").search(text.folded):
        return ()
    return next(_hostile(text, language), ())


def _hostile(text: FoldedText, language: str) -> Iterator[tuple[Span, ...]]:
    """Yield a group and the words against it, of one sentence, or of the next that takes the group up."""
    groups, pronouns = (term_pattern(language, part) for part in ("groups", "pronouns"))
    named: re.Match[str] | None = None
    for sentence in _SENTENCE.finditer(text.folded):
        group = groups.search(text.folded, *sentence.span())
        target = group or (named and pronouns.search(text.folded, *sentence.span()))
        named = group or named
        if target and named:
            for word in _against(text.folded, *sentence.span(), language):
                if word.start() >= target.end() or target.start() >= word.end():
                    yield tuple(sorted({text.span(*named.span()), text.span(*word.span())}))


def _against(text: str, start: int, end: int, language: str) -> Iterator[re.Match[str]]:
    negations = term_pattern(language, "negations")
    for part in _HOSTILE:
        for word in term_pattern(language, part).finditer(text, start, end):
            if not negations.search(text, max(start, word.start() - NEGATED_BEFORE), word.start()):
                yield word
    yield from term_pattern(language, "denial").finditer(text, start, end)


POLICY: Final = Policy("hate", {"en": "Hate", "fr": "Haine"}, find)
