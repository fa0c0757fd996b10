"""Overrides: thresholds changed for a while beside the configuration, and the policy in force at an event time.

An override is stored in a brand's record next to its configuration, and ends by itself. It ends as an event-time minute
closes, so a replay ends it where the live run did.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from pydantic import ValidationError

from config.error_messages import describe
from detectors.policy import Policy
from detectors.registry import SECTIONS, overridable
from detectors.windows.buckets import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from config.brands.model import Brand

FOREVER: Final = 2**62

SENSITIVITY: Final = "detect.sensitivity"
PATHS: Final = frozenset({SENSITIVITY, *(one.path for section in SECTIONS for one in overridable(section))})
"""What may be overridden: the sensitivity, and the main parameters of each detector. The lateness may not, because it
decides when minutes close."""


class Override(msgspec.Struct, frozen=True):
    """A changed threshold, until an event time (ms, the end of a minute) or for good."""

    path: str
    value: bool | int | float | str | None
    until: int | None = None  # None: until changed again
    by: str = ""
    at: int = 0  # when it was requested, ms


class PolicyInterval(NamedTuple):
    """Policy in force until an event time (ms)."""

    policy: Policy
    until: int


class BrandWithOverrides:
    """A brand's configuration with its overrides."""

    def __init__(self, brand: Brand, overrides: Iterable[Override] = ()) -> None:
        self.brand = brand
        self.overrides = tuple(overrides)

    @cached_property
    def intervals(self) -> tuple[PolicyInterval, ...]:
        """Return the policies in force, in order of time; the last has no end."""
        ends = sorted({_end(one) for one in self.overrides} | {FOREVER})
        return tuple(
            PolicyInterval(apply_overrides(self.brand.detect, active(self.overrides, end - 1)), end) for end in ends
        )

    def at(self, instant: int) -> PolicyInterval:
        """Return the policy in force when event time is closed up to an instant (ms)."""
        return next(interval for interval in self.intervals if instant < interval.until)

    def effective(self, instant: int) -> Brand:
        """Return the brand with the policy in force at an instant (ms)."""
        return self.brand.model_copy(update={"detect": self.at(instant).policy})


class ActiveOverride(NamedTuple):
    """A brand and one of its overrides."""

    brand: Brand
    override: Override

    def __str__(self) -> str:
        """Return `acme detect.negative_spike.min_mentions: 9 instead of 6, until 2026-11-24 10:00 UTC, by U0ANA`."""
        one = self.override
        until = "until it is changed"
        if one.until is not None:
            until = f"until {datetime.fromtimestamp(one.until / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        usual = json.dumps(value_at(self.brand.detect, one.path), ensure_ascii=False)
        value = json.dumps(one.value, ensure_ascii=False)
        return f"{self.brand.name} {one.path}: {value} instead of {usual}, {until}, by {one.by or 'nobody named'}"

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "brand": self.brand.name,
            **msgspec.to_builtins(self.override),
            "configured": value_at(self.brand.detect, self.override.path),
        }


def active(overrides: Iterable[Override], instant: int) -> tuple[Override, ...]:
    """Return the overrides that have not ended at an instant (ms)."""
    return tuple(one for one in overrides if instant < _end(one))


def apply_overrides(policy: Policy, overrides: Iterable[Override]) -> Policy:
    """Return a policy with overrides applied; an invalid override changes nothing."""
    for one in overrides:
        try:
            policy = with_value(policy, one.path, one.value)
        except ValueError:
            continue
    return policy


def with_value(policy: Policy, path: str, value: object) -> Policy:
    """Return a policy with another value at a path such as `detect.negative_spike.min_mentions`.

    Raises:
        ValueError: the path may not be overridden, or the value is invalid; the message is that of a file.
    """
    if path not in PATHS:
        raise ValueError("may not be overridden: change the configuration")
    values: dict[str, Any] = policy.model_dump()
    *places, key = path.split(".")[1:]
    place = values
    for name in places:
        place = place[name]
    place[key] = value
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        raise ValueError("; ".join(describe(detail, Policy) for detail in error.errors())) from error


def value_at(policy: Policy, path: str) -> Any:
    """Return the value at a path, as JSON; a duration is text."""
    found: Any = policy.model_dump(mode="json")
    for name in path.split(".")[1:]:
        found = found[name]
    return found


def with_override(overrides: Iterable[Override], fresh: Override) -> tuple[Override, ...]:
    """Return the overrides with one more, which replaces one of the same path."""
    return *(one for one in overrides if one.path != fresh.path), fresh


def minute_after(instant: int) -> int:
    """Return the end of the minute that an instant (ms) lies in; the end of a minute is its own."""
    return -(-instant // MINUTE) * MINUTE


def _end(one: Override) -> int:
    return FOREVER if one.until is None else minute_after(one.until)
