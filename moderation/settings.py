"""Moderation settings of a brand: what enters its queue, and by when it should be decided."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from detectors.model.duration import Duration
from detectors.model.timezone import TimeZone
from mentions.watchlist.brand_terms import Term
from moderation.opening_hours import add_open_time, parse_span

if TYPE_CHECKING:
    from moderation.policies.model import Severity

PolicyName = Literal["threat", "doxxing", "hate", "scam", "sexual", "insult", "spam"]
Terms = Annotated[tuple[Term, ...], Field(max_length=500)]


class DueTimes(BaseModel):
    """How long an item of each severity may wait for a decision."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    high: Duration = Field(
        default=timedelta(minutes=30), gt=timedelta(0), description="Items of high severity. [duration]"
    )
    medium: Duration = Field(
        default=timedelta(hours=4), gt=timedelta(0), description="Items of medium severity. [duration]"
    )
    low: Duration = Field(default=timedelta(hours=24), gt=timedelta(0), description="Items of low severity. [duration]")

    def of(self, severity: Severity) -> int:
        """Return the time for items of a severity [ms]."""
        due: timedelta = getattr(self, severity)
        return int(due.total_seconds() * 1000)


def _open_span(text: str) -> str:
    """Return days and hours as they are written.

    Raises:
        ValueError: they mean none.
    """
    parse_span(text)
    return text


class Moderation(BaseModel):
    """Moderation queue of a brand. Off unless `enabled`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=False, description="Whether mentions of the brand enter the moderation queue.")
    policies: Annotated[tuple[PolicyName, ...], Field(min_length=1)] = Field(
        default=("threat", "doxxing", "hate", "scam", "sexual", "insult", "spam"),
        description="Policies that flag mentions.",
    )
    abuse_threshold: float = Field(
        default=0.5,
        ge=0.05,
        le=0.99,
        description="Moderation score from which a mention is an insult; a larger value flags fewer [score]",
    )
    block_terms: Terms = Field(default=(), description="Words or phrases that are flagged in any mention.")
    allow_terms: Terms = Field(
        default=(), description="Words or phrases whose mentions are never flagged, such as a song's title."
    )
    block_authors: Terms = Field(default=(), description="Authors, by id or name, all of whose mentions are flagged.")
    allow_authors: Terms = Field(default=(), description="Authors, by id or name, whose mentions are never flagged.")
    opening_hours: Annotated[tuple[Annotated[str, AfterValidator(_open_span)], ...], Field(max_length=21)] = Field(
        default=(),
        description='Days and hours in which moderators are there, such as "monday-friday 09:00-18:00" (in quotes): '
        "items of medium and low severity are due by time counted within them; empty: always.",
    )
    timezone: TimeZone = Field(
        default="UTC", description="Time zone of `opening_hours`; left out: the brand's. [time zone]"
    )
    due: DueTimes = Field(default=DueTimes(), description="By when an item is to be decided, by severity.")
    cards_per_hour: int = Field(
        default=20,
        ge=1,
        le=200,
        description="Items that get a card in `moderation_channel` within an hour at most; a fifth of them is kept for "
        "items of high severity, and one line says how many more wait [items]",
    )
    sample_rate: float = Field(
        default=0.0,
        ge=0.0,
        le=0.1,
        description="Share of unflagged mentions that enter the queue at random, to estimate what is missed [share]",
    )

    def due_at(self, now: int, severity: Severity) -> int:
        """Return by when an item that comes now (ms) is to be decided; high severity does not wait for the morning."""
        hours = () if severity == "high" else tuple(map(parse_span, self.opening_hours))
        return add_open_time(now, self.due.of(severity), hours, self.timezone)
