"""Who is on call at an instant? A weekly rotation in its own time zone, with exceptions."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from alerts.zone import Zone
from detectors.parameters import Parameters

WEEK: Final = timedelta(days=7)

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HANDOVER: Final = re.compile(rf"({'|'.join(_DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")
_WHO: Final = re.compile(r"[UWS][A-Z0-9]{1,20}")
_EXCEPTION: Final = re.compile(r"(\S+) to (\S+): ([UWS][A-Z0-9]{1,20})")


def _handover(value: str) -> str:
    if not _HANDOVER.fullmatch(value):
        raise ValueError("must be a day and a time, such as mon 09:00")
    return value


def _who(value: str) -> str:
    if not _WHO.fullmatch(value):
        raise ValueError('must be a Slack id such as "U024BE7LH" or, of a group, "S0614TZR7"')
    return value


def _exception(value: str) -> str:
    found = _EXCEPTION.fullmatch(value)
    try:
        begin, end = map(datetime.fromisoformat, found.groups()[:2]) if found else (None, None)
        if begin and end and begin.tzinfo is end.tzinfo is None and begin < end:
            return value
    except (ValueError, TypeError):
        pass
    raise ValueError(
        "must say from when to when who, by the rota's own clock (no offset, no Z): "
        "2026-12-24T09:00 to 2026-12-27T09:00: U024BE7LH"
    )


class Rota(Parameters):
    """A weekly rotation. Everybody named has a whole week, from one handover to the next, in the order given."""

    people: Annotated[tuple[Annotated[str, AfterValidator(_who)], ...], Field(max_length=53)] = Field(
        default=(), description="Slack ids in the order of their weeks; empty: no rota, only `on_call`."
    )
    timezone: Zone = Field(
        default="UTC", description="Time zone of the handover and of the exceptions, such as Europe/Paris."
    )
    handover: Annotated[str, AfterValidator(_handover)] = Field(
        default="mon 09:00", description="Day and time at which the week changes hands, such as mon 09:00."
    )
    first_week: date | None = Field(
        default=None,
        description="A day in a week of the first person's; from it the weeks are counted, both ways. Needed with "
        "several people. [date]",
    )
    exceptions: Annotated[tuple[Annotated[str, AfterValidator(_exception)], ...], Field(max_length=200)] = Field(
        default=(),
        description="Who stands in when: `2026-12-24T09:00 to 2026-12-27T09:00: U024BE7LH`; of several the last one "
        "written holds.",
    )

    @model_validator(mode="after")
    def _countable(self) -> Self:
        if len(self.people) > 1 and self.first_week is None:
            raise ValueError("needs first_week: a day in a week of the first person's, such as 2026-11-23")
        return self


def on_call(rota: Rota, at: int, ahead: int = 0) -> tuple[str, ...]:
    """Return who is on call at an instant (ms): nobody or one Slack id; `ahead` handovers later for the next ones.

    >>> rota = Rota(people=("U1", "U2"), first_week="2026-11-23", timezone="Europe/Paris")
    >>> on_call(rota, 1_795_420_799_000), on_call(rota, 1_795_420_800_000)
    (('U2',), ('U1',))
    """
    if not rota.people:
        return ()
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(rota.timezone)).replace(tzinfo=None)
    stand_in = _standing_in(rota, local) if not ahead else None
    if stand_in is not None:
        return (stand_in,)
    start = _last_handover(rota, datetime.combine(rota.first_week or local.date(), time.max))
    weeks = (_last_handover(rota, local) - start) // WEEK
    return (rota.people[(weeks + ahead) % len(rota.people)],)


def _last_handover(rota: Rota, local: datetime) -> datetime:
    """Return the latest handover at or before a local time; by the wall clock, so that summer time moves nothing."""
    found = _HANDOVER.fullmatch(rota.handover)
    assert found is not None
    day, hour, minute = _DAYS.index(found[1]), int(found[2]), int(found[3])
    candidate = datetime.combine(local.date() - timedelta(days=(local.weekday() - day) % 7), time(hour, minute))
    return candidate if candidate <= local else candidate - WEEK


def _standing_in(rota: Rota, local: datetime) -> str | None:
    for written in reversed(rota.exceptions):
        found = _EXCEPTION.fullmatch(written)
        assert found is not None
        if datetime.fromisoformat(found[1]) <= local < datetime.fromisoformat(found[2]):
            return found[3]
    return None
