"""Words of an incident's mentions on a card, in place of the topic while none is known. They come from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.incidents.findings import words_of
from alerts.rendering.contributor_part import example_text, is_quoted
from alerts.rendering.rich_text import fill_message, join, plain
from alerts.rendering.text import WORD_CHARS, translate
from alerts.rendering.topic_part import TopicPart, named_terms, quote, quoted_post
from detectors.model.signal_text import format_number

if TYPE_CHECKING:
    from alerts.incidents.model import Incident
    from detectors.model.signal import Example
    from detectors.model.signal_text import Language


def build_words(incident: Incident, language: Language) -> TopicPart | None:
    """Return the words of an incident's mentions, and one that holds them; None where a topic is known, or no word."""
    words = words_of(incident)
    if words is None:
        return None
    counts = dict(words.terms)
    items = [
        quote(term, WORD_CHARS, language) + plain(f" {format_number(counts[term], language)}")
        for term in named_terms(incident, counts)
    ]
    if not items:
        return None
    example = quoted_example(incident)
    post = quoted_post(words.post, language) if example is None else example_text(example, language)
    return TopicPart(
        title=fill_message(language, "mention_words", items=join(items, ", ")),
        figures=plain(
            translate(
                language,
                "mention_words_of_one" if words.voices == 1 else "mention_words_of",
                count=format_number(words.voices, language),
            )
        ),
        posts=(fill_message(language, "mention_with_words", post=post),),
        copies=(),
        further=(),
    )


def quoted_example(incident: Incident) -> Example | None:
    """Return the example of the incident that the part quotes; None where it is not among the examples."""
    words = words_of(incident)
    if words is None:
        return None
    every = (one for finding in incident.findings.values() for one in finding.signal.contributors.examples)
    return next((one for one in every if is_quoted(one, words)), None)
