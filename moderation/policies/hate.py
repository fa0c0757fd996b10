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
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from moderation.policies.model import Finding, Policy, Reading
from moderation.terms.table import any_of, compiled, load_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.text import FoldedText, Span

_SENTENCE: Final = re.compile(r"[^.!?\n]+")
NEGATED_BEFORE: Final = 25
"""Characters before a word in which a negation turns it round."""

_SELF: Final = compiled(
    r"(?<!\w)(?:i'?m|i am|we'?re|we are|my fellow|proud|call(?:s|ed)? myself|us|je suis|on est|nous sommes|entre nous|"
    r"fier|fiere|mes potes|moi)(?!\w)"
)


@dataclass(frozen=True)
class _Patterns:
    group: re.Pattern[str]
    slur: re.Pattern[str]
    hostile: tuple[re.Pattern[str], ...]
    denial: re.Pattern[str]
    pronoun: re.Pattern[str]
    negation: re.Pattern[str]


@cache
def _patterns(language: str) -> _Patterns:
    table = load_terms(language)
    return _Patterns(
        group=compiled(any_of(table.groups)),
        slur=compiled(any_of(table.slurs)),
        hostile=tuple(compiled(any_of(terms)) for terms in (table.contempt, table.degrading, table.violence)),
        denial=compiled(any_of(table.denial)),
        pronoun=compiled(any_of(table.pronouns)),
        negation=compiled(any_of(table.negations)),
    )


def find(reading: Reading) -> Finding | None:
    """Return the hate in a text, if any."""
    for language in reading.languages:
        spans = _find(reading.folded, _patterns(language))
        if spans and not reading.is_report:
            return Finding("high", spans)
    return None


def _find(text: FoldedText, known: _Patterns) -> tuple[Span, ...]:
    slur = known.slur.search(text.folded)
    if slur and not _SELF.search(text.folded):
        return (text.span(*slur.span()),)
    if not known.group.search(text.folded):
        return ()
    return next(_hostile(text, known), ())


def _hostile(text: FoldedText, known: _Patterns) -> Iterator[tuple[Span, ...]]:
    """Yield a group and the words against it, of one sentence, or of the next that takes the group up."""
    named: re.Match[str] | None = None
    for sentence in _SENTENCE.finditer(text.folded):
        start, end = sentence.span()
        group = known.group.search(text.folded, start, end)
        target = group or (named and known.pronoun.search(text.folded, start, end))
        named = group or named
        if target and named:
            for word in _against(text.folded, start, end, known):
                if word.start() >= target.end() or target.start() >= word.end():
                    yield tuple(sorted({text.span(*named.span()), text.span(*word.span())}))


def _against(text: str, start: int, end: int, known: _Patterns) -> Iterator[re.Match[str]]:
    for pattern in known.hostile:
        for word in pattern.finditer(text, start, end):
            if not known.negation.search(text, max(start, word.start() - NEGATED_BEFORE), word.start()):
                yield word
    yield from known.denial.finditer(text, start, end)


POLICY: Final = Policy("hate", {"en": "Hate", "fr": "Haine"}, find)
