"""Token classes: one character for all that VADER can know about a token, so that a text becomes a short string.

Characters come in ranges that patterns can match: ASCII has no effect; U+E000 and up has no valence but an effect on
neighbours; U+10000 and up has a valence. Within both: quiet (a valence and no more), active (changes its neighbours),
in capitals, of a phrase, of a phrase and in capitals.
"""

from __future__ import annotations

import re
from itertools import chain
from string import punctuation
from typing import Final, NamedTuple

from mentions.sentiment.vader import vader_data

BEFORE: Final = 3
AFTER: Final = 2
"""How far the package looks to either side of a scored word [tokens]."""

START: Final = "\0" * BEFORE
END: Final = "\1" * AFTER
WIDTH: Final = BEFORE + 1 + AFTER
MERGED: Final = "m"
"""Stands for any scored word that only needs to be known as such."""

_SPAN: Final = 0x380
_UNSCORED: Final = 0xE000
_SCORED: Final = 0x10000
_QUIET, _ACTIVE, _LOUD, _PHRASE, _LOUD_PHRASE, _TURN, _LOUD_TURN = range(7)

_UNKNOWN: Final = (" ", "U")

MEMORY: Final = 300_000
"""Entries that a memo may hold before it starts afresh."""

_LONGEST: Final = 20
"""Characters of a token that is no longer remembered: most are links, which seldom come back."""

_SHORTEST: Final = 2
"""A token that punctuation leaves with no more characters than this is an emoticon, and keeps it."""

_PHRASES: Final = frozenset(chain(vader_data.SPECIAL_CASES, filter(lambda key: " " in key, vader_data.BOOSTER_DICT)))
_NEGATE: Final = frozenset(vader_data.NEGATE)
_HEEDED: Final = frozenset({"so", "this", "never", "without", "no", "or", "nor"})
RAREST: Final = frozenset(
    {"shit", "bomb", "ass", "bus", "yeah", "kiss", "die", "beating", "enough", "kind", "sort", "least", "doubt"}
)
"""At least one word of each phrase that the package knows: without one of these, the others mean nothing."""

COARSE: Final = _HEEDED | RAREST | {"but"}
FINE: Final = COARSE | {"at", "very"} | frozenset(chain.from_iterable(map(str.split, _PHRASES)))
"""Words with an identity of their own: always, and where one of the rare words occurs."""

assert all(RAREST & set(phrase.split()) for phrase in _PHRASES if " " in phrase)  # of the installed version


class TokenKind(NamedTuple):
    """All that the package can tell about a word: equal kinds are interchangeable."""

    valence: float | None  # None: not scored
    listed: bool  # in the lexicon
    boost: float
    negates: bool
    name: str  # of a word with an identity of its own
    upper: bool


class TokenCodes(dict[str, str]):
    """Raw token → the character of its kind; remembers what it has seen."""

    def __init__(self, lexicon: dict[str, float], named: frozenset[str]) -> None:
        """Take the package's lexicon, and the words that keep their identity."""
        self._lexicon = lexicon
        self._named = named
        self._characters: dict[TokenKind, str] = {}
        self.valences: dict[str, float] = {}  # of the scored kinds
        self.words = {"\1": "brand", " ": "brand", "U": "BRAND"}
        self.kinds = {MERGED: TokenKind(1.0, True, 0.0, False, "", False)}
        known = filter(_is_low, chain(lexicon, vader_data.BOOSTER_DICT, vader_data.NEGATE, named))
        self._known = {word: (self._assign(word, word), self._assign(word, word.upper())) for word in known}
        self._known_pair = self._known.get
        self._contracted = self._assign("n't", "n't"), self._assign("n't", "N'T")

        self.words[MERGED] = next(
            self.words[character] for character in self.valences if merge_quiet("", character) == ""
        )

    def pair(self, word: str) -> tuple[str, str]:
        """Return the characters of a known word, as such and in capitals."""
        return self._known[word]

    def known_words(self) -> dict[str, tuple[TokenKind, TokenKind]]:
        """Return the kinds of each known word, as such and in capitals."""
        return {word: (self.kinds[low], self.kinds[high]) for word, (low, high) in self._known.items()}

    def contracted_kinds(self) -> tuple[TokenKind, TokenKind]:
        """Return the kinds of an unknown word with "n't" in it, as such and in capitals."""
        low, high = self._contracted
        return self.kinds[low], self.kinds[high]

    def __missing__(self, token: str) -> str:
        word = token.strip(punctuation)
        if len(word) <= _SHORTEST:
            word = token
        low = word.lower()
        pair = self._known_pair(low)
        if pair is None:
            pair = self._contracted if "n't" in low else _UNKNOWN
        character = pair[word.isupper()]
        if len(token) < _LONGEST:
            if len(self) >= MEMORY:
                self.clear()
            self[token] = character
        return character

    def _assign(self, low: str, word: str) -> str:
        """Return the character of the kind of `word`, which is `low` in lower case."""
        boost = vader_data.BOOSTER_DICT.get(low, 0.0)
        listed = low in self._lexicon
        valence = self._lexicon[low] if listed and low not in vader_data.BOOSTER_DICT else None
        negates = low in _NEGATE or "n't" in low
        kind = TokenKind(valence, listed, boost, negates, low if low in self._named else "", word.isupper())
        if kind not in self._characters:
            base = (_UNSCORED if valence is None else _SCORED) + _SPAN * _rank(kind)
            self._characters[kind] = chr(base + len(self._characters))
            self.kinds[self._characters[kind]] = kind
            self.words[self._characters[kind]] = word
            if valence is not None:
                self.valences[self._characters[kind]] = valence
        return self._characters[kind]


def _is_low(word: str) -> bool:
    """Return whether the package, which looks words up in lower case, can ever find this one."""
    return word == word.lower()


def _rank(kind: TokenKind) -> int:
    if kind.name == "but":
        return _LOUD_TURN if kind.upper else _TURN
    if kind.name not in _HEEDED and kind.name:
        return _LOUD_PHRASE if kind.upper else _PHRASE
    if kind.upper:
        return _LOUD
    return _QUIET if kind.valence and not kind.boost and not kind.negates and not kind.name else _ACTIVE


def _pattern(*ranks: int, bases: tuple[int, ...] = (_UNSCORED, _SCORED), also: str = "") -> re.Pattern[str]:
    spans = (f"{chr(base + rank * _SPAN)}-{chr(base + rank * _SPAN + _SPAN - 1)}" for base in bases for rank in ranks)
    return re.compile(f"[{also}{''.join(spans)}]")


_scored = _pattern(_QUIET, _ACTIVE, _LOUD, _PHRASE, _LOUD_PHRASE, bases=(_SCORED,))
_turned = _pattern(_TURN, _LOUD_TURN)
_phrased = _pattern(_PHRASE, _LOUD_PHRASE)
_changed = _pattern(_ACTIVE, _LOUD, bases=(_SCORED,))
find_scored, all_scored = _scored.finditer, _scored.findall
merge_quiet = _pattern(_QUIET, bases=(_SCORED,)).sub
find_busy = _pattern(_ACTIVE, _LOUD, _PHRASE, _LOUD_PHRASE, _TURN, _LOUD_TURN).search
find_near = re.compile(f"{_pattern(_ACTIVE, _LOUD).pattern}.{{0,{BEFORE - 1}}}{_scored.pattern}").search
find_alone = re.compile(f"{_turned.pattern}|{_phrased.pattern}|{_changed.pattern}").search
find_turn = _turned.search
find_phrase = _phrased.search
find_words = re.compile(
    "|".join(["least", "doubt", *(phrase.replace(" ", r"[\W_]+") for phrase in _PHRASES if " " in phrase)])
).search
"""Finds in a text in lower case where a phrase may be; words between punctuation count as the package counts them."""
find_loud = _pattern(_LOUD, _LOUD_PHRASE, _LOUD_TURN).search
all_upper = _pattern(_LOUD, _LOUD_PHRASE, _LOUD_TURN, also="U").findall
