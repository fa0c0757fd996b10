"""Budget: how many requests, bytes and euros a source may still use today and this month.

Money is taken off before it is spent, and what was not needed is given back afterwards: a process that dies in between
has spent it. Requests are taken off in blocks before they are made; what is left of a block dies with the process.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from sources.item import SourceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

DAY: Final = 86_400.0
EURO: Final = 1_000_000
"""Money is counted in millionths of a euro, so that sums are exact."""

Period = Literal["day", "month"]
Unit = Literal["requests", "bytes", "euros"]
UNITS: Final[tuple[Unit, ...]] = ("requests", "bytes", "euros")
_KEYS: Final[dict[Period, str]] = {"day": "budget", "month": "monthly_budget"}
_MONTHS: Final = 12
_BLOCKS: Final = 50
"""Blocks of the requests of a period: as often is it noted what was used, and one block at most is lost."""


class Limits(NamedTuple):
    """What may be used in a period; None: as much as it takes. Money in millionths of a euro."""

    requests: int | None = None
    bytes: int | None = None
    euros: int | None = None


class Used(msgspec.Struct, array_like=True):
    """What was used in one period; money in millionths of a euro."""

    number: int = 0  # of the period: days since the epoch, or months since the year 0
    requests: int = 0
    bytes: int = 0
    euros: int = 0


class Spending(msgspec.Struct):
    """What a source used, as it is kept."""

    day: Used = msgspec.field(default_factory=Used)
    month: Used = msgspec.field(default_factory=Used)


class BudgetLine(msgspec.Struct, frozen=True, array_like=True):
    """What is left of a limit."""

    period: Period
    unit: Unit
    left: float  # requests, bytes or euros
    limit: float


class BudgetUsedUpError(SourceError):
    """A source that has used what it may: it rests until the day or the month turns."""


class Budget:
    """The limits of one source, and what it used. A clock that is set back gives no period a second time."""

    def __init__(
        self,
        day: Limits | None = None,
        month: Limits | None = None,
        spending: Spending | None = None,
        clock: Callable[[], float] = time.time,  # noqa: TID251  the default of what takes a clock
    ) -> None:
        self._clock = clock
        self._limits: dict[Period, Limits] = {"day": day or Limits(), "month": month or Limits()}
        given = spending or Spending()
        self._spending = Spending(msgspec.structs.replace(given.day), msgspec.structs.replace(given.month))
        self._block = 0  # requests that are kept as made, and are not made yet
        self.keep: Callable[[], Awaitable[None]] | None = None
        """Keeps what was used, so that it outlives the process; only after that a request is made, or money spent."""

    @property
    def spending(self) -> Spending:
        """Return a copy of what was used in the present day and month, the present block of requests included."""
        day, month = self._used("day"), self._used("month")
        return Spending(*(msgspec.structs.replace(one, requests=one.requests + self._block) for one in (day, month)))

    @property
    def lines(self) -> list[BudgetLine]:
        """Return what is left of each limit."""
        found = []
        for period, unit, limit in self._limited():
            scale = EURO if unit == "euros" else 1
            found.append(BudgetLine(period, unit, self._left(period, unit, limit) / scale, limit / scale))
        return found

    def left(self, unit: Unit) -> int | None:
        """Return how much of a unit is left, in the day or the month, whichever is less; None: as much as it takes."""
        found = [self._left(period, one, limit) for period, one, limit in self._limited() if one == unit]
        return min(found, default=None)

    def spend_request(self) -> None:
        """Take one request off.

        Raises:
            BudgetUsedUpError: none is left, or no byte of an answer.
        """
        self._check("bytes", 1)
        self._spend("requests", 1)

    async def reserve_request(self) -> None:
        """Take one request off before it is made, and keep that it is.

        Raises:
            BudgetUsedUpError: as `spend_request`.
        """
        self.spend_request()
        if self._block:
            self._block -= 1
            return
        limits = [limit for _, unit, limit in self._limited() if unit == "requests"]
        if limits and self.keep is not None:
            self._block = min(self.left("requests") or 0, max(0, min(limits) // _BLOCKS - 1))
            await self.keep()

    def spend_bytes(self, number: int) -> None:
        """Take bytes off that were read.

        Raises:
            BudgetUsedUpError: they were more than were left; what is over counts, too.
        """
        left = self.left("bytes")
        self._add("bytes", number)
        if left is not None and number > left:
            self._check("bytes", 1)

    async def reserve(self, amount: int) -> None:
        """Take money off before it is spent, and keep that it is.

        Raises:
            BudgetUsedUpError: so much is not left.
        """
        self._spend("euros", amount)
        if self.keep is not None:
            await self.keep()

    def settle(self, reserved: int, needed: int) -> None:
        """Give back what was reserved and not needed."""
        self._add("euros", min(0, needed - reserved))

    def _spend(self, unit: Unit, amount: int) -> None:
        self._check(unit, amount)
        self._add(unit, amount)

    def _check(self, unit: Unit, amount: int) -> None:
        for period, one, limit in self._limited():
            if one == unit and (left := self._left(period, unit, limit)) < amount:
                reason = _used_up(period, unit, limit, left, self._turn(period))
                raise BudgetUsedUpError(reason, retry_after=self._wait(period))

    def _add(self, unit: Unit, amount: int) -> None:
        for used in (self._used("day"), self._used("month")):
            setattr(used, unit, max(0, getattr(used, unit) + amount))

    def _limited(self) -> Iterator[tuple[Period, Unit, int]]:
        for period, limits in self._limits.items():
            for unit, limit in zip(UNITS, limits, strict=True):
                if limit is not None:
                    yield period, unit, limit

    def _left(self, period: Period, unit: Unit, limit: int) -> int:
        return max(0, limit - int(getattr(self._used(period), unit)))

    def _used(self, period: Period) -> Used:
        """Return what was used in the present period, which begins here if it has not."""
        used = self._spending.day if period == "day" else self._spending.month
        present = self._number(period)
        if used.number not in {present, present + 1}:  # one ahead: the clock was set back over midnight
            used = Used(present)
            setattr(self._spending, period, used)
            self._block = 0
        return used

    def _number(self, period: Period) -> int:
        now = self._now()
        return int(self._clock() // DAY) if period == "day" else now.year * _MONTHS + now.month - 1

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _turn(self, period: Period) -> datetime:
        """Return when the next period begins."""
        number = self._used(period).number + 1
        if period == "day":
            return datetime.fromtimestamp(number * DAY, UTC)
        return datetime(number // _MONTHS, number % _MONTHS + 1, 1, tzinfo=UTC)

    def _wait(self, period: Period) -> float:
        return max(0.0, (self._turn(period) - self._now()) / timedelta(seconds=1))


def _used_up(period: Period, unit: Unit, limit: int, left: int, turn: datetime) -> str:
    when, until = ("today", "00:00 UTC") if period == "day" else ("this month", f"{turn:%-d %B}, 00:00 UTC")
    used = f"has used its {_amount(unit, limit)} of {when}"
    if left:
        used = f"has {_amount(unit, left)} left of its {_amount(unit, limit)} of {when}, too little to go on"
    return f"{used}, and rests until {until}: raise `{_KEYS[period]}.{unit}` to go on sooner"


def _amount(unit: Unit, amount: int) -> str:
    return amount_text(unit, amount / EURO if unit == "euros" else amount)


def amount_text(unit: Unit, amount: float) -> str:
    """Return an amount as people write it.

    >>> amount_text("requests", 1000), amount_text("bytes", 52_400_000), amount_text("euros", 1.5)
    ('1,000 requests', '52.4 MB', '€1.50')
    """
    if unit == "euros":
        return f"€{amount:,.2f}"
    if unit == "bytes":
        return f"{amount / 1e6:,.1f} MB"
    return f"{amount:,.0f} request{'' if amount == 1 else 's'}"
