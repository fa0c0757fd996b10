"""Words of a text, normalised, and what each is counted as.

Accents, case and width do not matter. A hashtag in camel case is also its words (#TrainsLate: "trainslate", "train",
"late"). A link is its domain and path. Words lose a plural "s". Scripts without spaces are cut into pairs of
characters. No word reaches over a blank, so the words of a text are those of its parts between blanks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from detectors.topics.text.stopwords import STOPWORDS
from mentions.watchlist.normalise import normalise, normalise_in_place

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST: Final = 3
LONGEST: Final = 32
LINK_CHARS: Final = 48

TOKEN: Final = re.compile(r"https?://\S+|[@#]\w+|\w+")
_ELISION: Final = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu|un|all|dell|nell|dall|sull)'")
_TAG: Final = re.compile(r"#(\w+)")
_CAMEL: Final = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|\d+")
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]+")
_PLURAL_FROM: Final = 4


def tokens(text: str) -> list[str]:
    """Return the normalised words of a cleaned text in order; a handle is "", a link is its domain and path."""
    if "#" in text:
        text = _TAG.sub(_spread, text)
    normalised = normalise_in_place(text)
    if "'" in normalised:
        normalised = _ELISION.sub(" ", normalised).replace("'", "")
    found = TOKEN.findall(normalised)
    if "@" in normalised or "#" in normalised or "://" in normalised:
        found = [_bare(token) if token[0] in "@#" or "://" in token else token for token in found]
    return found if normalised.isascii() or not _UNSPACED.search(normalised) else _pairs(found)


def stem_of(word: str) -> str:
    """Return what a normalised word is counted as, "" for one that is left out.

    >>> stem_of("servers"), stem_of("the"), stem_of("2024"), stem_of("glass")
    ('server', '', '', 'glass')
    """
    if len(word) < SHORTEST and not _UNSPACED.match(word):
        return ""
    if word in STOPWORDS or word.isdigit() or "_" * SHORTEST in word:
        return ""
    if "/" in word:
        return word[:LINK_CHARS]
    if len(word) >= _PLURAL_FROM and word[-1] == "s" and word[-2] not in "su":
        word = word[:-1]
    return "" if word in STOPWORDS else word[:LONGEST]


def own_words(names: Iterable[str]) -> frozenset[str]:
    """Return the words that name the brand: of its name, aliases, keywords and handles, also run together.

    >>> sorted(own_words(["Acme Rail", "@AcmeHelp"]))
    ['acme', 'acmehelp', 'acmerail', 'rail']
    """
    own: set[str] = set()
    for name in names:
        words = tokens(normalise(name).replace("@", " ").replace("#", " "))
        own |= {word for word in words if word}
        own.add("".join(words))
    return frozenset(own | {stem_of(word) for word in own}) - {""}


def _bare(token: str) -> str:
    """Return a token without its mark: nothing of a handle, domain and path of a link."""
    if token[0] == "@":
        return ""
    if token[0] == "#":
        return token[1:]
    link = token.split("://", 1)[1].split("?", 1)[0].split("#", 1)[0].removeprefix("www.").rstrip('/.,;:!)…"')
    return link if "/" in link else ""


def _spread(tag: re.Match[str]) -> str:
    """Return a hashtag with its camel-case words behind it, and a gap between, over which no phrase reaches."""
    parts: list[str] = _CAMEL.findall(tag[1])
    return f"{tag[0]} @_ {' '.join(parts)}" if len(parts) > 1 else tag[0]


def _pairs(found: list[str]) -> list[str]:
    """Return tokens with runs of a script without spaces as overlapping pairs of characters."""
    out: list[str] = []
    for token in found:
        run = _UNSPACED.search(token)
        if run is None or "/" in token:
            out.append(token)
            continue
        signs = run[0]
        out += [signs[place : place + 2] for place in range(max(1, len(signs) - 1))]
    return out
