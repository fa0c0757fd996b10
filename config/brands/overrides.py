"""Which thresholds did somebody change for a while, and what is in force at an instant of event time?

An override stands beside the configuration in a brand's record and ends by itself. It ends as an event-time minute
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
from detectors.windows.buckets import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from config.brands.model import Brand

FOREVER: Final = 2**62

SENSITIVITY: Final = "detect.sensitivity"
MAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "static_threshold": ("mentions", "negative", "negative_share"),
    "volume_spike": ("peak_ratio", "min_mentions"),
    "negative_spike": ("peak_ratio", "min_mentions"),
    "negative_burst": ("peak_ratio", "max_mean_sentiment", "min_mentions"),
    "high_reach": ("min_reach", "warning_count"),
    "negative_share": ("min_rise", "min_mentions"),
    "sentiment_drift": ("odds_ratio", "min_mentions"),
    "abuse": ("min_share", "min_mentions"),
    "no_data": ("min_expected", "min_duration"),
    "positive_spike": ("min_ratio", "min_share", "min_mentions"),
}
"""Detector → the thresholds that may be overridden, the one that decides first. The lateness is none of them: minutes
close by it."""

PATHS: Final = frozenset({SENSITIVITY, *(f"detect.{name}.{key}" for name, keys in MAIN.items() for key in keys)})


class Override(msgspec.Struct, frozen=True):
    """One threshold as somebody wants it, until an instant of event time (ms, the end of a minute) or for good."""

    path: str
    value: bool | int | float | str | None
    until: int | None = None  # None: until it is changed
    by: str = ""
    at: int = 0  # when it was asked for, ms


class PolicyInterval(NamedTuple):
    """What is in force until an instant of event time (ms)."""

    policy: Policy
    until: int


class BrandWithOverrides:
    """A brand's configuration together with what overrides it."""

    def __init__(self, brand: Brand, overrides: Iterable[Override] = ()) -> None:
        self.brand = brand
        self.overrides = tuple(overrides)

    @cached_property
    def intervals(self) -> tuple[PolicyInterval, ...]:
        """Return what is in force, one stretch after the other; the last has no end."""
        ends = sorted({_end(one) for one in self.overrides} | {FOREVER})
        return tuple(
            PolicyInterval(apply_overrides(self.brand.detect, active(self.overrides, end - 1)), end) for end in ends
        )

    def at(self, instant: int) -> PolicyInterval:
        """Return what is in force where event time is closed up to an instant (ms)."""
        return next(stretch for stretch in self.intervals if instant < stretch.until)

    def effective(self, instant: int) -> Brand:
        """Return the brand as it is watched at an instant (ms)."""
        return self.brand.model_copy(update={"detect": self.at(instant).policy})


class ActiveOverride(NamedTuple):
    """A brand and one thing that overrides its configuration."""

    brand: Brand
    override: Override

    def __str__(self) -> str:
        """Return `acme detect.negative_spike.min_mentions: 9 instead of 6, until 2026-11-24 10:00 UTC, by U024BE7LH`."""
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
    """Return the overrides that are not over at an instant (ms)."""
    return tuple(one for one in overrides if instant < _end(one))


def apply_overrides(policy: Policy, overrides: Iterable[Override]) -> Policy:
    """Return a policy with overrides; one that it does not take changes nothing."""
    for one in overrides:
        try:
            policy = with_value(policy, one.path, one.value)
        except ValueError:
            continue
    return policy


def with_value(policy: Policy, path: str, value: object) -> Policy:
    """Return a policy with another value at a path such as `detect.negative_spike.min_mentions`.

    Raises:
        ValueError: the path may not be overridden, or the value cannot be; it says what is wrong, as for a file.
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
    """Return the value at a path, as JSON holds it: a duration as it is written."""
    found: Any = policy.model_dump(mode="json")
    for name in path.split(".")[1:]:
        found = found[name]
    return found


def with_override(overrides: Iterable[Override], fresh: Override) -> tuple[Override, ...]:
    """Return the overrides with one more, which takes the place of another of the same path."""
    return *(one for one in overrides if one.path != fresh.path), fresh


def minute_after(instant: int) -> int:
    """Return the end of the minute that an instant (ms) lies in; an end of a minute is itself."""
    return -(-instant // MINUTE) * MINUTE


def _end(one: Override) -> int:
    return FOREVER if one.until is None else minute_after(one.until)
