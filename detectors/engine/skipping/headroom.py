"""Headroom of a brand: how many mentions may come before a threshold on counts has to be evaluated again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.base import is_light, missing_mentions
from detectors.model.signal import SEVERITIES

if TYPE_CHECKING:
    from detectors.engine.state import Episode
    from detectors.model.finding import CountThreshold
    from detectors.view import BrandView

UNLIMITED: Final = 1 << 62
"""More than will ever come."""


def update_headroom(
    headroom: dict[int, int], view: BrandView, thresholds: tuple[CountThreshold, ...], episode: Episode | None
) -> tuple[bool, bool, bool]:
    """Lower `headroom` to the least number of mentions that takes a count to its next level.

    Return whether every level that a count reached is reported, whether none of them waits for other authors only, and
    whether none waits for a darker mood, which any mention may bring.
    """
    all_reported = diverse = dark = True
    for threshold in thresholds:
        left = UNLIMITED
        for count, severity in threshold.levels:
            if episode is None or SEVERITIES.index(severity) > SEVERITIES.index(episode.severity):
                missing = count - view.window(threshold.window)[threshold.metric]
                if missing <= 0:
                    all_reported = False
                    missing = missing_mentions(view, threshold)
                if missing > 0:
                    left = missing
                    break
                if threshold.needs_mood and is_light(view):
                    dark = False
                else:
                    diverse = False
        headroom[threshold.metric] = min(headroom.get(threshold.metric, UNLIMITED), left)
    return all_reported, diverse, dark
