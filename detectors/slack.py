"""How many more mentions may come before a limit on counts must be looked at?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from detectors.rule import missing as lacking
from detectors.signal import SEVERITIES

if TYPE_CHECKING:
    from detectors.rule import Limit, View
    from detectors.state import Episode

FAR: Final = 1 << 62
"""More than will ever come."""


def tighten(slack: dict[int, int], view: View, limits: tuple[Limit, ...], episode: Episode | None) -> tuple[bool, bool]:
    """Lower `slack` to the least number of mentions that takes a limit to its next level.

    Tell whether all counts that are reached are told of, and whether none of them waits for other authors only.
    """
    settled = crowded = True
    for limit in limits:
        left = FAR
        for count, severity in limit.levels:
            if episode is None or SEVERITIES.index(severity) > SEVERITIES.index(episode.severity):
                missing = count - view.window(limit.window)[limit.metric]
                if missing <= 0:
                    settled = False
                    missing = lacking(view, limit)
                if missing > 0:
                    left = missing
                    break
                crowded = False
        slack[limit.metric] = min(slack.get(limit.metric, FAR), left)
    return settled, crowded
