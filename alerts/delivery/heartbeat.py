"""Heartbeat state: canaries in, outages out; an outage begins once and ends once. Pure.

A partition is healthy while its latest successful canary (all stages passed, Slack accepted) was sent no longer than
`limit` ago, and no alert of it has been undelivered for longer; an outage ends once every partition has been healthy
for as long. All in ms, by one process's wall clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from alerts.delivery.external_alert import ExternalAlert
from alerts.delivery.undelivered import UndeliveredSummary, combine
from alerts.rendering.text import format_duration, translate

if TYPE_CHECKING:
    from alerts.delivery.external_alert import EventAction
    from detectors.model.signal_text import Language

STAGES: Final = ("score", "watch", "triage", "notify")

NAME: Final = "Tocsin"

NONE_UNDELIVERED: Final = UndeliveredSummary()

_MAX_LISTED: Final = 3  # partitions that are listed by number


class PartitionHealth(msgspec.Struct, frozen=True):
    """Health of one partition."""

    last_success_at: int  # when the latest successful canary was sent
    stage_passed_at: tuple[int, ...] = (0,) * len(STAGES)  # when the latest was sent that each stage passed on
    slack_error: str = ""  # what Slack answered to the latest canary, if an error
    ever_succeeded: bool = False  # a canary succeeded
    undelivered: UndeliveredSummary = UndeliveredSummary()  # alerts, when the latest canary came through


class Outage(msgspec.Struct, frozen=True):
    """A time in which alerts may not get through."""

    id: str
    started_at: int
    reason: str
    undelivered: bool = False  # canaries come through, some alerts do not


class HeartbeatState(msgspec.Struct, frozen=True):
    """State of the alert path: each partition, since when all are healthy, and the current outage."""

    started_at: int
    partitions: dict[int, PartitionHealth] = {}
    send_error: str = ""  # why the latest canaries could not be sent
    healthy_since: int | None = None
    outage: Outage | None = None

    @property
    def healthy(self) -> bool:
        """Tell whether a canary ever succeeded on every partition."""
        return bool(self.partitions) and all(health.ever_succeeded for health in self.partitions.values())


def ensure_partitions(state: HeartbeatState, partitions: int, at: int) -> HeartbeatState:
    """Return the state with that many partitions; a new one counts as healthy just now."""
    fresh = {number: PartitionHealth(at - 1) for number in range(partitions) if number not in state.partitions}
    return replace(state, partitions=state.partitions | fresh) if fresh else state


def on_sent(state: HeartbeatState, error: str = "") -> HeartbeatState:
    """Return the state after canaries were sent to all partitions, or could not be: `error` says why."""
    return replace(state, send_error=error)


def on_resume(state: HeartbeatState, at: int) -> HeartbeatState:
    """Return the state of a process that was itself suspended: it did not listen, so no canary is overdue yet."""
    partitions = {
        number: replace(health, last_success_at=max(health.last_success_at, at - 1))
        for number, health in state.partitions.items()
    }
    return replace(state, started_at=max(state.started_at, at - 1), partitions=partitions, healthy_since=None)


def on_ack(
    state: HeartbeatState,
    partition: int,
    sent_at: int,
    stage: str,
    slack_error: str = "",
    undelivered: UndeliveredSummary = NONE_UNDELIVERED,
) -> HeartbeatState:
    """Return the state after a stage passed a canary on; a repetition changes nothing."""
    health = state.partitions.get(partition)
    if health is None or stage not in STAGES:
        return state
    number = STAGES.index(stage)
    if stage == STAGES[-1]:
        if not slack_error:
            health = replace(health, last_success_at=max(health.last_success_at, sent_at), ever_succeeded=True)
        if sent_at >= health.stage_passed_at[number]:
            health = replace(health, slack_error=slack_error, undelivered=undelivered)
    passed = tuple(max(at, sent_at) if place == number else at for place, at in enumerate(health.stage_passed_at))
    return replace(state, partitions=state.partitions | {partition: replace(health, stage_passed_at=passed)})


def evaluate(
    state: HeartbeatState, at: int, limit: int, language: Language = "en"
) -> tuple[HeartbeatState, Outage | None]:
    """Return the state at an instant, and the outage that began, or ended: then the state has none."""
    lost = _lost(state, at, limit, language)
    why = lost or _overdue(state, at, limit, language)
    since = (at if state.healthy_since is None else state.healthy_since) if state.healthy and not why else None
    state, outage = replace(state, healthy_since=since), state.outage
    if outage is None and why:
        begun = Outage(f"heartbeat-{at}", at, why, undelivered=not lost)
        return replace(state, outage=begun), begun
    if outage is not None and since is not None and at - since >= limit:
        return replace(state, outage=None), outage
    return state, None


def diagnose(state: HeartbeatState, at: int, limit: int, language: Language = "en") -> str:
    """Return why alerts may not get through, in one line; "" while all is healthy."""
    return _lost(state, at, limit, language) or _overdue(state, at, limit, language)


def undelivered(state: HeartbeatState) -> UndeliveredSummary:
    """Return the alerts that are undelivered, as the latest canaries of the partitions report."""
    return combine(health.undelivered for health in state.partitions.values())


def _overdue(state: HeartbeatState, at: int, limit: int, language: Language) -> str:
    """Return what is undelivered if the oldest alert has been for longer than `limit`."""
    found = undelivered(state)
    if not found.count or at - found.since <= limit:
        return ""
    span = format_duration(at - found.since, language)
    return translate(language, "heartbeat_undelivered", count=found.count, span=span, why=found.why)


def _lost(state: HeartbeatState, at: int, limit: int, language: Language) -> str:
    """Return why canaries do not come through."""
    failing = {number: health for number, health in state.partitions.items() if at - health.last_success_at > limit}
    if not state.partitions:
        late = state.send_error and at - state.started_at > limit
        return translate(language, "heartbeat_unreachable", why=state.send_error) if late else ""
    if not failing:
        return ""
    if state.send_error:
        return translate(language, "heartbeat_unsent", why=state.send_error)
    refused = sorted(
        {
            health.slack_error
            for health in failing.values()
            if health.slack_error and at - health.stage_passed_at[-1] <= limit
        }
    )
    if refused:
        return translate(language, "heartbeat_refused", why="; ".join(refused))
    what = translate(language, "heartbeat_stage", stage=_stuck_stage(failing, at, limit))
    if len(failing) == len(state.partitions):
        return translate(language, "heartbeat_everywhere", what=what)
    return translate(
        language,
        "heartbeat_somewhere",
        count=len(failing),
        of=len(state.partitions),
        numbers=_numbers(failing),
        what=what,
    )


def outage_alert(
    outage: Outage, event: EventAction, at: int, name: str = NAME, language: Language = "en"
) -> ExternalAlert:
    """Return the alert of an outage that begins or ends at an instant in the installation `name`."""
    begins = translate(language, f"heartbeat_{'held' if outage.undelivered else 'lost'}", name=name, why=outage.reason)
    span = format_duration(at - outage.started_at, language)
    ends = translate(language, f"heartbeat_{'sent' if outage.undelivered else 'back'}", name=name, span=span)
    return ExternalAlert(
        incident=outage.id,
        revision=1 if event == "trigger" else 2,
        event=event,
        brand=name,
        severity="critical",
        detectors=("heartbeat",),
        text=begins if event == "trigger" else ends,
        opened_at=outage.started_at,
        at=at,
    )


def build_test_alert(event: EventAction, at: int, language: Language = "en") -> ExternalAlert:
    """Return a test alert that begins at an instant, or ends."""
    text = translate(language, "heartbeat_test")
    if event == "resolve":
        text = translate(language, "heartbeat_test_over", drill=text)
    return replace(outage_alert(Outage(f"drill-{at}", at, ""), event, at), text=text)


def success_age(state: HeartbeatState, at: int) -> int | None:
    """Return how long ago (ms) the latest successful canary of the worst partition was sent; None before the first."""
    return max((at - health.last_success_at for health in state.partitions.values()), default=None)


def _numbers(failing: dict[int, PartitionHealth]) -> str:
    return ", ".join([*map(str, sorted(failing)[:_MAX_LISTED]), *(["…"] if len(failing) > _MAX_LISTED else [])])


def _stuck_stage(failing: dict[int, PartitionHealth], at: int, limit: int) -> str:
    """Return the first stage that passes no canary on."""
    idle = (
        place
        for place in range(len(STAGES))
        if any(at - health.stage_passed_at[place] > limit for health in failing.values())
    )
    return STAGES[next(idle, len(STAGES) - 1)]
