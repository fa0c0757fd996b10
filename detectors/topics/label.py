"""Label of a topic, as people write it: the longest phrase around its words that most of its posts share.

The words come from all posts of the topic in the window, by log-odds against the baseline. Each is spelled as most
posts spell it, accents and case as written.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from itertools import chain
from operator import contains
from typing import TYPE_CHECKING, Final, NamedTuple

from detectors.topics.log_odds import distinctive
from detectors.topics.text.units import TOKEN, stem_of, tokens
from detectors.topics.window import is_word
from mentions.watchlist.normalise import normalise_in_place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from collections.abc import Set as AbstractSet

    from detectors.topics.stats.baseline import UnitBaseline

LONGEST: Final = 6
"""Words of a phrase."""

MIN_SHARE: Final = 0.5
"""Share of a unit's posts that must hold a phrase around it."""

PHRASES: Final = 2
SHOWN_TERMS: Final = 6
LABEL_CHARS: Final = 60


def label_and_terms(
    posts: Sequence[tuple[str, Collection[str]]], baseline: UnitBaseline, own: AbstractSet[str] = frozenset()
) -> tuple[str, list[str]]:
    """Return the label and the words of a topic, from the texts and units of its posts.

    No phrase begins or ends with a word of `own`, the words that name the brand.
    """
    every = Counter(chain.from_iterable(units for _, units in posts))
    counts = Counter({unit: count for unit, count in every.items() if is_word(unit)})
    found = distinctive(counts, len(posts), baseline) or _most_common(counts)
    terms: list[str] = []
    for unit, _ in found[:SHOWN_TERMS]:
        texts = [text for text, units in posts if unit in units]
        spelled = phrase(unit, texts, own) if len(terms) < PHRASES else spelling(unit, texts)
        if not any(spelled.casefold() in other.casefold() for other in terms):
            terms.append(spelled)
    return truncate(", ".join(terms[:PHRASES])), terms


def _most_common(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:1]


def truncate(label: str) -> str:
    """Return a label of at most LABEL_CHARS and an ellipsis, cut between words."""
    if len(label) <= LABEL_CHARS:
        return label
    return label[:LABEL_CHARS].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def spelling(unit: str, texts: Sequence[str]) -> str:
    """Return how most texts write a unit.

    >>> spelling("panne reseau", ["Panne réseau !", "encore une panne réseau", "PANNE RESEAU"])
    'panne réseau'
    """
    wanted = unit.split(" ")
    spellings: Counter[str] = Counter()
    for text in texts:
        words = _words_of(text)
        for place in words.places(wanted[0]):
            if words.stand_at(place, wanted):
                spellings[" ".join(words.written[place : place + len(wanted)])] += 1
                break
    regardless_of_case: Counter[str] = Counter()
    for spelled, count in spellings.items():
        regardless_of_case[spelled.casefold()] += count
    if not regardless_of_case:
        return unit
    best = max(regardless_of_case, key=lambda spelled: (regardless_of_case[spelled], spelled))
    return _most_frequent({spelled: count for spelled, count in spellings.items() if spelled.casefold() == best})


def phrase(unit: str, texts: Sequence[str], own: AbstractSet[str] = frozenset()) -> str:
    """Return the longest run of words around a unit that at least half of the texts share, else the unit's spelling.

    >>> phrase("board", ["Six hours on board, no food", "six hours on board and counting", "we sat six hours on board"])
    'six hours on board'
    """
    first = unit.split(" ", 1)[0]
    runs: Counter[str] = Counter()
    for text in texts:
        words = _words_of(text)
        normalised = words.normalised
        runs.update(
            {
                " ".join(normalised[start : last + 1])
                for place in words.places(first)
                for start in words.bounds(place - LONGEST + 1, place + 1, own)
                for last in words.bounds(place, start + LONGEST, own)
            }
        )
    enough = max(2, MIN_SHARE * len(texts))
    shared = [run for run, count in runs.items() if count >= enough and len(run.split(" ")) > len(unit.split(" "))]
    if not shared:
        return spelling(unit, texts)
    best = max(shared, key=lambda run: (len(run.split(" ")), runs[run], run))
    return _as_written(best, texts)


def _as_written(run: str, texts: Sequence[str]) -> str:
    wanted = run.split(" ")
    spellings: Counter[str] = Counter()
    for text in texts:
        words = _words_of(text)
        for place in range(len(words.written) - len(wanted) + 1):
            if words.normalised[place] == wanted[0] and words.normalised[place : place + len(wanted)] == wanted:
                spellings[" ".join(words.written[place : place + len(wanted)])] += 1
                break
    return _most_frequent(spellings) if spellings else run


def _most_frequent(spellings: dict[str, int]) -> str:
    return max(spellings, key=lambda spelled: (spellings[spelled], spelled))


class _Words(NamedTuple):
    """The words of a text as written; handles are left out, links stay whole."""

    written: list[str]
    normalised: list[str]
    stems: list[frozenset[str]]  # what each is counted as
    bounding: list[bool]  # whether a phrase may begin or end with it

    def places(self, unit: str) -> list[int]:
        """Return where a word is counted as `unit`."""
        return [place for place, stems in enumerate(self.stems) if unit in stems]

    def stand_at(self, place: int, wanted: Sequence[str]) -> bool:
        """Return whether the words from a place on are counted as those `wanted`."""
        here = self.stems[place : place + len(wanted)]
        return len(here) == len(wanted) and all(map(contains, here, wanted))

    def bounds(self, start: int, end: int, own: AbstractSet[str]) -> list[int]:
        """Return the places from `start` until before `end` at which a phrase may begin or end: no word of `own`."""
        inside = range(max(0, start), min(end, len(self.written)))
        return [place for place in inside if self.bounding[place] and self.normalised[place] not in own]


@lru_cache(maxsize=256)
def _words_of(text: str) -> _Words:
    written = [token for token in TOKEN.findall(text.replace("’", "'")) if token[0] != "@"]
    normalised = list(map(normalise_in_place, written))
    return _Words(written, normalised, list(map(_stems, written)), list(map(_may_bound, normalised)))


@lru_cache(maxsize=8_192)
def _stems(word: str) -> frozenset[str]:
    return frozenset(stem_of(token) for token in tokens(word) if token)


@lru_cache(maxsize=8_192)
def _may_bound(normalised: str) -> bool:
    """Return whether a phrase may begin or end with a word."""
    return normalised.isdigit() or bool(stem_of(normalised.lstrip("#")))
