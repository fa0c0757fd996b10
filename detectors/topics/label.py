"""Label of a topic, as people write it: the longest phrase around its words that most of its posts share.

The words come from all posts of the topic in the window, by log-odds against the baseline. Each is spelled as most
posts spell it, accents and case as written.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final

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
    counts = Counter(unit for _, units in posts for unit in units if is_word(unit))
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
        words = _words(text)
        for place in range(len(words) - len(wanted) + 1):
            if all(_is_counted_as(words[place + i], wanted[i]) for i in range(len(wanted))):
                spellings[" ".join(words[place : place + len(wanted)])] += 1
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
        words = _words(text)
        normalised = [normalise_in_place(word) for word in words]
        runs.update(
            {
                " ".join(normalised[start:end])
                for place, word in enumerate(words)
                if _is_counted_as(word, first)
                for start in range(max(0, place - LONGEST + 1), place + 1)
                for end in range(place + 1, min(len(words), start + LONGEST) + 1)
                if _may_bound(normalised[start])
                and _may_bound(normalised[end - 1])
                and own.isdisjoint((normalised[start], normalised[end - 1]))
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
        words = _words(text)
        normalised = [normalise_in_place(word) for word in words]
        for place in range(len(words) - len(wanted) + 1):
            if normalised[place : place + len(wanted)] == wanted:
                spellings[" ".join(words[place : place + len(wanted)])] += 1
                break
    return _most_frequent(spellings) if spellings else run


def _most_frequent(spellings: dict[str, int]) -> str:
    return max(spellings, key=lambda spelled: (spellings[spelled], spelled))


def _words(text: str) -> list[str]:
    """Return the words of a text as written; handles are left out, links stay whole."""
    return [token for token in TOKEN.findall(text.replace("’", "'")) if token[0] != "@"]


def _is_counted_as(word: str, unit: str) -> bool:
    """Return whether a word as written is counted as `unit`."""
    return unit in _stems(word)


@lru_cache(maxsize=8_192)
def _stems(word: str) -> frozenset[str]:
    return frozenset(stem_of(token) for token in tokens(word) if token)


@lru_cache(maxsize=8_192)
def _may_bound(normalised: str) -> bool:
    """Return whether a phrase may begin or end with a word."""
    return normalised.isdigit() or bool(stem_of(normalised.lstrip("#")))
