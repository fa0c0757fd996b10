"""Rule-based sentiment for French, after VADER's rules.

Words carry valences of -4 to +4 (`data/french.tsv`, our own table). Elided words are split (*d'horreur*), negation
stands on both sides (*n'aime pas*, *ne marche plus*) and ends at punctuation (*Rien. Honteux.*), boosters come before
(*vraiment nul*), *mais* shifts the weight to what follows. Emoji and emoticons count as in VADER, and so does the
normalisation: compound = s / √(s² + 15) for the sum s of the valences.

Blind to irony, to the target of a remark, and to complaints without sentiment words. Cost: one look-up a token, a slice
and a look-up a scored word.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from math import sqrt
from string import punctuation
from typing import TYPE_CHECKING, Final

from mentions.sentiment.vader import vader_data
from mentions.sentiment.vader.emoji import feelings

if TYPE_CHECKING:
    from collections.abc import Mapping

BEFORE: Final = 7
AFTER: Final = 3
"""How far a negation looks, in words."""

_NEAR: Final = 3
"""How far before a word boosters and most negations stand."""

_DAMPED: Final = (1.0, 0.95, 0.9)
_ALPHA: Final = 15
_MEMORY: Final = 300_000
_LONGEST: Final = 20

_PLAIN, _NE, _NOT, _PLUS, _MORE, _LESS, _BUT = " nN+><M"
"""One character a word: nothing, *ne*, *pas* and its kin, *plus*, a booster, a damper, *mais*."""

_END: Final = "|"
"""Comes after a word that punctuation follows: no negation reaches over it (*Rien. Honteux.*)."""

_SCORED, _LOUD = 0xE000, 0xF000
"""Scored words: the valence in tenths, counted from the middle of its range; in capitals."""

_MIDDLE: Final = 100

_NEGATIONS: Final = "pas jamais sans ni aucun aucune rien guère nullement aucunement point"
_BOOSTERS: Final = (
    "absolument archi beaucoup carrément complètement considérablement drôlement entièrement exceptionnellement "
    "extrêmement franchement grave hyper incroyablement infiniment particulièrement profondément sacrément si "
    "tellement terriblement totalement trop très ultra vachement vraiment énormément tout"
)
_DAMPERS: Final = "assez difficilement légèrement moins peu plutôt presque quasi quasiment rarement"
_CODES: Final = {
    **dict.fromkeys(_NEGATIONS.split(), _NOT),
    **dict.fromkeys(_BOOSTERS.split(), _MORE),
    **dict.fromkeys(_DAMPERS.split(), _LESS),
    "ne": _NE,
    "n'": _NE,
    "plus": _PLUS,
    "mais": _BUT,
}
_PUNCTUATION: Final = punctuation + "«»…“”‘’–—"
_ENDING: Final = frozenset(".,;:!?…")
_CLOSING: Final = "\"')]}»”’*_"
_elided = re.compile(r"(?:l|d|j|m|t|s|c|n|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=.)")
_find_scored = re.compile("[\ue000-\uffff]").finditer
_find_denied = re.compile(rf"{_NOT}|{_NE}.{{0,4}}\{_PLUS}").search
_find_picture = re.compile("[\u203c-\U0010ffff]").search


class French:
    """Scores one text at a time. Its cache saves time and never changes a result."""

    def __init__(self) -> None:
        """Read the tables."""
        lexicon = vader_data.SentimentIntensityAnalyzer()
        emoticons = {sign: value for sign, value in lexicon.lexicon.items() if not any(map(str.isalnum, sign))}
        self._code = _Codes(words(), emoticons).__getitem__
        self._windows = _Windows()
        self._pictures = _pictures(lexicon)

    def compound(self, text: str, tokens: list[str]) -> float:
        """Return the compound in [-1, 1] of `text`, split at blanks into `tokens`."""
        codes = "".join(map(self._code, tokens))
        total = 0.0
        if not codes.isascii():
            total = self._total(codes, shouted=text.isupper())
        if not text.isascii() and _find_picture(text):
            total += sum([self._pictures.get(character, 0.0) for character in text])
        if not total:
            return 0.0
        total += _emphasis(text) if total > 0 else -_emphasis(text)
        return total / sqrt(total * total + _ALPHA)

    def _total(self, codes: str, *, shouted: bool) -> float:
        padded = f"{' ' * BEFORE}{codes}{' ' * AFTER}"
        turn = codes.find(_BUT)
        total = 0.0
        for found in _find_scored(codes):
            place = found.start()
            valence = self._windows[padded[place : place + BEFORE + 1 + AFTER]]
            if found[0] >= chr(_LOUD) and not shouted:
                valence += vader_data.C_INCR if valence > 0 else -vader_data.C_INCR
            total += valence if turn < 0 else valence * (0.5 if place < turn else 1.5)
        return total


class _Codes(dict[str, str]):
    """Raw token → one character a word in it."""

    def __init__(self, valences: Mapping[str, float], emoticons: Mapping[str, float]) -> None:
        self._valences = valences
        self._emoticons = emoticons

    def __missing__(self, token: str) -> str:
        if token.isalpha():
            codes = self._word(token.lower(), token)
        elif token in self._emoticons:
            codes = _character(self._emoticons[token], loud=False)
        else:
            codes = self._words(token.replace("’", "'"))
            last = token[-1:]
            if last in _ENDING or (last in _CLOSING and token.rstrip(_CLOSING)[-1:] in _ENDING):
                codes += _END
        if len(token) < _LONGEST:
            if len(self) >= _MEMORY:
                self.clear()
            self[token] = codes
        return codes

    def _words(self, token: str) -> str:
        word = token.strip(_PUNCTUATION)
        low = word.lower()
        elided = _elided.match(low)
        if elided:
            return _CODES.get(elided[0], _PLAIN) + self._word(low[elided.end() :], word)
        return self._word(low, word)

    def _word(self, low: str, word: str) -> str:
        code = _CODES.get(low)
        if code is None and low in self._valences:
            return _character(self._valences[low], loud=len(word) > 1 and word.isupper())
        return code or _PLAIN


class _Windows(dict[str, float]):
    """Characters around a scored word → its valence among them."""

    def __missing__(self, window: str) -> float:
        before, after = window[:BEFORE], window[BEFORE + 1 :]
        valence = _valence(window[BEFORE])
        for away, code in enumerate(reversed(before.rpartition(_END)[2][-_NEAR:])):
            if code in {_MORE, _LESS}:
                push = (vader_data.B_INCR if code == _MORE else vader_data.B_DECR) * _DAMPED[away]
                valence += push if valence > 0 else -push
        if _is_negated(before, after):
            valence *= vader_data.N_SCALAR
        if len(self) >= _MEMORY:
            self.clear()
        self[window] = valence
        return valence


def _is_negated(before: str, after: str) -> bool:
    """Return whether a word between these is negated: *pas bon*, *ne … plus bon*, *n'aime pas*, *bon pas*."""
    before, after = before.rpartition(_END)[2], after.partition(_END)[0]
    near = before[-_NEAR:]
    if _NOT in near:
        return True
    if _PLUS in near and _find_denied(before):
        return True
    return (_NE in near and (_NOT in after or _PLUS in after)) or after[:1] == _NOT


def _character(valence: float, *, loud: bool) -> str:
    return chr((_LOUD if loud else _SCORED) + _MIDDLE + round(valence * 10))


def _valence(character: str) -> float:
    code = ord(character)
    return (code - (_LOUD if code >= _LOUD else _SCORED) - _MIDDLE) / 10


def _emphasis(text: str) -> float:
    questions = text.count("?")
    asked = (questions * 0.18 if questions <= 3 else 0.96) if questions > 1 else 0.0  # noqa: PLR2004  as in VADER
    return min(text.count("!"), 4) * 0.292 + asked


def _pictures(lexicon: vader_data.SentimentIntensityAnalyzer) -> dict[str, float]:
    """Return the valence of each emoji: from our own table, else the sum of its English description."""
    valences: dict[str, float] = {}
    for emoji, name in lexicon.emojis.items():
        value = sum(lexicon.lexicon.get(word, 0.0) for word in name.replace("-", " ").split())
        if len(emoji) == 1 and value:
            valences[emoji] = value
    return valences | feelings()


@cache
def words() -> dict[str, float]:
    """Return the table of French words and their valences."""
    table = files("mentions.sentiment").joinpath("data/french.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in table.splitlines())
    return {word: float(valence) for word, valence in pairs}
