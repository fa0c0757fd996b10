"""Timeline of the demo: background mentions and bursts over one invented day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

LIVE_FROM: Final = datetime(2026, 3, 10, 10, 45, tzinfo=UTC)
LIVE_UNTIL: Final = datetime(2026, 3, 10, 15, 45, tzinfo=UTC)
WARM_UP_FROM: Final = LIVE_FROM - timedelta(hours=26)
"""A calm day before, from which each brand gets its baseline."""

DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Burst:
    """A burst of mentions of one brand and theme: the rate rises linearly to `peak`, then falls linearly."""

    brand: str
    theme: str
    start: datetime
    top: datetime
    end: datetime
    peak: float  # mentions a minute

    def rate(self, at: datetime) -> float:
        """Return the expected mentions a minute at this moment."""
        if not self.start < at < self.end:
            return 0.0
        if at <= self.top:
            return self.peak * ((at - self.start) / (self.top - self.start))
        return self.peak * ((self.end - at) / (self.end - self.top))


@dataclass(frozen=True)
class Background:
    """A brand's background mentions: few at night, most in the evening."""

    brand: str
    peak: float  # mentions a minute
    theme: str = "calm"

    def rate(self, at: datetime) -> float:
        """Return the expected mentions a minute at this moment."""
        return self.peak * _DAY_SHAPE[at.hour]


_DAY_SHAPE: Final = (
    *(0.3, 0.2, 0.15, 0.15, 0.2, 0.3, 0.5, 0.7, 0.8, 0.8, 0.75, 0.75),
    *(0.85, 0.8, 0.75, 0.75, 0.8, 0.9, 1.0, 1.0, 1.0, 0.9, 0.7, 0.5),
)


def _at(clock: str) -> datetime:
    hour, minute = map(int, clock.split(":"))
    return LIVE_FROM.replace(hour=hour, minute=minute)


SCENARIO: Final[tuple[Burst | Background, ...]] = (
    Background("Hallowfirth", 0.7),
    Background("Pippinworth", 0.6),
    Background("Voltanelle", 0.5),
    # A printing error that everybody enjoys: loud, and no crisis.
    Burst("Pippinworth", "joke", _at("11:10"), _at("11:50"), _at("12:50"), 9),
    # A ferry lies off its harbour for hours; then comes the company's statement.
    Burst("Hallowfirth", "aboard", _at("12:40"), _at("13:30"), _at("14:00"), 2.5),
    Burst("Hallowfirth", "firestorm", _at("13:25"), _at("14:05"), _at("15:40"), 34),
    Burst("Hallowfirth", "shares", _at("13:40"), _at("14:10"), _at("15:20"), 10),
    Burst("Hallowfirth", "statement", _at("14:20"), _at("14:35"), _at("15:45"), 22),
    Burst("Hallowfirth", "aftermath", _at("14:55"), _at("15:20"), _at("15:45"), 5),
    # An electricity company takes its money twice.
    Burst("Voltanelle", "prelevement", _at("13:50"), _at("14:30"), _at("15:40"), 5),
)
