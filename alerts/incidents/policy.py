"""Incident policy: the settings that govern an incident from its first breach to its end."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final

from pydantic import Field

from alerts.incidents.severity import SeverityRule
from alerts.incidents.silences import ScheduledSilence
from alerts.oncall.escalation_targets import EscalationStep, FallbackStep
from detectors.model.duration import Duration
from detectors.model.parameters import Parameters
from detectors.model.signal import Severity

_Span = Annotated[Duration, Field(ge=timedelta(0), le=timedelta(days=7))]
_Wait = Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(days=7))]
_Pace = Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(days=1))]


def _lasting(default: str, description: str) -> Any:
    """Declare a duration with its default as written in YAML, so that the JSON Schema shows it that way."""
    return Field(default, description=f"{description} [duration]")


class Policy(Parameters):
    """When a brand's breaches become one incident, who is notified again, and when it is resolved.

    All spans are event time, so that a replay decides as the live run did.
    """

    group_window: _Span = _lasting(
        "5m",
        "A further detector that breaks this soon after the opening belongs to it: the message is edited, "
        "the thread stays quiet. Larger: fewer thread replies.",
    )
    correlation_window: _Span = _lasting(
        "10m",
        "Another brand of the same `group` that is hit by the same words or link this soon after the last breach joins "
        "the incident instead of opening its own; 0s keeps brands apart. Larger: fewer pages.",
    )
    resolve_after: _Wait = _lasting(
        "30m",
        "An incident is resolved when its last breach is this old. Larger: fewer, longer incidents.",
    )
    cooldown: _Span = _lasting(
        "30m",
        "For this long after the end, only a breach that is more severe, or pages and has another cause, breaks the "
        "silence. "
        "Larger: fewer pages.",
    )
    reopen_within: _Span = _lasting(
        "6h",
        "A relapse this soon after the end reopens the same incident and thread; a later one opens "
        "another. Larger: fewer incidents.",
    )
    update_every: _Pace = _lasting(
        "1m",
        "Between updates of an ongoing incident. Larger: fewer edits of the message.",
    )
    ack_expires: _Span = _lasting(
        "2h",
        "An acknowledgement this old is void once the incident worsens: it is open again and pages again. "
        "Larger: fewer pages.",
    )
    escalate_warning: _Span = _lasting(
        "30m",
        "A warning that nobody has acknowledged for this long escalates to the next step. Larger: later.",
    )
    escalate_critical: _Span = _lasting(
        "10m",
        "A critical incident that nobody has acknowledged for this long escalates to the next step. Larger: later.",
    )
    escalation: Annotated[tuple[EscalationStep, ...], Field(max_length=10)] = Field(
        default=(),
        description="Who is notified, one step after the other, until somebody acknowledges: a Slack id (U…, S…), "
        "`on_call`, `next_on_call`, `pagerduty`, `webhook` or `mailto:address`. Empty: the people on call are notified "
        "again. [steps]",
    )
    repeats: int = Field(
        default=3,
        ge=0,
        le=10,
        description="How often the last step is repeated, after twice the time, four times, and so on. Higher: more "
        "pages. [times]",
    )
    fallback: Annotated[tuple[FallbackStep, ...], Field(max_length=10)] = Field(
        default=(),
        description="Where a page goes that its receiver does not take: a channel of Slack, a Slack id (U…: a direct "
        "message), `on_call`, `next_on_call`, `pagerduty`, `webhook` or `mailto:address`. Empty: each step of "
        "`escalation` that leads outside Slack. [steps]",
    )
    fallback_after: _Pace = _lasting(
        "1m",
        "A page that its receiver does not take for this long goes to `fallback`; by the clock, not event time. "
        "Larger: later, fewer pages twice.",
    )
    silences: Annotated[tuple[ScheduledSilence, ...], Field(max_length=50)] = Field(
        default=(), description="Silences planned ahead: campaigns and maintenance windows. [silences]"
    )
    severity_rules: Annotated[tuple[SeverityRule, ...], Field(max_length=50)] = Field(
        default=(),
        description="Which detectors make an incident more severe than its strongest signal when they find something "
        "together, such as {when: [negative, volume], raise_to: critical}. [rules]",
    )
    page_from: Severity = Field(
        default="warning",
        description="The lowest severity that mentions the on-call manager; below it the message is posted without "
        "a mention. Higher: fewer pages. [info, warning or critical]",
    )


SOURCE_REPEAT: Final = timedelta(minutes=15)
NO_DATA_REPEAT: Final = timedelta(hours=1)
"""How often a source without data signals while it lasts."""


def policy_for(policy: Policy, kind: str) -> Policy:
    """Return the policy of incidents of a kind: one of a source without data outlasts the pause between two signals."""
    least = (SOURCE_REPEAT if kind == "source" else NO_DATA_REPEAT) + timedelta(minutes=5)
    if not kind or policy.resolve_after >= least:
        return policy
    return policy.model_copy(update={"resolve_after": least})


def milliseconds(span: timedelta) -> int:
    """Return a span in the unit of the records' instants."""
    return span // timedelta(milliseconds=1)
