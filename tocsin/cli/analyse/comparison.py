"""How does `tocsin replay --against` show what a change of rules changes?"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tocsin.cli.output import print_json, print_line, printable, progress_bar

if TYPE_CHECKING:
    from replay.player.recording_replay import Revised
    from replay.player.result import Outcome
    from tocsin.cli.analyse.replay_input import ReplayInput


def print_comparison(past: ReplayInput, before: Revised, after: Revised, *, json: bool, markdown: bool) -> Outcome:
    """Replay under both rules, print what differs, and return what came of the first.

    Raises:
        Misuse: the mentions cannot be read twice.
    """
    from replay.player.compare import compare  # noqa: PLC0415  slow to load

    past.check_readable_twice()
    outcomes = _replay(past, before, "as it is"), _replay(past, after, "as proposed")
    comparison = compare(*outcomes)
    if json:
        print_json(comparison.record())
    elif markdown:
        print_line(comparison.markdown())
    else:
        for line in comparison.lines():
            print_line(printable(line))
    return outcomes[0]


def _replay(past: ReplayInput, rules: Revised, name: str) -> Outcome:
    from replay.player.result import Outcome  # noqa: PLC0415

    outcome = Outcome()
    with progress_bar(f"replaying {name}", past.size) as advance:
        deque(past.notifications(rules, outcome, advance), maxlen=0)
    return outcome
