"""Refusals in French: each that the queue can give, with the name that it holds."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

import pytest

from moderation import lifecycle
from moderation.refusals import refusal_text

if TYPE_CHECKING:
    from collections.abc import Iterator


def refusals() -> Iterator[str]:
    """Yield every text that the lifecycle returns, with a name in place of each value."""
    tree = ast.parse(inspect.getsource(lifecycle))
    for node in ast.walk(tree):
        values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
        found = [one.value for one in values if isinstance(one, ast.Return | ast.Assign | ast.AnnAssign) and one.value]
        for value in [*found, *(values if isinstance(node, ast.IfExp) else [])]:
            if isinstance(value, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "decided" for part in value.values)
            elif isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value:
                yield value.value


FOUND = sorted(set(refusals()))


@pytest.mark.parametrize("why", FOUND)
def test_every_refusal_has_its_french(why: str) -> None:
    """A refusal without one would be shown in English on a French card."""
    assert refusal_text(why, "fr") != why
    assert refusal_text(why, "en") == why


def test_there_are_refusals_to_look_at() -> None:
    """And names from outside stay as they are."""
    assert len(FOUND) >= 12
    assert refusal_text("claimed by Zoë {x}", "fr") == "pris en charge par Zoë {x}"
