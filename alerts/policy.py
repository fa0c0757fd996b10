"""Which settings govern an incident from its first breach to its end?"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alerts.duration import Duration
from detectors.signal import Severity  # noqa: TC001  pydantic resolves the annotation at run time

_Span = Annotated[Duration, Field(ge=timedelta(0), le=timedelta(days=7))]
_Wait = Annotated[Duration, Field(ge=timedelta(minutes=1), le=timedelta(days=7))]
_Pace = Annotated[Duration, Field(ge=timedelta(seconds=1), le=timedelta(days=1))]


class Policy(BaseModel):
    """When a brand's breaches become one incident, who is told what again, and when it is over.

    All spans are event time, so that a replay decides as the live run did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    group_window: _Span = Field(
        "5m",
        description="A further detector that breaks this soon after the opening belongs to it: the message is edited, "
        "the thread stays quiet. Larger: fewer thread replies. [duration]",
    )
    resolve_after: _Wait = Field(
        "30m",
        description="An incident is resolved when its last breach is this old. "
        "Larger: fewer, longer incidents. [duration]",
    )
    cooldown: _Span = Field(
        "30m",
        description="For this long after the end, only a breach graver than the incident was breaks the silence. "
        "Larger: fewer pages. [duration]",
    )
    reopen_within: _Span = Field(
        "6h",
        description="A relapse this soon after the end reopens the same incident and thread; a later one opens "
        "another. Larger: fewer incidents. [duration]",
    )
    update_every: _Pace = Field(
        "1m",
        description="Between updates of an incident that merely goes on. Larger: fewer edits of the message. "
        "[duration]",
    )
    ack_expires: _Span = Field(
        "2h",
        description="An acknowledgement this old is void once the incident worsens: it is open again and pages again. "
        "Larger: fewer pages. [duration]",
    )
    page_from: Severity = Field(
        "warning",
        description="The lowest severity that mentions the on-call manager; below it the message is posted without "
        "a mention. Higher: fewer pages. [watch, warning or critical]",
    )
