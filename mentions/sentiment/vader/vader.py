"""VADER for English: the figures of vaderSentiment 3.3.2, bit for bit, several times as fast.

Lexicon, boosters, negations, idioms and arithmetic are those of the installed package. The valence of a scored word
depends only on the three words before it, the two after it and on whether capitals stand out. So each token becomes one
character that stands for everything the package can know about it, a text becomes a string of these, and the package
is asked about each window around a scored word once; the answer is cached. Most texts hold nothing that changes a
neighbour: their valences just add up.

Hutto & Gilbert (2014), VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text. ICWSM-14.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from mentions.sentiment.vader import vader_data
from mentions.sentiment.vader.emoji import Emoji
from mentions.sentiment.vader.modifiers import ModifierTable, WindowCache
from mentions.sentiment.vader.tokens import (
    AFTER,
    BEFORE,
    COARSE,
    END,
    FINE,
    MERGED,
    START,
    WIDTH,
    TokenCodes,
    all_scored,
    all_upper,
    find_alone,
    find_busy,
    find_loud,
    find_near,
    find_phrase,
    find_scored,
    find_turn,
    find_words,
    merge_quiet,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mentions.sentiment.vader.modifiers import Modifier

EXCLAMATION: Final = 0.292
QUESTION: Final = 0.18
QUESTIONS: Final = 0.96
ALPHA: Final = 15


class Polarity(NamedTuple):
    """The four figures of the package, rounded as it rounds them."""

    neg: float
    neu: float
    pos: float
    compound: float


class Vader:
    """Scores one text at a time. Its cache saves time and never changes a result."""

    def __init__(self) -> None:
        """Read the package's lexicons."""
        analyzer = vader_data.SentimentIntensityAnalyzer()
        self.spell = Emoji(analyzer.emojis).spell
        self.codes = coarse = TokenCodes(analyzer.lexicon, COARSE)
        fine = TokenCodes(analyzer.lexicon, FINE)
        self.code, self._fine = coarse.__getitem__, fine.__getitem__
        self._valence = coarse.valences.__getitem__
        self._no = coarse.pair("no")
        self._plain, self._capital = (
            (
                ModifierTable(coarse.kinds, capitals=capitals, loud=False),
                ModifierTable(coarse.kinds, capitals=capitals, loud=True),
                WindowCache(analyzer, fine, capitals=capitals),
            )
            for capitals in (False, True)
        )

    def compound(self, text: str) -> float:
        """Return the package's `compound` of `text`, in [-1, 1] with four decimals."""
        return self.compound_of(text, text.split())

    def compound_of(self, text: str, tokens: list[str]) -> float:
        """Return `compound` for a text already split at blanks."""
        if not text.isascii():
            spelled = self.spell(text)
            if spelled is not text:
                text, tokens = spelled, spelled.split()
        codes = "".join(map(self.code, tokens))
        if codes.isascii():
            return 0.0
        if find_busy(codes) and (find_near(codes) or find_alone(codes)):
            total = sum(self._weighed(codes, tokens))
        else:
            total = sum(map(self._valence, all_scored(codes)))
        if not total:
            return 0.0
        if "!" in text or "?" in text:
            total += _emphasis(text) if total > 0 else -_emphasis(text)
        return round(total / sqrt(total * total + ALPHA), 4)

    def polarity(self, text: str) -> Polarity:
        """Return all four figures of the package for `text`."""
        text = self.spell(text)
        tokens = text.split()
        if not tokens:
            return Polarity(0.0, 0.0, 0.0, 0.0)
        valences = self._weighed("".join(map(self.code, tokens)), tokens)
        added = _emphasis(text)
        total = float(sum(valences))
        if total:
            total += added if total > 0 else -added
        return Polarity(*_shares(valences, len(tokens), added), round(total / sqrt(total * total + ALPHA), 4))

    def _weighed(self, codes: str, tokens: list[str]) -> list[float]:
        """Return the valences of the scored words, in order; all else in the text is zero."""
        outstanding = find_loud(codes) is not None and len(all_upper(codes)) < len(codes)
        quiet, loud, windows = self._capital if outstanding else self._plain
        padded = merge_quiet(MERGED, f"{START}{codes}{END}")
        valences: dict[int, float] = {}
        for found in find_scored(codes):
            place, character = found.start(), found[0]
            window = padded[place : place + WIDTH]
            if character in self._no or (find_phrase(window) and _phrased(tokens, place)):
                valences[place] = windows[self._window(tokens, place)]
            else:
                steps = (loud if find_loud(character) else quiet)[window[:BEFORE]]
                valences[place] = _changed(self._valence(character), steps)
        turn = find_turn(codes)
        return after_but(valences, turn.start()) if turn and valences else list(valences.values())

    def _window(self, tokens: list[str], place: int) -> str:
        fine = map(self._fine, tokens[max(place - BEFORE, 0) : place + AFTER + 1])
        window = "".join([START[place:], *fine, END])
        around = merge_quiet(MERGED, window.replace("U", " "))
        return f"{around[:BEFORE]}{window[BEFORE]}{around[BEFORE + 1 : WIDTH]}"


def _phrased(tokens: list[str], place: int) -> bool:
    """Return whether one of the package's phrases may be around a word."""
    return find_words(" ".join(tokens[max(place - BEFORE, 0) : place + AFTER + 1]).lower()) is not None


def _changed(valence: float, steps: tuple[Modifier, ...]) -> float:
    for factor, up, down in steps:
        if factor:
            valence *= factor
        else:
            valence += up if valence > 0 else down
    return valence


def after_but(valences: dict[int, float], turn: int) -> list[float]:
    """Return the valences after the "but" rule; as in the package, the first of equal values is changed twice."""
    places = [place for place, valence in valences.items() if valence]
    sentiments = [valences[place] for place in places]
    for sentiment in list(sentiments):
        first = sentiments.index(sentiment)
        sentiments[first] = sentiment * (0.5 if places[first] < turn else 1.5)
    return sentiments


def _emphasis(text: str) -> float:
    added = min(text.count("!"), 4) * EXCLAMATION
    questions = text.count("?")
    if questions > 1:
        added += questions * QUESTION if questions <= 3 else QUESTIONS  # noqa: PLR2004  the package's bound
    return added


def _shares(valences: Sequence[float], tokens: int, emphasis: float) -> tuple[float, float, float]:
    """Return the shares of negative, neutral and positive words, as the package weights them."""
    positive = sum([valence + 1 for valence in valences if valence > 0])
    negative = -sum([valence - 1 for valence in valences if valence < 0])
    neutral = tokens - sum(valence != 0 for valence in valences)
    if positive > negative:
        positive += emphasis
    elif positive < negative:
        negative += emphasis
    total = positive + negative + neutral
    return round(negative / total, 3), round(neutral / total, 3), round(positive / total, 3)
