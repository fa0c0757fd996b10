"""How much more does an hour of a brand differ from its other hours than chance alone would have it?"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from detectors.buckets import DAY

Floats = npt.NDArray[np.float64]

DAY_PRIOR: Final = 1.0  # how many hours of the level an hour of the day starts from

_SURE: Final = 1.5
"""Standard errors that are added to `apart`: a fortnight of a mention an hour knows it to 0.1."""

_RESTLESS: Final = 10.0
"""What `apart` is where too little has come to say."""


def added(rows: Floats) -> Floats:
    """Return the sum over the rows, one after the other."""
    total: Floats = np.add.accumulate(rows, axis=0)[-1]
    return total


def apart(counts: Floats, weights: Floats) -> float:
    """Return the relative variance of an hour's rate, each hour judged by the others, and `_SURE` standard errors.

    An hour that helps to say what is expected of it looks calmer than it is: where a mention an hour comes with a
    spread of 0.3, the plain estimate (`Usual.spreads`) is 0.02. So what is expected of an hour is the rate of its hour
    of the day on the other days, shrunk to the level as by `DAY_PRIOR` hours, and the variance v of that is taken off:
    (sum w ((n - r)^2 - r - v)) / (sum w (r^2 - v)). That finds 0.37, and 0.04 of Poisson hours. The standard error is
    the one of Poisson counts.

    Args:
        counts: of each hour, whole days of them, oldest first.
        weights: of each hour, 0 for those that do not teach.
    """
    of_day, heavy = counts.reshape(-1, DAY), weights.reshape(-1, DAY)
    own = heavy * of_day
    day, day_weight, squares = added(own), added(heavy), added(heavy * heavy)
    others = added(day_weight) - heavy
    if not (others > 0).all():
        return _RESTLESS
    level = (added(day) - own) / others
    known = day_weight - heavy + DAY_PRIOR
    rate = (day - own + DAY_PRIOR * level) / known
    doubt = rate * (squares - heavy * heavy) / (known * known)
    square = float(added((heavy * (rate * rate - doubt)).ravel()))
    if square <= 0:
        return _RESTLESS
    over = float(added((heavy * ((of_day - rate) ** 2 - rate - doubt)).ravel()))
    error = sqrt(float(added((heavy * heavy * (rate + 2 * rate * rate)).ravel())))
    return (max(0.0, over) + _SURE * error) / square
