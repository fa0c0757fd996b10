"""Silences: matchers that keep signals from opening an incident or joining one, for a time.

A signal that still fires when the silence ends notifies then. Several silences add up.
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
    """A silence that is planned ahead: a campaign, a sale, a maintenance window."""

    start: AwareDatetime = Field(description="From when, with its offset, such as 2026-11-27T00:00+01:00. [instant]")
    end: AwareDatetime = Field(description="Until when; from then on signals notify again. [instant]")
    detector: _Word | None = Field(
        default=None, description="Only this detector, such as volume_spike. Default: all. [detector]"
    )
    term: _Word | None = Field(
        default=None, description="Only where this is among the frequent terms. Default: any. [words]"
    )
    channel: _Word | None = Field(
        default=None, description="Only where most mentions come from this channel. Default: any. [channel]"
    )
    reason: Annotated[str, Field(max_length=200)] = Field(default="", description="Why; the silence shows it. [text]")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if not self.start < self.end:
            raise ValueError("must end after it starts")
        if self.end - self.start > MAX_DURATION:
            raise ValueError("must not last longer than a year: add another one then")
        return self


class Silence(msgspec.Struct, frozen=True):
    """What is muted, from one instant to before another (event time, ms)."""

    starts_at: int
    ends_at: int
    created_by: str = ""
    detector: str | None = None
    term: str | None = None
    channel: str | None = None
    reason: str = ""
    id: str = ""  # of the action that created it

    @property
    def matches_all(self) -> bool:
        """Tell whether it matches every signal."""
        return self.detector is None and self.term is None and self.channel is None


def to_silence(silence: ScheduledSilence) -> Silence:
    """Return a scheduled silence as it is applied."""
    bounds = int(silence.start.timestamp() * 1000), int(silence.end.timestamp() * 1000)
    return Silence(*bounds, "", silence.detector, silence.term, silence.channel, silence.reason)


def matching_silence(signal: Signal, silences: Iterable[Silence]) -> Silence | None:
    """Return the first silence that matches a signal; None where none does."""
    return next((one for one in silences if one.starts_at <= signal.at < one.ends_at and _matches(one, signal)), None)


def muted_until(silences: Iterable[Silence], at: int) -> int:
    """Return until when (ms) every signal is silenced at an instant; 0 where not every one is."""
    return max((one.ends_at for one in silences if one.matches_all and one.starts_at <= at < one.ends_at), default=0)


def _matches(silence: Silence, signal: Signal) -> bool:
    drivers = signal.contributors
    if silence.detector not in (None, signal.detector):
        return False
    if silence.channel is not None and (not drivers.channels or drivers.channels[0][0] != silence.channel):
        return False
    wanted = (silence.term or "").casefold()
    return not wanted or any(wanted in term.casefold() for term, _ in drivers.terms)
