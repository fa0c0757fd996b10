"""Topic burst detector: many people suddenly write about the same thing, whatever the language and the volume.

The rule is that of `detectors.topics.tracker`: it reads each sampled mention, so this module has no `evaluate`. The
severity follows from what the topic is about (`detectors.topics.rating`): `info`, unless it touches a risk category, is
darker than usual, or many people write of it.

Trade-off: a lower `min_surprisal` finds smaller topics, and more often one without interest.
Blind spots and cost: see the tracker.
Reference: Kleinberg, Bursty and Hierarchical Structure in Streams, KDD 2002.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import Detector, Tuning
from detectors.model import wording
from detectors.model.signal_text import comparison, topic_line
from detectors.topics.parameters import TopicBurst

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.signal_text import Language

AUTHORS: Final = wording.Metric("authors", {"en": "authors", "fr": "auteurs"}, {"en": "author", "fr": "auteur"})
"""What is counted of a topic: different people who write of it."""


def explain(signal: Signal, language: Language) -> str:
    """Return the topic in one sentence."""
    return topic_line(signal.topic, language) if signal.topic else comparison(signal, language, AUTHORS)


DETECTOR: Final = Detector(
    name="topic_burst",
    parameters=TopicBurst,
    label={"en": "Many write about the same thing", "fr": "Beaucoup parlent de la même chose"},
    explain=explain,
    metrics=(AUTHORS,),
    example=wording.Example("authors", 20, 41, 1, 3),
    pauses_learning=False,
    charted=False,  # every unit of text has a threshold of its own
    main_parameters=(
        wording.MainParameter(
            "min_surprisal",
            {
                "en": "surprisal from which it is a topic; larger finds fewer [nats]",
                "fr": "surprise à partir de laquelle c’est un sujet ; plus grand, plus rare [nats]",
            },
        ),
        wording.MainParameter(
            "min_voices",
            {
                "en": "minimum people; larger fires later [people]",
                "fr": "nombre minimal de personnes ; plus grand, plus tard [personnes]",
            },
        ),
    ),
    featured=("min_surprisal",),
    tuning=Tuning(values={"min_surprisal": (5.0, 6.0, 8.0)}),
    reads_topics=True,
)
