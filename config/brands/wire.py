"""Records of the topic `brands`: a brand with its overrides as JSON, readable by older and newer versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import msgspec
from pydantic import BaseModel, ValidationError

from config.brands.model import Brand
from config.brands.overrides import PATHS, BrandWithOverrides, Override
from config.error_messages import describe, models_in
from config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable


OVERRIDES: Final = "overrides"
"""Key of the overrides in a brand's record, next to the brand's own keys."""


def encode_brand(brand: Brand, overrides: Iterable[Override] = ()) -> bytes:
    """Return the brand as JSON, every default written out, so that it means the same to every version.

    The key of the record is `brand.name`; a record with no value removes the brand.
    """
    beside = {OVERRIDES: msgspec.to_builtins(overrides)} if (overrides := tuple(overrides)) else {}
    return json.dumps(brand.model_dump(mode="json") | beside, ensure_ascii=False, sort_keys=True).encode()


def decode_with_overrides(raw: bytes) -> BrandWithOverrides:
    """Return the brand and its overrides, as `encode_brand` wrote them.

    An override that this version does not understand is left out (`unknown_keys` names it).

    Raises:
        ConfigError: as `decode_brand`.
    """
    return BrandWithOverrides(decode_brand(raw), _overrides(_object(raw))[0])


def decode_brand(raw: bytes) -> Brand:
    """Return the brand that `encode_brand` wrote, in this version or another.

    Keys this version does not know are left out (`unknown_keys` names them): during a rolling upgrade an older worker
    keeps watching with the settings that it knows. A missing key takes this version's default.

    Raises:
        ConfigError: not a brand, or a value this version does not accept; the brand in force should then stay.
    """
    values, _ = _known(Brand, _object(raw))
    try:
        return Brand.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            Problem("topic brands", 0, 0, ".".join(map(str, detail["loc"])), None, describe(detail, Brand))
            for detail in error.errors()
        ) from error


def unknown_keys(raw: bytes) -> tuple[str, ...]:
    """Return the paths of the keys that `decode_brand` leaves out, so that a worker can log them."""
    values = _object(raw)
    return (*(path for path in _known(Brand, values)[1] if path != OVERRIDES), *_overrides(values)[1])


def _overrides(values: dict[str, Any]) -> tuple[list[Override], list[str]]:
    """Return the overrides that are understood, and the places of the others."""
    given, known, left_out = values.get(OVERRIDES) or [], list[Override](), list[str]()
    for place, one in enumerate(given if isinstance(given, list) else []):
        try:
            override = msgspec.convert(one, Override)
        except msgspec.ValidationError:
            override = Override("", None)
        if override.path in PATHS:
            known.append(override)
        else:
            left_out.append(f"{OVERRIDES}.{place}")
    return known, left_out


def _object(raw: bytes) -> dict[str, Any]:
    try:
        values = json.loads(raw)
    except ValueError as error:
        raise ConfigError([Problem("topic brands", 0, 0, "", None, "the record is not JSON")]) from error
    if not isinstance(values, dict):
        raise ConfigError([Problem("topic brands", 0, 0, "", None, "the record is not a JSON object")])
    return values


def _known(model: type[BaseModel], values: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    known: dict[str, Any] = {}
    left_out: list[str] = []
    for key, value in values.items():
        field = model.model_fields.get(key)
        if field is None:
            left_out.append(key)
            continue
        below = next(models_in(field.annotation), None)
        if below is not None and isinstance(value, dict):
            known[key], deeper = _known(below, value)
            left_out += [f"{key}.{path}" for path in deeper]
        else:
            known[key] = value
    return known, left_out
