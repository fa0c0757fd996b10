"""How many more mentions may come before a limit on counts must be looked at?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import missing_pace
from detectors.model.signal import SEVERITIES

if TYPE_CHECKING:
    from detectors.base import BrandView, CountThreshold
    from detectors.engine.state import Episode

UNLIMITED: Final = 1 << 62
"""More than will ever come."""


def update_headroom(
    headroom: dict[int, int], view: BrandView, thresholds: tuple[CountThreshold, ...], episode: Episode | None
) -> tuple[bool, bool]:
    """Lower `slack` to the least number of mentions that takes a limit to its next level.

    Tell whether all counts that are reached are told of, and whether none of them waits for other authors only.
    """
    settled = crowded = True
    for limit in thresholds:
        left = UNLIMITED
        for count, severity in limit.levels:
            if episode is None or SEVERITIES.index(severity) > SEVERITIES.index(episode.severity):
                missing = count - view.window(limit.window)[limit.metric]
                if missing <= 0:
                    settled = False
                    missing = missing_pace(view, limit)
                if missing > 0:
                    left = missing
                    break
                crowded = False
        headroom[limit.metric] = min(headroom.get(limit.metric, UNLIMITED), left)
    return settled, crowded
