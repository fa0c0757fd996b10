"""Texts of the demo's mentions: templates of the three brands, filled in at random."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tocsin.demo.scenarios.rng import Rng

_SLOT: Final = re.compile(r"\{(\w+)\}")
_SENTENCE: Final = re.compile(r"(^|[.!?] )([a-zà-ü])")


@dataclass(frozen=True)
class Theme:
    """Templates of one theme: beginnings, texts, endings."""

    lead: list[str]
    texts: list[str]
    tail: list[str]


@dataclass(frozen=True)
class Words:
    """One brand's themes, and the values of the slots in their templates."""

    slots: dict[str, list[str]]
    themes: dict[str, Theme]

    def write(self, theme: str, rng: Rng) -> str:
        """Return a new text of this theme."""
        parts = self.themes[theme]
        text = _SLOT.sub(lambda slot: rng.pick(self.slots[slot[1]]), rng.pick(parts.texts)).strip()
        return _style(rng.pick(parts.lead) + _join(text, rng.pick(parts.tail).strip()), rng)


def read_words(brand: str) -> Words:
    """Return the templates of a brand."""
    raw = (resources.files("tocsin.demo.scenarios") / f"{brand.lower()}.toml").read_text(encoding="utf-8")
    parsed: dict[str, Any] = tomllib.loads(raw)
    slots = parsed.pop("slots")
    return Words(slots, {theme: Theme(**table) for theme, table in parsed.items()})


def _join(text: str, tail: str) -> str:
    """End the sentence before the next one begins."""
    if not tail:
        return text
    needs_stop = text[-1].isalnum() and tail[0].isalpha() and not text.rsplit(maxsplit=1)[-1].startswith("#")
    stop = "." if needs_stop else ""
    return f"{text}{stop} {tail}"


def _style(text: str, rng: Rng) -> str:
    """Vary the case as people do: mostly sentence case, some all lower, a few all capitals."""
    if rng.bernoulli(0.15):
        return text.lower()
    if rng.bernoulli(0.03):
        return text.upper()
    return _SENTENCE.sub(lambda start: start[1] + start[2].upper(), text)
