"""Hours that people called a crisis: which of them the baseline of an hour leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from detectors.windows.buckets import HourBuckets

MAX_JUDGED: Final = 32
"""Most verdicts on a brand's hours that are remembered, the latest ones."""


class JudgedHours(msgspec.Struct, frozen=True, array_like=True):
    """Hours that a person called a crisis. One with the same `since` replaces it from the hour `known_from` on."""

    since: int  # minute in which the crisis began
    last: int  # hour in which it ended; before that of `since`: none, the verdict is withdrawn
    known_from: int  # first hour whose baseline leaves them out


def judge(hours: HourBuckets, judged: JudgedHours) -> None:
    """Keep what a person called a crisis out of the baseline from `judged.known_from` on. Twice is as once."""
    if judged not in hours.judged:
        hours.judged = sorted([*hours.judged, judged], key=lambda one: one.known_from)[-MAX_JUDGED:]


def excluded_at(hours: HourBuckets, hour: int) -> set[int]:
    """Return the hours that the baseline of `hour` is not learned from."""
    return hours.excluded | _judged_at(hours, hour) if hours.judged else hours.excluded


def crisis_hours_at(hours: HourBuckets, hour: int) -> set[int]:
    """Return the hours whose peaks count in part in the baseline of `hour`."""
    return hours.crisis_hours | _judged_at(hours, hour) if hours.judged else hours.crisis_hours


def _judged_at(hours: HourBuckets, hour: int) -> set[int]:
    """Return the hours that people called a crisis, as far as `hour` knows; a level that was learned stays learned."""
    known = {one.since: one for one in hours.judged if one.known_from <= hour}
    found = {past for one in known.values() for past in range(one.since // 60, one.last + 1)}
    return found if hours.level_since is None else {past for past in found if past < hours.level_since}
