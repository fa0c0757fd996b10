"""Does the terminal name a best setting only where the page does?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.unit.replay.test_report_tuning import DIFF, HOSTILE, study
from tocsin.cli.analyse.tune_output import print_optimisation

if TYPE_CHECKING:
    from replay.tuning.optimisation import State


@pytest.mark.parametrize("state", ["keep", "not_better", "too_few", "too_short"])
def test_what_is_not_proven_is_not_called_the_best(state: State, capsys: pytest.CaptureFixture[str]) -> None:
    """With too little data the table has its settings and no effect of any of them is told."""
    print_optimisation(replace(study(), state=state, proposal=None), "")
    reported = capsys.readouterr().out
    assert ("best in hindsight, not proposed: Brisela" in reported) == (state == "not_better")
    assert "proposed)" not in reported
    assert "today's recall is 1 of 2" in reported


def test_a_proposal_is_reported_with_its_effects_and_its_diff(capsys: pytest.CaptureFixture[str]) -> None:
    """What it does to each incident, and what would be written; text from outside cannot steer the terminal."""
    print_optimisation(study(), DIFF + "\x1b[2J")
    reported = capsys.readouterr().out
    assert reported.count("\nproposed: Brisela") == 2
    assert "hindsight" not in reported
    assert "+  peak_ratio: 1.2" in reported
    assert HOSTILE in reported
    assert "\x1b[2J" not in reported
