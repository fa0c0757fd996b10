"""Candidate settings: a grid of sensitivity and thresholds, each parameter by itself, and the built-in defaults."""

from __future__ import annotations

from itertools import product
from math import log
from typing import TYPE_CHECKING, Any, Final

from config.brands.model import Brand, default_brand
from config.yaml import parser
from detectors.model.policy import PEAK_RATIO_FACTOR, Sensitivity
from detectors.registry import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from config.yaml.nodes import Node

Settings = dict[str, str | float]
"""Dotted path → value; what is not in it stays as it is today."""

SCALES: Final = (0.65, 0.8, 1.0, 1.25, 1.6)
"""What the thresholds are multiplied by; smaller fires sooner and more often."""

BARS: Final = tuple(
    sorted((f"detect.{key}.{name}" for key, one in SECTIONS.items() for name in one.tuning.scaled), reverse=True)
)
"""The thresholds that are scaled, together and each by itself. Ties go to the first, so their order is fixed."""

VALUES: Final = {
    f"detect.{key}.{name}": values for key, one in SECTIONS.items() for name, values in one.tuning.values.items()
}
"""Parameters with the values that are tried for each."""

SENSITIVITY: Final = "detect.sensitivity"
PAGE_FROM: Final = "alert.page_from"
_LEVELS: Final[tuple[Sensitivity, ...]] = ("low", "medium", "high")
_SEVERITIES: Final = ("info", "warning", "critical")


def candidates(today: Brand) -> list[Settings]:
    """Return the candidate settings of a brand or group; the first, empty, is today's."""
    grid = [_scaled(today, BARS, scale) | {SENSITIVITY: level} for level, scale in product(_LEVELS, SCALES)]
    grid += [{PAGE_FROM: severity, SENSITIVITY: level} for severity, level in product(_SEVERITIES, _LEVELS)]
    grid += [_scaled(today, [bar], scale) for bar, scale in product(BARS, SCALES)]
    grid += [{path: value} for path, values in VALUES.items() for value in values]
    built_in = default_brand(today.name)
    grid.append({path: value_of(built_in, path) for path in (*BARS, SENSITIVITY, PAGE_FROM, *VALUES)})
    tried: list[Settings] = [{}]
    for settings in grid:
        fresh = {path: value for path, value in settings.items() if value != value_of(today, path)}
        if fresh not in tried:
            tried.append(fresh)
    return tried


def value_of(brand: Brand, path: str) -> Any:
    """Return a brand's setting."""
    found: Any = brand
    for step in path.split("."):
        found = getattr(found, step)
    return found


def with_settings(brand: Brand, settings: Mapping[str, object]) -> Brand:
    """Return the brand with other settings, as the configuration would read them."""
    values = brand.model_dump(mode="json")
    for path, value in settings.items():
        *parents, last = path.split(".")
        place = values
        for step in parents:
            place = place[step]
        place[last] = value
    return Brand.model_validate(values)


def distance(today: Brand, settings: Settings) -> float:
    """Return the distance of settings from today's: fewer and smaller changes give a smaller one."""
    return sum(_relative_change(value_of(today, path), value) for path, value in settings.items())


def _relative_change(old: Any, new: Any) -> float:
    if isinstance(old, str):
        steps = _LEVELS if old in PEAK_RATIO_FACTOR else _SEVERITIES
        return 0.5 + abs(steps.index(new) - steps.index(old)) / 2
    return 0.1 + abs(log(new / old)) if old and new else 1.0


def _scaled(today: Brand, bars: Sequence[str], scale: float) -> Settings:
    return {bar: max(0.1, round(value_of(today, bar) * scale, 2)) for bar in bars}


def settings_in_file(raw: bytes) -> dict[str, set[str]]:
    """Return, by brand, the settings that its own entry in brands.yaml sets, which override its group's."""
    brands = parser.parse(raw, "brands.yaml").root.fields["brands"].items
    return {str(node.fields["name"].value): set(_paths(node, "")) for node in brands if "name" in node.fields}


def _paths(node: Node, path: str) -> Iterator[str]:
    for key, child in node.fields.items():
        below = f"{path}.{key}".lstrip(".")
        yield below
        yield from _paths(child, below)
