"""Validation of one brand's thresholds against each other, after inheritance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from config.yaml.nodes import Node, find
from detectors.model.duration import format_duration
from detectors.registry import ALL, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.brands.model import Brand
    from config.brands.validation import Finding
    from detectors.policy import Policy

_WINDOWS: Final = ("short", "main", "long")


def check_thresholds(brand: Brand, node: Node) -> Iterator[Finding]:
    """Yield thresholds that contradict each other, at the place of one of them."""
    policy = brand.detect
    yield from _windows(policy, node)
    for section, detector in SECTIONS.items():
        for parameter, rule in detector.warnings(policy.of(detector)):
            yield _place(node, "detect", section, parameter), rule, "warning"
    if not any(detector.can_fire(policy.of(detector)) for detector in ALL):
        rule = "every detector is off and no static threshold is given, so nothing can ever fire: enable one"
        yield _place(node, "detect"), rule, "error"


def _windows(policy: Policy, node: Node) -> Iterator[Finding]:
    """Yield windows that are out of order: short ≤ main ≤ long."""
    for shorter, longer in pairwise(_WINDOWS):
        bound = getattr(policy.windows, longer)
        if getattr(policy.windows, shorter) > bound:
            rule = f"must not be longer than {longer} ({format_duration(bound)})"
            yield _place(node, "detect", "windows", shorter), rule, "error"


def _place(node: Node, *path: str) -> Node:
    """Return the node at the path, or the deepest that is written: the rest are defaults."""
    return find(node, path)
