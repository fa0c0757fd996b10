"""Topic burst detector: many people suddenly write about the same thing.

The rule is in `detectors.topics`: `tracker` says how topics are found, what that costs and what it is blind to,
`rating` says which of them page. It reads each mention as it is counted and not the counts of a minute, so it has
neither thresholds nor `evaluate`: the engine calls `tracker.step`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import Detector, Tuning
from detectors.model import wording
from detectors.model.text import comparison
from detectors.topics.parameters import TopicBurst

if TYPE_CHECKING:
    from detectors.model.signal import Signal
    from detectors.model.text import Language

PEOPLE: Final = wording.Metric("people", {"en": "people", "fr": "personnes"}, {"en": "person", "fr": "personne"})


def explain(signal: Signal, language: Language) -> str:
    """Return the finding in one sentence."""
    return comparison(signal, language, PEOPLE)


DETECTOR: Final = Detector(
    name="topic_burst",
    parameters=TopicBurst,
    label={
        "en": "Many people suddenly write about the same thing",
        "fr": "Beaucoup de gens parlent soudain de la même chose",
    },
    explain=explain,
    metrics=(PEOPLE,),
    example=wording.Example("people", 20, 41, None, 3),
    pauses_learning=False,
    main_parameters=(
        wording.MainParameter(
            "min_surprisal",
            {
                "en": "surprisal of a topic; larger finds fewer [surprisal]",
                "fr": "surprise d’un sujet ; plus grand, plus rare [surprise]",
            },
        ),
        wording.MainParameter(
            "min_voices",
            {
                "en": "fewest people who write of a topic; larger fires later [people]",
                "fr": "nombre minimal de personnes par sujet ; plus grand, plus tard [personnes]",
            },
        ),
    ),
    featured=("min_voices",),
    tuning=Tuning(values={"risk_surprisal": (4.0, 5.0, 6.0), "negative_surprisal": (4.0, 5.0, 7.0)}),
    charted=False,
)
