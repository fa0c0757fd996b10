"""Validation of whom a brand pages: nobody at all, or the same people again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from alerts.oncall.escalation_targets import NEXT_ON_CALL, ON_CALL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.brands.model import Brand
    from config.brands.validation import Finding
    from config.yaml.nodes import Node

MAX_CALLS: Final = 3
"""Calls in a row that reach the same people and nobody else."""

_SCHEDULE: Final = "the schedule"


def check_paging(brand: Brand, node: Node) -> Iterator[Finding]:
    """Yield what is suspicious about whom a brand pages."""
    if not _page(brand) and not set(brand.alert.escalation) - {ON_CALL, NEXT_ON_CALL}:
        rule = "pages nobody: add `on_call` with the Slack id of a person or a user group, or `on_call_schedule`"
        yield node.fields.get("name", node), rule, "warning"
        return
    same = _called_in_vain(brand)
    if same:
        place = node.fields.get("alert", node).fields.get("escalation") or node.fields.get("on_call") or node
        rule = f"calls {', '.join(sorted(same))} {MAX_CALLS} times in a row: add somebody else to alert.escalation"
        yield place, rule, "warning"


def _page(brand: Brand) -> frozenset[str]:
    """Return whom the first page calls; people of a schedule change, so they stand for one target."""
    schedule = brand.on_call_schedule
    planned = schedule.ical or schedule.shifts
    if not planned and len(schedule.people) == 1:
        return frozenset(brand.on_call + schedule.people)
    return frozenset(brand.on_call) | frozenset([_SCHEDULE] if planned or schedule.people else ())


def _called_in_vain(brand: Brand) -> frozenset[str]:
    """Return the people whom MAX_CALLS calls in a row reach, and nobody else; a group is several people."""
    page, steps = _page(brand), brand.alert.escalation or (ON_CALL,) * (1 + brand.alert.repeats)
    row, count = page, 1 if page else 0
    for step in steps:
        called = page if step == ON_CALL else frozenset([_SCHEDULE if step == NEXT_ON_CALL else step])
        count = count + 1 if called <= row else 1
        row = max(row, called)
        if count >= MAX_CALLS and all(one[:1] in "UW" for one in row):
            return row
    return frozenset()
