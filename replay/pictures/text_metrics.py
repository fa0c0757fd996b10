"""Text metrics: widths and line breaks, estimated without a font from the widths of Helvetica's letters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alerts.rendering.rich_text import Span

_WIDTHS: Final = {
    letter: width
    for letters, width in (
        ("'", 191),
        ("ijl’‘", 222),
        ("ftI.,:;/\\! []|·", 278),
        ("()r-`{}“”", 340),
        ('"*^', 400),
        ("ckszvxyJ", 500),
        ("+<>=~", 584),
        ("FTZ", 611),
        ("ABEKPSVXY&", 667),
        ("CDHNRUw", 722),
        ("GOQ", 778),
        ("mM", 833),
        ("%", 889),
        ("W—…", 960),
        ("@", 1015),
    )
    for letter in letters
}
_OTHER: Final = 556
_SYMBOL: Final = 1250  # emoji and the like
BAR: Final = 470
"""Width of one bar of a sparkline; fonts differ so much that the caller must force it."""
_BOLD: Final = 1.07


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide `text` is at a font size, in the unit of the size; right to a few per cent."""
    total = sum(_WIDTHS.get(letter) or _unusual(letter) for letter in text)
    return total / 1000 * size * (_BOLD if bold else 1.0)


def _unusual(letter: str) -> int:
    if is_bars(letter):
        return BAR
    return _OTHER if letter < "\u2190" else _SYMBOL


def is_bars(text: str) -> bool:
    """Tell whether the text is a sparkline."""
    return all("▁" <= letter <= "█" for letter in text)


def wrap(spans: Iterable[Span], size: float, room: float) -> list[list[Span]]:
    """Return the spans broken into lines of at most `room`; a word longer than a line is broken anywhere."""
    lines: list[list[Span]] = [[]]
    used = 0.0
    for word in _words(spans, size, room):
        wide = _measure(word, size)
        if lines[-1] and used + wide > room and not word.text.isspace():
            lines.append([])
            used = 0.0
        if lines[-1] or not word.text.isspace():
            lines[-1].append(word)
            used += wide
    return lines


def _measure(span: Span, size: float) -> float:
    return width(span.text, size, bold=span.style == "bold")


def _words(spans: Iterable[Span], size: float, room: float) -> Iterator[Span]:
    for span in spans:
        for word in re.findall(r" |[^ ]+", span.text):
            yield from _pieces(span._replace(text=word), size, room)


def _pieces(word: Span, size: float, room: float) -> Iterator[Span]:
    """Yield the word, in halves of halves where it is too long for a line."""
    if _measure(word, size) <= room or len(word.text) == 1:
        yield word
        return
    middle = len(word.text) // 2
    for part in (word.text[:middle], word.text[middle:]):
        yield from _pieces(word._replace(text=part), size, room)
