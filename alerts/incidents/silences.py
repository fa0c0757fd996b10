"""Which signals did somebody ask not to be told of, and until when?

A silence keeps a signal from opening an incident and from joining one. What still breaks its rule when the silence ends
is told then. Several silences add up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Self

import msgspec
from pydantic import AwareDatetime, Field, model_validator

from detectors.model.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from detectors.model.signal import Signal

MAX_DURATION = timedelta(days=366)

_Word = Annotated[str, Field(min_length=1, max_length=100)]


class ScheduledSilence(Parameters):
    """A silence that is known beforehand: a campaign, a sale, a maintenance window."""

    start: AwareDatetime = Field(description="From when, with its offset, such as 2026-11-27T00:00+01:00. [instant]")
    end: AwareDatetime = Field(description="Until when; from then on everything is told again. [instant]")
    detector: _Word | None = Field(
        default=None, description="Of this detector only, such as volume; none: of every one. [detector]"
    )
    term: _Word | None = Field(
        default=None, description="Only where this is among the words behind it; none: whatever they are. [words]"
    )
    channel: _Word | None = Field(
        default=None, description="Only where most of it comes from this channel; none: wherever. [channel]"
    )
    reason: Annotated[str, Field(max_length=200)] = Field(default="", description="Why, for whoever wonders. [text]")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if not self.start < self.end:
            raise ValueError("must end after it starts")
        if self.end - self.start > MAX_DURATION:
            raise ValueError("must not last longer than a year: plan it anew then")
        return self


class Silence(msgspec.Struct, frozen=True):
    """What is not told, from one instant to before another (event time, ms)."""

    starts_at: int
    ends_at: int
    created_by: str = ""
    detector: str | None = None
    term: str | None = None
    channel: str | None = None
    reason: str = ""
    id: str = ""  # of the act that asked for it

    @property
    def matches_all(self) -> bool:
        """Tell whether it is about whatever there is."""
        return self.detector is None and self.term is None and self.channel is None


def to_silence(silence: ScheduledSilence) -> Silence:
    """Return the silence of a configuration as it is applied."""
    bounds = int(silence.start.timestamp() * 1000), int(silence.end.timestamp() * 1000)
    return Silence(*bounds, "", silence.detector, silence.term, silence.channel, silence.reason)


def matching_silence(signal: Signal, silences: Iterable[Silence]) -> Silence | None:
    """Return the first silence that a signal falls under, None for one that is told."""
    return next((one for one in silences if one.starts_at <= signal.at < one.ends_at and _matches(one, signal)), None)


def muted_until(silences: Iterable[Silence], at: int) -> int:
    """Return until when (ms) people asked not to hear anything at all, 0 where they did not."""
    return max((one.ends_at for one in silences if one.matches_all and one.starts_at <= at < one.ends_at), default=0)


def _matches(silence: Silence, signal: Signal) -> bool:
    drivers = signal.contributors
    if silence.detector not in (None, signal.detector):
        return False
    if silence.channel is not None and (not drivers.channels or drivers.channels[0][0] != silence.channel):
        return False
    wanted = (silence.term or "").casefold()
    return not wanted or any(wanted in term.casefold() for term, _ in drivers.terms)
