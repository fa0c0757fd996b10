"""Community settings of a brand."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mentions.watchlist.brand_terms import Term


class Community(BaseModel):
    """Counts of who writes about a brand over 90 days. Off unless `enabled`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        default=False,
        description="Whether `tocsin community --follow` counts the brand's authors, by name, for 122 days.",
    )
    watch_list: Annotated[tuple[Term, ...], Field(max_length=500)] = Field(
        default=(),
        description="Authors, by id or name, such as journalists: one who writes about the brand while an incident is "
        "open is noted on it. [authors]",
    )
    monthly: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = Field(
        default=None,
        description="Time at which a list of allies, helpers, critics and newly loud authors is posted in "
        '`slack_channel` on the first of each month, such as "09:00" (in quotes), in the brand\'s `timezone`; none: no '
        "list. [time of day]",
    )
