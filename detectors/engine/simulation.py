"""Simulation of a burst on a calm background, for doctests and for trying out a policy."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from detectors.engine import engine
from detectors.policy import Policy
from mentions.model.batches import Batch
from mentions.model.hashing import hash63

if TYPE_CHECKING:
    from detectors.model.signal import Signal

_HOUR: Final = 3_600_000
_START: Final = 470_004 * _HOUR

HourlyMix = dict[str, float]
"""Mentions an hour of each kind: `negative`, `positive`, `neutral`, and `abusive`, which is negative too."""


def simulate(
    background: HourlyMix,
    burst: HourlyMix,
    hours: int = 3,
    days: int = 4,
    policy: Policy | None = None,
    reach: int = 0,
    seed: int = 1,
) -> list[Signal]:
    """Return the signals of `days` of background and then `hours` of burst, as Poisson streams drawn from `seed`.

    Every author in the burst reaches `reach` people. The burst begins at 12:00 UTC.
    """
    policy, dice = policy or Policy(), Random(seed)  # noqa: S311 - made up, and the same every time
    state, signals = engine.advance_watermark(engine.initial_state("acme"), _START - _HOUR, policy)
    for hour in range(24 * days + hours):
        raging = hour >= 24 * days
        batch = _hour_of(burst if raging else background, hour, dice, reach if raging else 0)
        state, found = engine.process(state, batch, policy)
        state, more = engine.advance_watermark(state, _START + (hour + 1) * _HOUR, policy)
        signals += found + more
    return signals


def first_alert(signals: list[Signal], detector: str, days: int = 4) -> str:
    """Return when and with what a detector first fired, in minutes from the start of the burst."""
    first = next((signal for signal in signals if signal.detector == detector and signal.phase == "raised"), None)
    if first is None:
        return "no alert"
    after = (first.at - _START - 24 * days * _HOUR) // 60_000
    return f"{first.severity} after {after} min at {first.evidence.observed:.3g} {first.evidence.metric}"


def _hour_of(mix: HourlyMix, hour: int, dice: Random, reach: int) -> Batch:
    kinds = {"negative": (-1, 0.0), "positive": (1, 0.0), "neutral": (0, 0.0), "abusive": (-1, 0.9)}
    drawn = sorted((at, *kinds[kind]) for kind, rate in mix.items() for at in _poisson(rate, dice))
    published = [_START + hour * _HOUR + int(at * _HOUR) for at, _, _ in drawn]
    labels = [label for _, label, _ in drawn]
    size = len(drawn)
    ids = [hash63(f"{hour}/{place}") for place in range(size)]
    return Batch(
        brand="acme",
        partition=0,
        policy=1,
        scorer="rehearsal",
        offsets=[hour] * size,
        indexes=list(range(size)),
        ids=ids,
        published=published,
        arrived=published,
        compounds=[label / 2 for label in labels],
        labels=labels,
        abuses=[abuse for _, _, abuse in drawn],
        channels=["forum"] * size,
        authors=[f"author {number % 500}" for number in ids],
        reaches=[reach] * size,
        text_hashes=ids,
        excerpts=["a mention"] * size,
        urls=[""] * size,
    )


def _poisson(rate: float, dice: Random) -> list[float]:
    """Return the instants of a Poisson stream of `rate` an hour within one hour."""
    instants: list[float] = []
    at = dice.expovariate(rate) if rate else 1.0
    while at < 1.0:
        instants.append(at)
        at += dice.expovariate(rate)
    return instants
