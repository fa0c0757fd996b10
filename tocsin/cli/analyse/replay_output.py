"""Output of `tocsin replay --slack` and `--speed`: Slack requests, or messages drawn in the terminal."""

from __future__ import annotations

import json as jsons
from typing import TYPE_CHECKING

from tocsin.cli.output import print_json, print_line, printable, progress_bar
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from replay.player.recording_replay import PolicySource
    from replay.player.result import ReplayResult
    from tocsin.cli.analyse.replay_input import ReplayInput


def print_slack_requests(source: ReplayInput, policies: PolicySource, *, json: bool) -> ReplayResult:
    """Print each request that Slack would have been sent, and return what came of the replay."""
    from alerts.rendering.event_log import format_instant  # noqa: PLC0415  slow to load
    from replay.player.result import ReplayResult  # noqa: PLC0415
    from replay.player.slack_requests import record_requests  # noqa: PLC0415

    result = ReplayResult()
    with progress_bar("replaying", source.size) as advance:
        for note, sent in record_requests(source.notifications(policies, result, advance), policies):
            for request in sent:
                record = {"at": format_instant(note.happened_at)} | request
                if json:
                    print_json(record)
                    continue
                where = f"thread of {request['thread']}" if "thread" in request else request["channel"]
                print_line(f"{record['at'][:16].replace('T', ' ')}  {request['method']}  {printable(where)}")
                print_line(printable(jsons.dumps(request["payload"], ensure_ascii=False, indent=2), lines=True))
    return result


def print_cards(source: ReplayInput, policies: PolicySource, speed: str) -> ReplayResult:
    """Draw each card when it is due, so many times as fast as it was, and return what came of the replay.

    Raises:
        UsageError: `speed` is no such number.
    """
    from rich.console import Console  # noqa: PLC0415  slow to load

    from alerts.notifiers.console import ConsoleNotifier  # noqa: PLC0415
    from replay.player.result import ReplayResult  # noqa: PLC0415
    from replay.player.slack_requests import deliver  # noqa: PLC0415
    from streams.ingest import Throttle  # noqa: PLC0415

    result = ReplayResult()
    notifications = source.notifications(policies, result, lambda _done: None, Throttle(parse_speed(speed)))
    for _note in deliver(notifications, policies, ConsoleNotifier(Console())):
        pass
    return result


def parse_speed(text: str) -> float:
    """Return how many times as fast.

    >>> parse_speed("60x")
    60.0

    Raises:
        UsageError: it is no such number.
    """
    try:
        found = float(text.removesuffix("x"))
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise UsageError(f"--speed {text!r}: write how many times as fast, such as 60x")
    return found
