"""Output of `tocsin replay --compare-to`: how incidents differ between two configurations."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from tocsin.cli.output import print_json, print_line, printable, progress_bar

if TYPE_CHECKING:
    from replay.player.recording_replay import PolicySource
    from replay.player.result import ReplayResult
    from tocsin.cli.analyse.replay_input import ReplayInput


def print_comparison(
    source: ReplayInput, before: PolicySource, after: PolicySource, *, json: bool, markdown: bool
) -> ReplayResult:
    """Replay under both policies, print what differs, and return what came of the first.

    Raises:
        UsageError: the mentions cannot be read twice.
    """
    from replay.player.compare import compare  # noqa: PLC0415  slow to load

    source.check_readable_twice()
    results = _replay(source, before, "as it is"), _replay(source, after, "as proposed")
    comparison = compare(*results)
    if json:
        print_json(comparison.record())
    elif markdown:
        print_line(comparison.markdown())
    else:
        for line in comparison.lines():
            print_line(printable(line))
    return results[0]


def _replay(source: ReplayInput, policies: PolicySource, name: str) -> ReplayResult:
    from replay.player.result import ReplayResult  # noqa: PLC0415

    result = ReplayResult()
    with progress_bar(f"replaying {name}", source.size) as advance:
        deque(source.notifications(policies, result, advance), maxlen=0)
    return result
