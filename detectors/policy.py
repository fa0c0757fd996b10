"""What may be tuned in a brand's watch? Every detector's parameters, and how time is treated."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from math import ceil
from typing import Final, Literal

from pydantic import Field

from detectors.absolute import Absolute
from detectors.abuse import Abuse
from detectors.baseline import Learning
from detectors.burn import SlowBurn
from detectors.duration import Duration
from detectors.negative import Negative
from detectors.outcry import Outcry
from detectors.parameters import Parameters
from detectors.praise import Praise
from detectors.reach import Reach
from detectors.shift import Shift
from detectors.silence import Silence
from detectors.volume import Volume

Sensitivity = Literal["low", "medium", "high"]

FALSE_ALARMS_PER_DAY: Final[dict[Sensitivity, float]] = {"low": 1 / 30, "medium": 1 / 7, "high": 1.0}
"""The promised budget: chance alarms a brand and day, all detectors together."""

STRICTNESS: Final[dict[Sensitivity, float]] = {"low": 1.2, "medium": 1.0, "high": 0.7}
"""What `over_peak` is multiplied by: real streams have bursts that no model of chance foresees."""


class Policy(Parameters):
    """How one brand is watched. Frozen; two equal policies fire alike."""

    sensitivity: Sensitivity = Field(
        default="medium",
        description="Promised budget of false alarms: low = 1 a month, medium = 1 a week, high = 1 a day per brand; "
        "higher fires sooner [level]",
    )
    lateness: Duration = Field(
        default=timedelta(minutes=2),
        ge=timedelta(0),
        le=timedelta(minutes=30),
        description="How far out of order mentions may come and still count in their own minute; "
        "larger closes minutes later [duration]",
    )
    backfill_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=30),
        description="Age from which a mention found late only teaches the usual and never fires, four hours at most; "
        "larger lets older news fire [duration]",
    )
    duplicate_horizon: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(minutes=10),
        le=timedelta(days=14),
        description="How long a mention's id is remembered; larger finds later repeats, needs more memory [duration]",
    )
    stalled_after: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(seconds=5),
        le=timedelta(hours=1),
        description="Silence of a source partition's reader after which time goes on without it; "
        "larger waits longer for a dead reader [duration]",
    )
    learning: Learning = Field(default=Learning(), description="How the usual is learned [parameters]")
    absolute: Absolute = Field(default=Absolute(), description="Limits named by the brand's owner [parameters]")
    volume: Volume = Field(default=Volume(), description="More mentions than usual [parameters]")
    negative: Negative = Field(default=Negative(), description="More negative mentions than usual [parameters]")
    outcry: Outcry = Field(default=Outcry(), description="A burst of mentions in a dark tone [parameters]")
    reach: Reach = Field(default=Reach(), description="A negative mention seen by many [parameters]")
    shift: Shift = Field(default=Shift(), description="A higher negative share than usual [parameters]")
    slow_burn: SlowBurn = Field(default=SlowBurn(), description="A negative share that rises for hours [parameters]")
    abuse: Abuse = Field(default=Abuse(), description="An abusive tone, and whose [parameters]")
    silence: Silence = Field(default=Silence(), description="A busy channel that falls silent [parameters]")
    praise: Praise = Field(default=Praise(), description="Unusual enthusiasm [parameters]")

    @cached_property
    def lateness_minutes(self) -> int:
        """Return the allowed lateness in whole minutes, rounded up."""
        return ceil(self.lateness.total_seconds() / 60)

    @cached_property
    def near(self) -> int:
        """Return how many minutes after the frontier are watched while they are open: the lateness and the present one.

        A stream read in order has the frontier exactly so far behind its present minute, however often time is told;
        so rows for later minutes are held back until then, and a stream read ahead fires what one read in step would.
        """
        return self.lateness_minutes + 1

    @cached_property
    def horizon_minutes(self) -> int:
        """Return for how many minutes an id is remembered."""
        return round(self.duplicate_horizon.total_seconds() / 60)

    @property
    def loud_from(self) -> int:
        """Return the reach from which a negative mention is counted apart."""
        return self.reach.least

    @property
    def strictness(self) -> float:
        """Return what every `over_peak` is multiplied by."""
        return STRICTNESS[self.sensitivity]

    @property
    def false_alarms_per_day(self) -> float:
        """Return the promised budget of chance alarms a day."""
        return FALSE_ALARMS_PER_DAY[self.sensitivity]
