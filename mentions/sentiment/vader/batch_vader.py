"""VADER compounds of many texts at once, bit-identical to `Vader`.

Tokens become an array of kinds, and the effect of neighbours is computed for all scored words together. The few texts
that may hold a phrase, and sums whose last bits matter, go to `Vader` one by one.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from mentions.sentiment.rounding import near_ties, round4
from mentions.sentiment.vader import token_matcher, vader_data
from mentions.sentiment.vader.modifiers import DAMPED, OR, SO, SO_FACTOR
from mentions.sentiment.vader.tokens import AFTER, BEFORE, RAREST, TokenKind, find_words
from mentions.sentiment.vader.vader import ALPHA, EXCLAMATION, QUESTION, QUESTIONS, after_but

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentions.sentiment.rounding import Floats, Places
    from mentions.sentiment.vader.token_matcher import Flags, Tokens
    from mentions.sentiment.vader.vader import Vader

Kinds = np.ndarray[tuple[int, ...], np.dtype[np.uint16]]

_NEAR_ZERO: Final = 1e-6
"""Valences whose sum is smaller may add up to nothing in one order and to very little in another."""

_NOWHERE, _PLAIN, _LOUD = range(3)
_UNLISTED: Final = (
    TokenKind(None, True, 0.0, False, "", False),  # before the text: as a listed word, it changes nothing
    TokenKind(None, False, 0.0, False, "", False),
    TokenKind(None, False, 0.0, False, "", True),
)


class BatchVader:
    """Scores many texts at once, by the kinds of words of the one who scores one, who is asked about exceptions."""

    def __init__(self, vader: Vader) -> None:
        """Take who scores one text."""
        self._vader = vader
        known = vader.codes.known_words()
        kinds = list(dict.fromkeys([*_UNLISTED, *vader.codes.kinds.values()]))
        number = {kind: place for place, kind in enumerate(kinds)}
        self._words = token_matcher.KnownWords(list(known))
        pairs = [(_UNLISTED[_PLAIN], _UNLISTED[_LOUD]), *known.values()]
        self._kind = np.array([[number[kind] for kind in pair] for pair in pairs], np.uint16)
        self._contracted = np.array([number[kind] for kind in vader.codes.contracted_kinds()], np.uint16)
        self._valence = np.array([kind.valence or 0.0 for kind in kinds])
        self._scored = np.array([kind.valence is not None for kind in kinds])
        self._upper = np.array([kind.upper for kind in kinds])
        self._open = np.array([not kind.listed for kind in kinds])
        self._boost = np.array([kind.boost for kind in kinds]) * self._open
        self._negates = np.array([kind.negates for kind in kinds]) & self._open
        self._phrased, self._so, self._or, self._never, self._no, self._but = (
            np.array([kind.name in names for kind in kinds]) for names in (RAREST, SO, OR, {"never"}, {"no"}, {"but"})
        )
        self._heeded = self._so | self._negates | (self._boost != 0) | self._no

    def compounds(self, texts: Sequence[str]) -> list[float]:
        """Return the compound of each text."""
        return [compound for portion in token_matcher.chunks(texts) for compound in self._portion(portion)]

    def _portion(self, texts: Sequence[str]) -> list[float]:
        if len(texts) == 1:
            return [self._vader.compound(texts[0])]
        spelled = [text if text.isascii() else self._vader.spell(text) for text in texts]
        plain, others = _parted(spelled)
        order, texts = [*plain, *others], [spelled[place] for place in chain(plain, others)]
        tokens = token_matcher.tokenize(texts[: len(plain)], texts[len(plain) :])
        kinds = self._kinds(tokens)
        places = np.flatnonzero(self._scored.take(kinds))
        owners = tokens.ends.searchsorted(places, "right")
        valences = self._valences(kinds, places, owners, tokens.ends)
        totals = np.bincount(owners, valences, len(texts)).astype(np.float64)
        self._turn(totals, kinds, tokens.ends, places, owners, valences)
        felt = np.flatnonzero(totals)
        sums = totals[felt]
        added = _emphasis(tokens)[felt]
        sums += np.where(sums > 0, added, -added)
        sums /= np.sqrt(sums * sums + ALPHA)
        phrased = set(owners[self._near_phrase(kinds, places)].tolist())
        uncertain = owners[np.abs(totals[owners]) < _NEAR_ZERO]
        totals[felt] = round4(sums)
        phrased = {place for place in phrased if find_words(texts[place].lower())}
        for place in {*phrased, *uncertain.tolist(), *felt[near_ties(sums)].tolist()}:
            totals[place] = self._vader.compound(texts[place])
        in_order = np.empty_like(totals)
        in_order[order] = totals
        found: list[float] = in_order.tolist()
        return found

    def _kinds(self, tokens: Tokens) -> Kinds:
        """Return the kind of each token."""
        places = self._words.find(tokens)
        kinds = self._kind[places, tokens.upper.view(np.uint8)]
        for token in token_matcher.holding(tokens, "n't").tolist():
            if not places[token]:
                kinds[token] = self._contracted[int(tokens.upper[token])]
        return kinds

    def _turn(
        self, totals: Floats, kinds: Kinds, ends: Places, places: Places, owners: Places, valences: Floats
    ) -> None:
        """Add up again the valences of texts with a "but"."""
        buts = np.flatnonzero(self._but.take(kinds))
        texts, which = np.unique(ends.searchsorted(buts, "right"), return_index=True)
        first, last = owners.searchsorted(texts), owners.searchsorted(texts, "right")
        for text, but, start, stop in zip(texts.tolist(), buts[which].tolist(), first, last, strict=True):
            if stop > start:
                own = zip(places[start:stop].tolist(), valences[start:stop].tolist(), strict=True)
                totals[text] = sum(after_but(dict(own), but))

    def _near_phrase(self, kinds: Kinds, places: Places) -> Flags:
        """Return of each scored word whether a phrase may be around it."""
        at = np.append(np.flatnonzero(self._phrased.take(kinds)), len(kinds) + AFTER)
        nearest: Places = at[at.searchsorted(places - BEFORE)]
        return nearest <= places + AFTER

    def _valences(self, kinds: Kinds, places: Places, owners: Places, ends: Places) -> Floats:
        """Return the valences of the scored words at `places`, changed by their neighbours."""
        sizes = np.diff(ends, prepend=0)
        scored = kinds.take(places)
        valences = self._valence.take(scored)
        away = places - (ends - sizes)[owners]
        before = [np.where(away > back, kinds.take(places - (back + 1), mode="wrap"), 0) for back in range(len(DAMPED))]
        outstanding = self._outstanding(kinds, ends, sizes)[owners]
        loud = self._upper.take(scored) & outstanding
        no = self._no.take(scored)
        follows = np.where(places + 1 < ends[owners], kinds.take(places + 1, mode="wrap"), _PLAIN)
        silent = no & ~self._open.take(follows)
        busy = np.flatnonzero(loud | silent | np.logical_or.reduce([self._heeded.take(kind) for kind in before]))
        if busy.size:
            near = [kind[busy] for kind in before]
            valences[busy] = self._changed(valences[busy], near, silent[busy], loud[busy], outstanding[busy])
        return valences

    def _outstanding(self, kinds: Kinds, ends: Places, sizes: Places) -> Flags:
        """Return of each text whether capitals stand out in it: some words, but not all, are in them."""
        uppers = np.concatenate([[0], self._upper.take(kinds).cumsum()])
        capitals: Places = uppers[ends] - uppers[ends - sizes]
        return (capitals > 0) & (capitals < sizes)

    def _changed(self, valences: Floats, before: list[Kinds], silent: Flags, loud: Flags, outstanding: Flags) -> Floats:
        """Return what the three words before make of valences, step by step as in `neighbours.Steps`."""
        first, second, third = before
        so = self._so.take(first)
        never_so = (
            np.zeros_like(so),
            self._never.take(second) & so,
            self._open.take(third) & (so | (self._never.take(third) & self._so.take(second))),
        )
        no = self._no.take(first) | self._no.take(second) | (self._no.take(third) & self._or.take(first))
        valences = np.where(no, valences * vader_data.N_SCALAR, np.where(silent, 0.0, valences))
        valences += loud * np.where(valences > 0, vader_data.C_INCR, -vader_data.C_INCR)
        for kind, damped, raised in zip(before, DAMPED, never_so, strict=True):
            boost = self._boost.take(kind)
            stressed = ((boost != 0) & self._upper.take(kind) & outstanding) * vader_data.C_INCR
            pushed = np.where(valences < 0, -boost, boost) + np.where(valences > 0, stressed, -stressed)
            valences += pushed * damped
            denied = np.where(self._negates.take(kind), vader_data.N_SCALAR, 1.0)
            valences *= np.where(raised, SO_FACTOR, denied)
        return valences


def _parted(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the places of texts in ASCII, and those of the others."""
    plain = [place for place, text in enumerate(texts) if text.isascii()]
    return plain, [place for place, text in enumerate(texts) if not text.isascii()]


def _emphasis(tokens: Tokens) -> Floats:
    """Return what the punctuation of each text adds."""
    exclamations, questions = (token_matcher.counts(tokens, mark) for mark in "!?")
    asked = np.where(questions > 3, QUESTIONS, questions * QUESTION)  # noqa: PLR2004  the package's bound
    added: Floats = np.minimum(exclamations, 4) * EXCLAMATION + np.where(questions > 1, asked, 0.0)
    return added
