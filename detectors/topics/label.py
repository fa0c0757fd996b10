"""The name of a topic, as people write it: the longest phrase around its words that most of its posts share.

Words come from all posts of the topic in the window, by log-odds against the usual; their spelling is the one most
posts use, accents and case as written.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from detectors.topics.text import TOKEN, stem_of, tokens
from detectors.topics.words import telling
from mentions.fold import fold_in_place

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from detectors.topics.usual import Usual

LONGEST: Final = 6
"""Words of a phrase."""

SHARED: Final = 0.5
"""Share of a unit's posts that must hold a phrase around it."""

PHRASES: Final = 2
SHOWN_TERMS: Final = 6
LABEL_CHARS: Final = 60


def name(posts: Sequence[tuple[str, Collection[str]]], usual: Usual) -> tuple[str, list[str]]:
    """Return the label and further words of a topic, from the texts and units of its posts."""
    counts = Counter(unit for _, units in posts for unit in units if unit[0] not in "!-")
    found = telling(dict(counts), len(posts), usual) or [(unit, n) for unit, n in counts.most_common(1)]
    surfaces: list[str] = []
    for unit, _ in found[:SHOWN_TERMS]:
        texts = [text for text, units in posts if unit in units]
        spelled = phrase(unit, texts) if len(surfaces) < PHRASES else spelling(unit, texts)
        if not any(spelled.casefold() in other.casefold() for other in surfaces):
            surfaces.append(spelled)
    return clipped(", ".join(surfaces[:PHRASES])), surfaces


def clipped(label: str) -> str:
    """Return a label of no more than LABEL_CHARS, cut between words."""
    if len(label) <= LABEL_CHARS:
        return label
    return label[:LABEL_CHARS].rsplit(" ", 1)[0].rstrip(",;: ") + "…"


def spelling(unit: str, texts: Sequence[str]) -> str:
    """Return how most texts write a unit.

    >>> spelling("panne reseau", ["Panne réseau !", "encore une panne réseau", "PANNE RESEAU"])
    'panne réseau'
    """
    wanted = unit.split(" ")
    ways: Counter[str] = Counter()
    for text in texts:
        words = _words(text)
        for place in range(len(words) - len(wanted) + 1):
            if all(_is(words[place + i], wanted[i]) for i in range(len(wanted))):
                ways[" ".join(words[place : place + len(wanted)])] += 1
                break
    together: Counter[str] = Counter()
    for way, count in ways.items():
        together[way.casefold()] += count
    if not together:
        return unit
    best = max(together, key=lambda way: (together[way], way))
    return max((way for way in ways if way.casefold() == best), key=lambda way: (ways[way], way))


def phrase(unit: str, texts: Sequence[str]) -> str:
    """Return the longest run of words around a unit that at least half of the texts share, else the unit's spelling.

    >>> phrase("board", ["Six hours on board, no food", "six hours on board and counting", "we sat six hours on board"])
    'six hours on board'
    """
    first = unit.split(" ", 1)[0]
    runs: Counter[str] = Counter()
    for text in texts:
        words = _words(text)
        folded = [fold_in_place(word) for word in words]
        runs.update(
            {
                " ".join(folded[start:end])
                for place, word in enumerate(words)
                if _is(word, first)
                for start in range(max(0, place - LONGEST + 1), place + 1)
                for end in range(place + 1, min(len(words), start + LONGEST) + 1)
                if _telling(folded[start]) and _telling(folded[end - 1])
            }
        )
    least = max(2, SHARED * len(texts))
    shared = [run for run, count in runs.items() if count >= least and len(run.split(" ")) > len(unit.split(" "))]
    if not shared:
        return spelling(unit, texts)
    best = max(shared, key=lambda run: (len(run.split(" ")), runs[run], run))
    return _as_written(best, texts)


def _as_written(run: str, texts: Sequence[str]) -> str:
    wanted = run.split(" ")
    ways: Counter[str] = Counter()
    for text in texts:
        words = _words(text)
        folded = [fold_in_place(word) for word in words]
        for place in range(len(words) - len(wanted) + 1):
            if folded[place : place + len(wanted)] == wanted:
                ways[" ".join(words[place : place + len(wanted)])] += 1
                break
    return max(ways, key=lambda way: (ways[way], way)) if ways else run


def _words(text: str) -> list[str]:
    """Return the words of a text as written; handles are left out, links are their domain and path."""
    return [token for token in TOKEN.findall(text.replace("’", "'")) if token[0] != "@"]


def _is(word: str, unit: str) -> bool:
    """Tell whether a word as written is counted as `unit`."""
    return any(stem_of(token) == unit for token in tokens(word) if token)


def _telling(folded: str) -> bool:
    """Tell whether a phrase may begin or end with a word."""
    return folded.isdigit() or bool(stem_of(folded.lstrip("#")))
