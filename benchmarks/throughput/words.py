"""Texts for benchmarks: real words, no text twice.

The texts of the labelled sets where those are present, each once, and after that new texts out of two halves of
them. Where they are absent, sentences of a vocabulary of 30,000 distinct words: those of VADER's lexicon, of the French
lexicon and of the common words that ship, and words made of syllables. Few words are frequent and most are rare, as in
any language, so that caches of words and texts answer as seldom as they do in production.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import accumulate, count, islice
from random import Random
from typing import TYPE_CHECKING, Final

from benchmarks.training import sets
from benchmarks.vader_speed import everything
from mentions.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VOCABULARY: Final = 30_000
LONGEST: Final = 280
"""Characters of a text made of halves."""

_SYLLABLES: Final = tuple(
    f"{onset}{nucleus}{coda}"
    for onset in ("b", "br", "c", "ch", "d", "f", "gr", "h", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "v")
    for nucleus in ("a", "e", "ea", "i", "o", "ou", "u")
    for coda in ("", "l", "n", "r", "s", "t")
)
_ENDINGS: Final = ("", "", "", ".", ".", "!", "!!!", "?", " …", " :(", " :)", " 😡", " 👍")
_COMMON: Final = 150
"""Common words, in front of the vocabulary and so the most frequent ones."""


def distinct_texts(number: int, seed: int = 7) -> list[str]:
    """Return `number` distinct texts, cleaned: of real posts where those are present, else invented ones."""
    return list(islice(unique_texts(seed), number))


def source() -> str:
    """Tell what the texts are made of."""
    if sets.DEVELOPMENT.is_dir():
        return "the texts of the labelled sets, each once, then recombined"
    return f"invented sentences of {VOCABULARY:,} distinct words"


def unique_texts(seed: int = 7) -> Iterator[str]:
    """Yield texts without end, none twice."""
    seen: set[str] = set()
    for text in of_posts(everything(), seed) if sets.DEVELOPMENT.is_dir() else invented(seed):
        if text and text not in seen:
            seen.add(text)
            yield text


def of_posts(posts: Sequence[str], seed: int) -> Iterator[str]:
    """Yield the posts, cleaned and shuffled, then halves of two of them joined, without end."""
    chance, cleaned = Random(seed), [" ".join(clean(post).split()) for post in posts]
    chance.shuffle(cleaned)
    yield from cleaned
    halves = [text.split() for text in cleaned]
    while True:
        first, second = chance.choice(halves), chance.choice(halves)
        yield " ".join([*first[: (len(first) + 1) // 2], *second[len(second) // 2 :]])[:LONGEST].strip()


def invented(seed: int) -> Iterator[str]:
    """Yield invented sentences without end."""
    chance, words = Random(seed), vocabulary()
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    while True:
        chosen = chance.choices(words, cum_weights=weights, k=chance.randint(6, 24))
        if chance.random() < 0.1:
            chosen[chance.randrange(len(chosen))] = chance.choice(chosen).upper()
        yield f"{' '.join(chosen).capitalize()}{chance.choice(_ENDINGS)}"


def vocabulary(size: int = VOCABULARY) -> list[str]:
    """Return distinct words, the most frequent first, the same at every call."""
    known = list(dict.fromkeys([*_common_words(), *_lexicon_words()]))
    taken, front, rest = set(known), known[:_COMMON], known[_COMMON:]
    rest += islice((word for word in _made_words(size) if word not in taken), max(0, size - len(known)))
    Random(1).shuffle(rest)
    return [*front, *rest][:size]


def _common_words() -> Iterator[str]:
    for line in files("config").joinpath("common_words.txt").read_text(encoding="utf-8").splitlines():
        yield from () if line.startswith("#") else line.split()


def _lexicon_words() -> Iterator[str]:
    for package, name in (("vaderSentiment", "vader_lexicon.txt"), ("mentions.sentiment", "data/french.tsv")):
        for line in files(package).joinpath(name).read_text(encoding="utf-8").splitlines():
            word = line.partition("\t")[0]
            if word.isalpha():
                yield word


def _made_words(size: int) -> Iterator[str]:
    chance, made = Random(2), set()
    for _ in count():
        word = "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 2, 3))))
        if word not in made:
            made.add(word)
            yield word
        if len(made) > 2 * size:
            return
