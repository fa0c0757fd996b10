"""Is what overrides a threshold in force until it ends, and not a minute longer?"""

from __future__ import annotations

import json

import pytest

from config.brands.model import Brand
from config.brands.overrides import (
    FOREVER,
    PATHS,
    BrandWithOverrides,
    Override,
    active,
    value_at,
    with_override,
    with_value,
)
from config.brands.plan import KEPT_AFTER_END, plan
from config.brands.wire import decode_brand, decode_with_overrides, encode_brand, unknown_keys
from detectors.model.parameters import Switched
from detectors.negative_spike import NegativeSpike
from detectors.policy import Policy
from detectors.registry import SECTIONS, overridable
from detectors.volume_spike import VolumeSpike

BRAND = Brand(name="acme")
MINUTE = 60_000
LEAST = "detect.negative_spike.min_mentions"


def least(governed: BrandWithOverrides, at: int) -> int:
    """Return the least number of negative mentions that fires at an instant."""
    return governed.at(at).policy.parameters(NegativeSpike).min_mentions


def test_each_override_ends_at_its_own_instant() -> None:
    """One after the other, and at the end the configuration alone; one without an end goes on."""
    overrides = [
        Override(LEAST, 20, 10 * MINUTE),
        Override("detect.volume_spike.min_mentions", 30, 20 * MINUTE),
        Override("detect.sensitivity", "low"),
    ]
    governed = BrandWithOverrides(BRAND, overrides)
    assert [
        (least(governed, at * MINUTE), governed.at(at * MINUTE).policy.parameters(VolumeSpike).min_mentions)
        for at in (0, 10, 20)
    ] == [
        (20, 30),
        (BRAND.detect.parameters(NegativeSpike).min_mentions, 30),
        (BRAND.detect.parameters(NegativeSpike).min_mentions, BRAND.detect.parameters(VolumeSpike).min_mentions),
    ]
    assert [stretch.until for stretch in governed.intervals] == [10 * MINUTE, 20 * MINUTE, FOREVER]
    assert governed.at(FOREVER - 1).policy.sensitivity == "low"


def test_an_end_within_a_minute_is_the_end_of_that_minute() -> None:
    """A minute is judged by one policy."""
    governed = BrandWithOverrides(BRAND, [Override(LEAST, 20, 10 * MINUTE + 1)])
    assert [least(governed, 11 * MINUTE - 1), least(governed, 11 * MINUTE)] == [
        20,
        BRAND.detect.parameters(NegativeSpike).min_mentions,
    ]


def test_an_override_of_today_s_configuration_that_it_does_not_take_changes_nothing() -> None:
    """A later version, or a forged record, may hold anything."""
    bad = [Override(LEAST, -1), Override(LEAST, "many"), Override("detect.lateness", "20m"), Override("name", "x")]
    assert BrandWithOverrides(BRAND, bad).at(0).policy == BRAND.detect


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [(LEAST, 0, "must be ≥ 1"), (LEAST, 2.5, "whole number"), ("detect.lateness", "1m", "may not be overridden")],
)
def test_what_cannot_be_is_refused_with_its_reason(path: str, value: float | str, why: str) -> None:
    """In the words that a file's mistakes are told in."""
    with pytest.raises(ValueError, match=why):
        with_value(BRAND.detect, path, value)


def test_the_main_thresholds_are_those_of_every_detector() -> None:
    """Each detector has some, each is there, and none changes how minutes close."""
    detectors = {name for name in Policy.model_fields if isinstance(getattr(Policy(), name), Switched)}
    assert set(SECTIONS) == detectors
    assert all(overridable(section) for section in SECTIONS)
    for path in PATHS:
        assert value_at(Policy(), path) is not None or path.startswith("detect.static_threshold.")
    assert not any("lateness" in path for path in PATHS)


def test_overrides_travel_beside_the_brand() -> None:
    """An older version reads the brand and leaves them; this one reads them; what it cannot read it names."""
    overrides = (Override(LEAST, 20, MINUTE, "U0ANA", 1), Override("detect.no_data.min_duration", "2h"))
    raw = encode_brand(BRAND, overrides)
    assert decode_brand(raw) == BRAND
    assert decode_with_overrides(raw).overrides == overrides
    assert unknown_keys(raw) == ()
    odd = json.dumps(json.loads(raw) | {"overrides": [{"path": "name", "value": 1}, 7, {"path": LEAST, "value": 9}]})
    assert decode_with_overrides(odd.encode()).overrides == (Override(LEAST, 9),)
    assert unknown_keys(odd.encode()) == ("overrides.0", "overrides.1")
    assert encode_brand(BRAND, ()) == encode_brand(BRAND)


def test_a_path_is_overridden_once() -> None:
    """The later one takes the place of the earlier."""
    assert with_override([Override(LEAST, 9)], Override(LEAST, 12)) == (Override(LEAST, 12),)


def test_applying_a_configuration_keeps_what_overrides_it() -> None:
    """Changed or not, a brand keeps what is not over; what ended a day ago goes; a brand removed takes all with it."""
    now = 10 * KEPT_AFTER_END
    kept, over = (
        Override(LEAST, 20, now + 1),
        Override("detect.volume_spike.min_mentions", 30, now - KEPT_AFTER_END - MINUTE),
    )
    applied = {"acme": encode_brand(BRAND, [kept, over]), "gone": encode_brand(Brand(name="gone"), [kept])}
    french = BRAND.model_copy(update={"language": "fr"})
    found = plan(applied, {"acme": french}, now)
    raw = found.records["acme"]
    assert raw is not None
    assert (decode_with_overrides(raw).brand, decode_with_overrides(raw).overrides) == (french, (kept,))
    assert [str(one) for one in found.overrides] == [
        "acme detect.negative_spike.min_mentions: 20 instead of 6, until 1970-01-11 00:00 UTC, by nobody named"
    ]
    assert found.records["gone"] is None
    assert plan({"acme": applied["acme"]}, {"acme": BRAND}, now).changes == ()


def test_what_is_over_is_not_in_force() -> None:
    """The instant of the end is the first without it."""
    assert active([Override(LEAST, 9, MINUTE)], MINUTE - 1)
    assert not active([Override(LEAST, 9, MINUTE)], MINUTE)
