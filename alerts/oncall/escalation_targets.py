"""Escalation steps: how they are written, and which of them lead outside Slack."""

from __future__ import annotations

import re
from typing import Annotated, Final

import msgspec
from pydantic import AfterValidator

ON_CALL: Final = "on_call"
NEXT_ON_CALL: Final = "next_on_call"
EXTERNAL: Final = ("pagerduty", "webhook")
MAILTO: Final = "mailto:"
EMAIL: Final = "email"
SLACK: Final = "slack"

_USER_GROUP: Final = "S"
_SLACK: Final = re.compile(r"[UWS][A-Z0-9]{1,20}")
_CHANNEL: Final = re.compile(r"#[^\sA-Z#,.]{1,80}|[CG][A-Z0-9]{6,20}")
_ADDRESS: Final = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}")


def _step(value: str) -> str:
    if value in (ON_CALL, NEXT_ON_CALL, *EXTERNAL) or _SLACK.fullmatch(value):
        return value
    if value.startswith(MAILTO) and _ADDRESS.fullmatch(value.removeprefix(MAILTO)):
        return value
    raise ValueError(
        "must be a Slack id (U024BE7LH, S0614TZR7), on_call, next_on_call, pagerduty, webhook or mailto:ana@example.com"
    )


def _fallback_step(value: str) -> str:
    if _CHANNEL.fullmatch(value):
        return value
    try:
        step = _step(value)
    except ValueError:
        step = _USER_GROUP
    if step.startswith(_USER_GROUP):  # a group gets no direct message
        raise ValueError(
            'must be a channel ("#crisis-room", C024BE91L), a person (U024BE7LH), on_call, next_on_call, pagerduty, '
            "webhook or mailto:ana@example.com"
        )
    return step


class ExternalTarget(msgspec.Struct, frozen=True):
    """A receiver outside Slack, or of a fallback."""

    notifier: str  # pagerduty, webhook, email; slack for a fallback
    address: str = ""  # of a mail, a channel or a person in Slack; the others are in the environment

    @property
    def label(self) -> str:
        """Return how the configuration writes it."""
        return f"{MAILTO}{self.address}" if self.notifier == EMAIL else self.address or self.notifier


EscalationStep = Annotated[str, AfterValidator(_step)]
"""One step of an escalation, as written in the configuration."""


FallbackStep = Annotated[str, AfterValidator(_fallback_step)]
"""One step of a fallback, as written in the configuration."""


def external_target(step: str) -> ExternalTarget | None:
    """Return where a step leads outside Slack; None for one that mentions somebody in Slack.

    >>> external_target("mailto:ana@example.com"), external_target("U024BE7LH")
    (ExternalTarget(notifier='email', address='ana@example.com'), None)
    """
    if step in EXTERNAL:
        return ExternalTarget(step)
    return ExternalTarget(EMAIL, step.removeprefix(MAILTO)) if step.startswith(MAILTO) else None


def fallback_target(step: str, people: tuple[str, ...], following: tuple[str, ...]) -> tuple[ExternalTarget, ...]:
    """Return where a step of a fallback leads; `people` are on call in Slack now, `following` are next.

    >>> fallback_target("next_on_call", ("U1",), ("U2",)), fallback_target("#crisis-room", (), ())
    ((ExternalTarget(notifier='slack', address='U2'),), (ExternalTarget(notifier='slack', address='#crisis-room'),))
    """
    target = external_target(step)
    if target is not None:
        return (target,)
    known = {ON_CALL: people, NEXT_ON_CALL: following}.get(step, (step,))
    return tuple(ExternalTarget(SLACK, address) for address in known if not address.startswith(_USER_GROUP))


def step_at(steps: tuple[str, ...], number: int) -> str:
    """Return the step that is due as the `number`-th, from 0: the last is repeated, without any it is the on-call.

    >>> step_at(("U1", "pagerduty"), 3), step_at((), 0)
    ('pagerduty', 'on_call')
    """
    return steps[min(number, len(steps) - 1)] if steps else ON_CALL
