"""Moderation settings of a brand: what enters its queue, and by when it should be decided."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from detectors.model.duration import Duration
from mentions.watchlist.brand_terms import Term

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
