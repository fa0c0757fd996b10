"""Settings of what a source may use in a day, and in a month, and of what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from sources.budget import EURO, Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_REQUESTS: Final = 100_000

Requests = Annotated[int, Field(ge=1, le=MAX_REQUESTS)]
Bytes = Annotated[int, Field(ge=100_000)]
Euros = Annotated[float, Field(gt=0.0, le=10_000.0, allow_inf_nan=False)]


class MonthlyBudget(BaseModel):
    """What may be used in a month; what is left out is bounded by the day alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: Annotated[int, Field(ge=1, le=31 * MAX_REQUESTS)] | None = Field(
        default=None, description="Requests a month (UTC) at most. [requests]"
    )
    bytes: Bytes | None = Field(default=None, description="Bytes a month that are read at most, unpacked. [bytes]")
    euros: Annotated[float, Field(gt=0.0, le=300_000.0, allow_inf_nan=False)] | None = Field(
        default=None, description="Money a month at most, where posts cost. [euros]"
    )

    def limits(self) -> Limits:
        """Return them as they are counted."""
        return Limits(self.requests, self.bytes, None if self.euros is None else round(self.euros * EURO))


class DailyBudget(MonthlyBudget):
    """What may be used in a day; then the source rests until the next one."""

    requests: Requests | None = Field(
        default=1_000, description="Requests a day (UTC) at most; then it rests until the next day. [requests]"
    )
    bytes: Bytes | None = Field(default=None, description="Bytes a day that are read at most, unpacked. [bytes]")
    euros: Euros | None = Field(default=None, description="Money a day at most, where posts cost. [euros]")


class XSettings(BaseModel):
    """How X is heard, and at what price."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    listen: Literal["counts", "stream"] = Field(
        default="counts",
        description="counts: posts are counted, and bought when there are far more than usual. stream: all are bought. "
        "[counts or stream]",
    )
    posts: Annotated[int, Field(ge=10, le=100)] = Field(
        default=100, description="Posts that are bought at most at each look in a break. [posts]"
    )
    euros_per_post: Annotated[float, Field(gt=0.0, le=10.0, allow_inf_nan=False)] = Field(
        default=0.005, description="What a post costs; X asks $0.005, taken for as many euros. [euros]"
    )
    euros_per_count: Annotated[float, Field(gt=0.0, le=10.0, allow_inf_nan=False)] = Field(
        default=0.005, description="What a count costs. [euros]"
    )


_Model = TypeVar("_Model", bound=MonthlyBudget)


def most_generous(asked: Sequence[_Model]) -> _Model:
    """Return the largest of each limit; none is larger than any."""
    largest = {}
    for unit in ("requests", "bytes", "euros"):
        given = [getattr(one, unit) for one in asked]
        largest[unit] = None if None in given else max(given)
    return asked[0].model_copy(update=largest)
