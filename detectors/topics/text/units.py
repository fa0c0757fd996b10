"""Units of a text: words, two-word phrases, hashtags and links, normalised and without function words.

Accents, case and width do not matter. A hashtag in camel case is also its words (#TrainsLate: "trainslate", "train",
"late"). A link is its domain and path. Words lose a plural "s". Scripts without spaces are cut into pairs of
characters.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

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


class TextUnits(NamedTuple):
    """What a text holds: all its words in order, and its units."""

    words: list[str]  # normalised, function words included; "" stands for a handle
    units: frozenset[str]


def read(text: str, own: frozenset[str]) -> TextUnits:
    """Return the words and the units of a text, without the brand's own words (from `own_words`).

    >>> sorted(read("Les trains d'Acme sont en panne #AcmeFail https://x.test/a?b=1", own_words(["Acme"])).units)
    ['acmefail', 'fail', 'panne', 'panne acmefail', 'train', 'x.test/a']
    """
    words = tokens(text)
    units: set[str] = set()
    before = ""
    for word in words:
        stem = _stems.get(word)
        if stem is None:
            stem = _remember(word)
        if not stem or word in own or stem in own:
            before = ""
            continue
        units.add(stem)
        if before and "/" not in stem:
            units.add(f"{before} {stem}")
        before = "" if "/" in stem else stem
    return TextUnits(words, frozenset(units))


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


_stems: Final[dict[str, str]] = {}
"""What recent words are counted as: a shortcut, of bounded size."""

_REMEMBERED: Final = 20_000


def _remember(word: str) -> str:
    if len(_stems) >= _REMEMBERED:
        _stems.clear()
    stem = _stems[word] = stem_of(word)
    return stem


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
