"""Selection rules: how a setting is chosen from the scores of all settings on some brands.

A rule is an objective (what counts as good) and a way of picking among the good ones. The caller passes the evidence
of the brands that the rule may use and no others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from benchmarks.nab.series import PROFILES, value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from benchmarks.nab.series import Floats

Shape = tuple[int, ...]
RESAMPLES: Final = 100
FRACTIONS: Final = (500, 200, 100, 50, 20, 10, 5)
RADII: Final = (1, 2, 3)
TEMPERATURES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)  # points


class Rule(NamedTuple):
    """A rule of choosing."""

    objective: str
    picking: str


@dataclass(frozen=True)
class Evidence:
    """How every choice did for some brands."""

    parts: Floats  # copies of the series (the true one, then perturbed ones), choices, brands, parts of the score
    shape: Shape  # how many values each parameter has: their product is the number of choices
    seed: int = 1  # of what is drawn at random

    @property
    def brands(self) -> int:
        """Return the number of brands."""
        return int(self.parts.shape[2])

    def without(self, brand: int) -> Evidence:
        """Return the evidence of all brands but one."""
        return replace(self, parts=np.delete(self.parts, brand, axis=2))

    def of(self, choices: Iterable[int]) -> Floats:
        """Return the parts of the score where each brand is judged by a choice of its own."""
        return np.array([self.parts[0, choice, brand] for brand, choice in enumerate(choices)])

    def resampled(self, times: int) -> Floats:
        """Return the summed parts of every choice, were there other brands like these: draws, choices, parts."""
        even = np.full(self.brands, 1 / self.brands)
        drawn = np.random.default_rng(self.seed).multinomial(self.brands, even, times).astype(float)
        return np.asarray(np.einsum("db,cbp->dcp", drawn, self.parts[0], optimize=True))


PERTURBED: Final = "mean over perturbed series"
OBJECTIVES: Final[dict[str, Callable[[Evidence], Floats]]] = {
    "standard score": lambda seen: value(seen.parts[0].sum(1)),
    "mean of the three profiles": lambda seen: np.mean([value(seen.parts[0].sum(1), cost) for cost in PROFILES], 0),
    "lower quartile over resampled brands": lambda seen: np.quantile(value(seen.resampled(RESAMPLES)), 0.25, axis=0),
    PERTURBED: lambda seen: np.asarray(value(seen.parts[1:].sum(2)).mean(0)),
}


def best(scores: Floats, _: Shape) -> int:
    """Return the best choice, of equals the first."""
    return int(scores.argmax())


def centre(scores: Floats, shape: Shape, part: int) -> int:
    """Return the choice in the middle of the best one in `part`: of each parameter the median."""
    among = max(1, len(scores) // part)
    top = np.argsort(-scores, kind="stable")[:among]
    places = np.sort(np.unravel_index(top, shape), axis=1)
    return int(np.ravel_multi_index(tuple(places[:, among // 2]), shape))


def neighbourhood(scores: Floats, shape: Shape, radius: int) -> int:
    """Return the choice with the best mean over all at most `radius` steps away in every parameter."""
    total, count = scores.reshape(shape), np.ones(shape)
    for axis, size in enumerate(shape):
        steps = np.arange(size)
        near = (np.abs(steps[:, None] - steps) <= radius).astype(float)
        total = np.moveaxis(np.tensordot(near, total, axes=(1, axis)), 0, axis)
        count = np.moveaxis(np.tensordot(near, count, axes=(1, axis)), 0, axis)
    return int((total / count).argmax())


def weighted(scores: Floats, shape: Shape, temperature: float) -> int:
    """Return the mean place of all choices, each weighted by the exponential of its score over a temperature."""
    weights = np.exp((scores - scores.max()) / temperature)
    places = np.indices(shape).reshape(len(shape), -1) @ weights / weights.sum()
    return int(np.ravel_multi_index(tuple(np.rint(places).astype(int)), shape))


PICKINGS: Final[dict[str, Callable[[Floats, Shape], int]]] = {
    "the best": best,
    **{f"centre of the best 1 in {part}": partial(centre, part=part) for part in FRACTIONS},
    **{f"best neighbourhood, radius {radius}": partial(neighbourhood, radius=radius) for radius in RADII},
    **{f"mean weighted by exp(score / {points:g})": partial(weighted, temperature=points) for points in TEMPERATURES},
}
RULES: Final = [Rule(objective, picking) for objective in OBJECTIVES for picking in PICKINGS]


def choose(seen: Evidence) -> NDArray[np.int64]:
    """Return the number of the choice of each of `RULES`, the last ones only where there are perturbed copies."""
    scores = [good(seen) for name, good in OBJECTIVES.items() if len(seen.parts) > 1 or name != PERTURBED]
    return np.array([pick(of_all, seen.shape) for of_all in scores for pick in PICKINGS.values()])
