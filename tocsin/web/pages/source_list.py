"""List of the sources on the overview: the state of each, when it last brought something, and what it may still use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.rendering.escaping import clean
from streams.listening.health import span
from tocsin.web.text import translate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors.model.signal_text import Language
    from sources.budget import BudgetLine
    from streams.listening.health import SourceHealth


def source_lines(known: Sequence[SourceHealth], now: int, language: Language) -> list[str]:
    """Return a line on each source."""
    return [_line(one, now, language) for one in known]


def _line(one: SourceHealth, now: int, language: Language) -> str:
    parts = [clean(one.source), translate(language, f"source_is_{one.state}")]
    if one.last_news:
        parts.append(translate(language, "source_news", ago=span((now - one.last_news) / 1000)))
    left = ", ".join(_left(line, language) for line in one.budget)
    if left:
        parts.append(translate(language, "source_left", left=left))
    if one.state == "active" and one.reason:
        parts.append(clean(one.reason))
    return " · ".join(parts)


def _left(line: BudgetLine, language: Language) -> str:
    amount = line.left / 1e6 if line.unit == "bytes" else line.left
    places = {"requests": 0, "bytes": 1, "euros": 2}[line.unit]
    figure = f"{amount:,.{places}f}"
    if language == "fr":
        figure = figure.replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    return translate(language, f"source_left_{line.unit}_{line.period}", amount=figure)
