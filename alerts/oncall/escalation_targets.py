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

_SLACK: Final = re.compile(r"[UWS][A-Z0-9]{1,20}")
_ADDRESS: Final = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,190}")


def _step(value: str) -> str:
    if value in (ON_CALL, NEXT_ON_CALL, *EXTERNAL) or _SLACK.fullmatch(value):
        return value
    if value.startswith(MAILTO) and _ADDRESS.fullmatch(value.removeprefix(MAILTO)):
        return value
    raise ValueError(
        "must be a Slack id (U024BE7LH, S0614TZR7), on_call, next_on_call, pagerduty, webhook or mailto:ana@example.com"
    )


class ExternalTarget(msgspec.Struct, frozen=True):
    """A receiver outside Slack."""

    notifier: str  # pagerduty, webhook, email
    address: str = ""  # of a mail; the others are in the environment


EscalationStep = Annotated[str, AfterValidator(_step)]
"""One step of an escalation, as written in the configuration."""


def external_target(step: str) -> ExternalTarget | None:
    """Return where a step leads outside Slack; None for one that mentions somebody in Slack.

    >>> external_target("mailto:ana@example.com"), external_target("U024BE7LH")
    (ExternalTarget(notifier='email', address='ana@example.com'), None)
    """
    if step in EXTERNAL:
        return ExternalTarget(step)
    return ExternalTarget("email", step.removeprefix(MAILTO)) if step.startswith(MAILTO) else None


def step_at(steps: tuple[str, ...], number: int) -> str:
    """Return the step that is due as the `number`-th, from 0: the last is repeated, without any it is the on-call.

    >>> step_at(("U1", "pagerduty"), 3), step_at((), 0)
    ('pagerduty', 'on_call')
    """
    return steps[min(number, len(steps) - 1)] if steps else ON_CALL
