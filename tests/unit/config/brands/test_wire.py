"""Does a brand survive the topic `brands`, between equal and unequal versions?"""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.brands.model import Brand, default_brand
from config.brands.wire import decode_brand, encode_brand, unknown_keys
from config.errors import ConfigError
from detectors.volume_spike import VolumeSpike

BRAND = Brand.model_validate(
    {
        "name": "Brûlerie Valmorin",
        "group": "Groupe Valmorin",
        "language": "fr",
        "detect": {"volume_spike": {"min_mentions": 25}, "windows": {"main": "90m"}},
        "alert": {"resolve_after": "1h30m"},
    }
)


def wire(**changes: Any) -> bytes:
    """Return the record of BRAND with keys put in or replaced at the top."""
    return json.dumps(json.loads(encode_brand(BRAND)) | changes).encode()


def test_a_brand_is_read_back_as_it_was_written() -> None:
    """Nothing is lost or changed on the way, durations included."""
    assert decode_brand(encode_brand(BRAND)) == BRAND


def test_every_default_is_written_out() -> None:
    """A worker with other built-in defaults still watches as the one who applied saw it."""
    record = json.loads(encode_brand(default_brand("Skylark Rail")))
    assert set(record) == set(Brand.model_fields)
    assert set(record["detect"]["volume_spike"]) == set(type(BRAND.detect.parameters(VolumeSpike)).model_fields)


def test_a_key_of_a_newer_version_is_left_out_and_named() -> None:
    """During a rolling upgrade the older worker goes on with the rules it has, and can log what it left out."""
    detect = json.loads(encode_brand(BRAND))["detect"]
    raw = wire(rotation="weekly", detect=detect | {"volume_spike": detect["volume_spike"] | {"newer": 1}})
    assert decode_brand(raw) == BRAND
    assert sorted(unknown_keys(raw)) == ["detect.volume_spike.newer", "rotation"]
    assert unknown_keys(encode_brand(BRAND)) == ()


def test_a_key_that_an_older_version_did_not_write_takes_the_default() -> None:
    """A record of before the key existed is still a brand."""
    values = json.loads(encode_brand(BRAND))
    del values["alert"]
    assert decode_brand(json.dumps(values).encode()).alert == default_brand("x y z").alert


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"{}",
        b'{"name": 3}',
        wire(language="de"),
        wire(detect={"sensitivity": 9}),
    ],
)
def test_what_is_no_brand_of_this_version_is_refused_with_its_reason(raw: bytes) -> None:
    """The reader keeps the brand in force and can say why."""
    with pytest.raises(ConfigError) as caught:
        decode_brand(raw)
    assert str(caught.value).startswith("topic brands")
