"""Validation of one brand's thresholds against each other, after inheritance."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from config.yaml.nodes import Node, find
from detectors.model.duration import format_duration
from detectors.model.parameters import Switched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.brands.model import Brand
    from config.brands.validation import Finding
    from detectors.policy import Policy

_WINDOWS: Final = ("short_window", "window", "long_window")
_LIMITS: Final = ("mentions", "negative", "negative_share")


def check_thresholds(brand: Brand, node: Node) -> Iterator[Finding]:
    """Yield thresholds that contradict each other, at the place of one of them."""
    yield from _windows(brand.detect, node)
    yield from _unreachable(brand.detect, node)
    if not any(_can_fire(detector) for _, detector in _detectors(brand.detect)):
        rule = "every detector is off and no absolute limit is given, so nothing can ever fire: enable one"
        yield _place(node, "detect"), rule, "error"


def _windows(policy: Policy, node: Node) -> Iterator[Finding]:
    """Yield windows that are out of order: short_window ≤ window ≤ long_window."""
    for name, detector in _detectors(policy):
        fields = [field for field in _WINDOWS if field in type(detector).model_fields]
        for shorter, longer in pairwise(fields):
            bound = getattr(detector, longer)
            if getattr(detector, shorter) > bound:
                rule = f"must not be longer than {longer} ({format_duration(bound)})"
                yield _place(node, "detect", name, shorter), rule, "error"


def _unreachable(policy: Policy, node: Node) -> Iterator[Finding]:
    limits = policy.static_threshold
    if limits.mentions is not None and limits.negative is not None and limits.negative >= limits.mentions:
        rule = f"is never reached first, as mentions = {limits.mentions} counts the negative ones too: set it lower"
        yield _place(node, "detect", "static_threshold", "negative"), rule, "warning"


def _detectors(policy: Policy) -> Iterator[tuple[str, Switched]]:
    for name in type(policy).model_fields:
        detector = getattr(policy, name)
        if isinstance(detector, Switched):
            yield name, detector


def _can_fire(detector: Switched) -> bool:
    limits = [getattr(detector, field) for field in _LIMITS if field in type(detector).model_fields]
    return detector.enabled and (not limits or any(limit is not None for limit in limits))


def _place(node: Node, *path: str) -> Node:
    """Return the node at the path, or the deepest that is written: the rest are defaults."""
    return find(node, path)
