"""Logistic regression with L2 regularisation, by L-BFGS, in numpy alone.

Nocedal (1980), Updating quasi-Newton matrices with limited storage. Mathematics of Computation 35.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from mentions.sentiment.training.feature_values import Floats, Rows

_HISTORY: Final = 10
_STEPS: Final = 100
_CLOSE: Final = 1e-5
"""Relative gain of a step at which to stop."""


class Fit(NamedTuple):
    """Weights of each class but the reference, whose own are zero: features, then extras, then the bias."""

    features: Floats  # classes - 1 × features
    extras: Floats  # classes - 1 × extras
    biases: Floats


def fit(rows: Rows, extras: Floats, labels: Floats, *, weights: Floats, offsets: Floats, strength: float) -> Fit:
    """Return the weights that make `labels` most likely.

    Args:
        rows: the texts' features.
        extras: further columns, one row a text; they are not held back.
        labels: 0 for the reference class, 1, 2 … for the others.
        weights: how much each text counts.
        offsets: texts × classes - 1: scores that are there already, and are only to be corrected.
        strength: how strongly weights are held to zero (λ).
    """
    others = offsets.shape[1]
    targets = np.stack([labels == other + 1 for other in range(others)], 1).astype(float)
    dense = np.hstack([extras, np.ones((len(labels), 1))])
    shape = (others, rows.width + dense.shape[1])

    def cost(point: Floats) -> tuple[float, Floats]:
        matrix = point.reshape(shape)
        scores = offsets + dense @ matrix[:, rows.width :].T
        for other in range(others):
            scores[:, other] += rows.times(matrix[other, : rows.width])
        chances, logs = softmax(scores)
        errors = (chances - targets) * weights[:, None]
        likelihood = float(weights @ (logs - (targets * scores).sum(1)))
        held = matrix.copy()
        held[:, rows.width :] *= 1e-3
        slope = np.stack(
            [np.append(rows.back(errors[:, other]), dense.T @ errors[:, other]) for other in range(others)]
        )
        return likelihood + strength / 2 * float((held * matrix).sum()), (slope + strength * held).ravel()

    best = minimise(cost, np.zeros(shape[0] * shape[1])).reshape(shape)
    return Fit(best[:, : rows.width], best[:, rows.width : -1], best[:, -1])


def softmax(scores: Floats) -> tuple[Floats, Floats]:
    """Return the probabilities of all classes but the reference, and the log of the normaliser."""
    highest = np.maximum(scores.max(1), 0.0)
    powers = np.exp(scores - highest[:, None])
    total = powers.sum(1) + np.exp(-highest)
    return powers / total[:, None], np.log(total) + highest


def minimise(cost: Callable[[Floats], tuple[float, Floats]], point: Floats) -> Floats:
    """Return the minimum of a smooth convex `cost` that also returns its gradient."""
    steps: list[tuple[Floats, Floats]] = []
    value, slope = cost(point)
    for _ in range(_STEPS):
        direction = _direction(slope, steps)
        reach, descent = 1.0 if steps else 1.0 / max(1.0, float(np.abs(slope).sum())), float(slope @ direction)
        while True:
            moved = point + reach * direction
            lower, turned = cost(moved)
            if lower <= value + 1e-4 * reach * descent or reach < 1e-10:  # noqa: PLR2004  Armijo's rule
                break
            reach /= 2
        steps = [*steps, (moved - point, turned - slope)][-_HISTORY:]
        gain, point, value, slope = value - lower, moved, lower, turned
        if gain <= _CLOSE * max(abs(value), 1.0):
            break
    return point


def _direction(slope: Floats, steps: list[tuple[Floats, Floats]]) -> Floats:
    """Return the way down by the two-loop recursion."""
    direction = -slope
    shares: list[float] = []
    for moved, turned in reversed(steps):
        share = float(moved @ direction) / float(moved @ turned)
        direction = direction - share * turned
        shares.append(share)
    if steps:
        moved, turned = steps[-1]
        direction = direction * (float(moved @ turned) / float(turned @ turned))
    for (moved, turned), share in zip(steps, reversed(shares), strict=True):
        direction = direction + moved * (share - float(turned @ direction) / float(moved @ turned))
    return direction
