"""Problems of an installation: who would not be heard or not be told, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from streams.listening.health import span, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.delivery.undelivered import Undelivered
    from streams.health.backlog import StageBacklog
    from streams.health.snapshot import Snapshot
    from streams.listening.health import SourceHealth

MAX_WAIT: Final = 60.0
"""Seconds that a record may wait for a stage."""

MAX_CANARY_AGE: Final = 45.0
"""Seconds since the last canary that came through was sent: three of them are lost, one comes every 15 seconds."""


class Problem(NamedTuple):
    """What is wrong and what to do. With `critical` a crisis could pass unheard or untold, with `warning` not."""

    level: Literal["critical", "warning"]
    what: str
    remedy: str


def find_problems(seen: Snapshot, slack_error: str = "", undelivered: Sequence[Undelivered] = ()) -> list[Problem]:
    """Return what is wrong, the most severe first.

    `slack_error` is what Slack answered to a check made from here, `undelivered` what receivers do not take, the oldest
    first.
    """
    delivery = [*_undelivered(undelivered, seen.at)]
    behind = [*_backlogs(seen, [one for one in seen.backlogs if one.stage != "notify" or not delivery])]
    found = [*_workers(seen), *behind, *delivery, *_heartbeat(seen, slack_error), *_sources(seen)]
    return sorted(found, key=lambda one: one.level != "critical")


def _workers(seen: Snapshot) -> Iterator[Problem]:
    if not seen.group.members:
        waiting = next((one for one in seen.backlogs if one.records), None)
        what = "no worker is running: nobody is watched"
        if waiting is not None:
            what += f", and {_waiting(waiting, seen.at)}"
        yield Problem("critical", what, "start one: `tocsin worker`")
    elif seen.group.rebalancing:
        yield Problem("warning", "the workers are sharing the partitions out", "look again in ten seconds")
    elif missing := seen.group.unassigned(seen.partitions):
        numbers = ", ".join(map(str, missing))
        what = f"no worker reads partition{'s' if len(missing) > 1 else ''} {numbers} of mentions"
        yield Problem("critical", what, "restart the workers: all must know the same topics")


def _undelivered(alerts: Sequence[Undelivered], now: int) -> Iterator[Problem]:
    if alerts:
        oldest = alerts[0]
        many = "1 alert is" if len(alerts) == 1 else f"{len(alerts)} alerts are"
        what = f"{many} not delivered, the oldest for {span((now - oldest.intended_at) / 1000)}: {oldest.code}"
        yield Problem("critical", what, oldest.remedy)


def _backlogs(seen: Snapshot, backlogs: Sequence[StageBacklog]) -> Iterator[Problem]:
    if not seen.group.members:
        return
    for one in backlogs:
        if one.waited(seen.at) <= MAX_WAIT:
            continue
        if one.stage == "notify":
            remedy = "the workers' log says who refuses them (`alert rejected`, `alert delivery failed`)"
            yield Problem("critical", f"notifications are not delivered: {_waiting(one, seen.at)}", remedy)
        else:
            remedy = "start more workers, up to the number of partitions; their log says if one hangs"
            yield Problem("critical", f"the {one.stage} stage is behind: {_waiting(one, seen.at)}", remedy)


def _heartbeat(seen: Snapshot, slack_error: str) -> Iterator[Problem]:
    refused = slack_error or (seen.canary.slack_error if seen.canary else "")
    if refused:
        yield Problem("critical", f"Slack refuses alerts: {refused}", "alerts wait and are sent once it accepts them")
    if seen.canary is None or refused:
        return
    sent_at = seen.canary.sent_at
    if sent_at is None:
        yield Problem("critical", "no canary of the heartbeat comes through", "`tocsin heartbeat --once` says where")
    elif (age := (seen.at - sent_at) / 1000) > MAX_CANARY_AGE:
        what = f"the last heartbeat came through {span(age)} ago"
        yield Problem(
            "critical", what, "is `tocsin heartbeat` running? `tocsin heartbeat --once` says where it is lost"
        )


def _sources(seen: Snapshot) -> Iterator[Problem]:
    """Yield the brands none of whose sources is heard, then the other sources that are not."""
    wrong = [one for one in seen.sources if not _is_active(one)]
    active = {brand for one in seen.sources if _is_active(one) for brand in one.brands}
    unheard = sorted({brand for one in wrong for brand in one.brands} - active)
    if unheard:
        what = f"no source of {_some(unheard)} is heard"
        yield Problem("critical", what, "`tocsin status --sources` says why; is `tocsin listen` running?")
    for one in wrong:
        if not set(one.brands) <= set(unheard):
            yield Problem("warning", f"{one.source}: {trouble(one, seen.at)}", "`tocsin status --sources` shows more")


def _is_active(source: SourceHealth) -> bool:
    return source.state in {"active", "starting"}


def _some(names: Sequence[str], most: int = 5) -> str:
    """Return names, and how many more there are.

    >>> _some("abcdefg")
    'a, b, c, d, e and 2 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _waiting(backlog: StageBacklog, now: int) -> str:
    kind = " of mentions" if backlog.stage == "score" else ""
    things = f"1 record{kind} waits" if backlog.records == 1 else f"{backlog.records:,} records{kind} wait"
    return f"{things}, {_oldest(backlog, now)}"


def _oldest(backlog: StageBacklog, now: int) -> str:
    seconds = backlog.waited(now)
    return f"the oldest for {span(seconds)}" if seconds >= MAX_WAIT else f"the oldest for {seconds:.0f} s"
