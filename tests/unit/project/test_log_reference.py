"""The reference of logs names events that the code writes."""

from __future__ import annotations

import re

import pytest

from tests.support.docs import ROOT

ROWS = re.findall(r"(?m)^\| (`[^|]+) \| (info|warning|error) \|", (ROOT / "docs/operations/logs.md").read_text("utf-8"))
EVENTS = [(event, level) for cell, level in ROWS for event in re.findall(r"`([^`]+)`", cell)]
CODE = "\n".join(
    path.read_text("utf-8") for room in ("alerts", "streams", "tocsin") for path in sorted((ROOT / room).rglob("*.py"))
)


@pytest.mark.parametrize(("event", "level"), EVENTS)
def test_an_event_of_the_reference_is_written_at_its_level(event: str, level: str) -> None:
    """By one of the processes."""
    written = re.findall(rf'log\.(\w+)\(\s*(?:"{re.escape(event)}"|[^()]*?"{re.escape(event)}")', CODE)
    assert level in written or (level == "error" and "exception" in written), written


def test_the_reference_is_not_empty() -> None:
    """The rows are found."""
    assert len(EVENTS) > 15
