"""Headroom of the count thresholds: how many mentions may come before one must be evaluated again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import missing_pace
from detectors.model.signal import SEVERITIES

if TYPE_CHECKING:
    from detectors.base import BrandView, CountThreshold
    from detectors.engine.state import Episode

UNLIMITED: Final = 1 << 62
"""Headroom without a threshold."""


def update_headroom(
    headroom: dict[int, int], view: BrandView, thresholds: tuple[CountThreshold, ...], episode: Episode | None
) -> tuple[bool, bool]:
    """Lower `headroom` to the fewest mentions that take a threshold to its next level.

    Return whether all reached levels are reported, and whether none of them lacks only different authors.
    """
    all_reported = enough_authors = True
    for limit in thresholds:
        left = UNLIMITED
        for count, severity in limit.levels:
            if episode is None or SEVERITIES.index(severity) > SEVERITIES.index(episode.severity):
                missing = count - view.window(limit.window)[limit.metric]
                if missing <= 0:
                    all_reported = False
                    missing = missing_pace(view, limit)
                if missing > 0:
                    left = missing
                    break
                enough_authors = False
        headroom[limit.metric] = min(headroom.get(limit.metric, UNLIMITED), left)
    return all_reported, enough_authors
