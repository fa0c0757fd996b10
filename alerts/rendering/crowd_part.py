"""Crowd part of a card: who wrote the mentions of an incident, as evidence, with the innocent reading beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from alerts.incidents.findings import crowd_of
from alerts.rendering.rich_text import RichText, fill_message, join, plain
from alerts.rendering.text import translate
from detectors.model.signal_text import format_number, format_percent

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.crowd import Crowd, Without
    from detectors.model.signal_text import Language

NEAR: Final = 0.8
"""Part of a threshold from which a figure without some accounts is just below it: it would have fired later."""


def build_crowd(incident: Incident, language: Language) -> tuple[RichText, ...]:
    """Return shape, figures and counterfactual of an incident's mentions, a line each; none where nothing is known."""
    crowd = crowd_of(incident)
    if crowd is None:
        return ()
    reading = translate(language, f"crowd_{crowd.pattern}")
    title = fill_message(language, "crowd", reading=reading)
    lines = [title, _figures(crowd, language), *_without(crowd, language)]
    return tuple(line for line in lines if line)


def crowd_record(crowd: Crowd) -> dict[str, Any]:
    """Return a crowd as JSON data."""
    busiest = [{"author": name, "mentions": count} for name, count in crowd.busiest]
    record: dict[str, Any] = msgspec.to_builtins(crowd)
    return record | {"busiest": busiest}


def _figures(crowd: Crowd, language: Language) -> RichText:
    """Return the figures, those that say nothing left out."""
    share, number = format_percent, format_number
    parts = [
        translate(
            language,
            "crowd_author" if crowd.authors == 1 else "crowd_authors",
            count=number(crowd.authors, language),
            effective=number(crowd.effective, language),
            share=share(crowd.top_five, language),
        )
        if crowd.authors
        else translate(language, "crowd_no_authors"),
        translate(language, "crowd_copies_count", count=number(crowd.copies, language)) if crowd.copies else "",
        "" if crowd.newcomers is None else translate(language, "crowd_new", share=share(crowd.newcomers, language)),
        _timing(crowd, language),
        translate(language, "crowd_sharing", count=crowd.sharing, again=crowd.sharing_again) if crowd.sharing else "",
        translate(
            language, "crowd_sample", count=number(crowd.sampled, language), total=number(crowd.mentions, language)
        )
        if crowd.sampled < crowd.mentions
        else "",
    ]
    return join((plain(part) for part in parts if part), " · ")


def _timing(crowd: Crowd, language: Language) -> str:
    text = translate(language, "crowd_minute", share=format_percent(crowd.busiest_minute, language))
    if crowd.usual_busiest_minute is None:
        return text
    return text + translate(language, "crowd_minute_usual", share=format_percent(crowd.usual_busiest_minute, language))


def _without(crowd: Crowd, language: Language) -> tuple[RichText, ...]:
    """Return what the rule finds without the busiest accounts."""
    without = crowd.without
    if without is None:
        return ()
    figure = format_percent if without.metric.endswith("share") else format_number
    observed, before = figure(without.observed, language), figure(without.before, language)
    text = translate(
        language,
        "crowd_without_one" if without.accounts == 1 else "crowd_without",
        accounts=without.accounts,
        observed=observed,
        before=before,
    )
    return (plain(text + translate(language, _outcome(without))),)


def _outcome(without: Without) -> str:
    if without.fires:
        return "crowd_fires"
    return "crowd_near" if without.observed >= NEAR * without.threshold else "crowd_not_fired"
