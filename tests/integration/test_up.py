"""`tocsin up`: killed as a whole, it goes on as if nothing had happened; stopped, it ends in time and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.local_group import GroupScenario

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
def test_a_group_that_is_killed_goes_on_as_one_that_was_not(tmp_path: Path) -> None:
    """Counts, each event of each incident, and a silence are those of an uninterrupted run, to the last digit."""
    scenario = GroupScenario(tmp_path, kills=2, calm=600, storm=300, speed=400, life=(0.5, 4.0))
    assert scenario.run() == []
