"""Calendar client: fetches the iCal calendars of on-call schedules at apply time, so workers never do."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from alerts.oncall.schedule import format_shift
from alerts.oncall.shifts import gaps
from config.calendars.ical import CalendarError, ParsedCalendar, parse
from config.errors import Problem
from config.yaml import parser
from config.yaml.nodes import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from alerts.oncall.schedule import Schedule
    from alerts.oncall.shifts import Shift
    from config.brands.model import Brand
    from config.yaml.nodes import Node

MAX_BYTES: Final = 2 * 1024 * 1024
TIMEOUT: Final = 10.0
"""Seconds without a byte."""

DEADLINE: Final = 30.0
"""Seconds for the whole download."""

WEEKS: Final = 9
"""Weeks of shifts that are resolved, from the start of this week: the same all week if the calendar is unchanged."""

GAP_HORIZON: Final = timedelta(weeks=4)
"""How far ahead a gap is worth a warning."""

_VARIABLE: Final = "env:"
_ADDRESS: Final = ("http://", "https://")
_CHUNK: Final = 65_536


class CalendarUnavailable(CalendarError):  # noqa: N818  a CalendarError of a kind that may pass
    """The calendar is unavailable at the moment."""


@dataclass(frozen=True)
class CalendarClient:
    """Fetches calendars: files relative to a folder, http(s) addresses, and addresses in environment variables."""

    folder: Path = Path()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def fetch(self, name: str) -> bytes:
        """Return the content of a file or an address; no message shows an address, because it may be a secret.

        Raises:
            CalendarError: it is too large.
            CalendarUnavailable: it cannot be fetched now.
        """
        if name.startswith(_VARIABLE):
            variable = name.removeprefix(_VARIABLE)
            name = self.environ.get(variable, "").strip()
            if not name.startswith(_ADDRESS):
                raise CalendarUnavailable(f"{variable} is not set to an http(s) address here: set it where this runs")
        raw = _download(name) if name.startswith(_ADDRESS) else _file(self.folder / name)
        if len(raw) > MAX_BYTES:
            raise CalendarError(f"is larger than {MAX_BYTES:,} bytes: export the shifts alone")
        return raw


def _file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CalendarUnavailable(f"cannot be read: {error.strerror or type(error).__name__}") from None


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect by http(s) only, and never from https to http."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the request to follow with.

        Raises:
            CalendarError: the target is not http(s), or leads from https to http.
        """
        if not newurl.startswith("https://" if req.type == "https" else _ADDRESS):
            raise CalendarError("is redirected to an address that is not allowed: name the address itself")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _download(address: str) -> bytes:
    opener = urllib.request.build_opener(Redirects)
    request = urllib.request.Request(address, headers={"User-Agent": "tocsin", "Accept": "text/calendar"})  # noqa: S310  http(s)
    deadline, raw = time.monotonic() + DEADLINE, b""
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            while len(raw) <= MAX_BYTES and (chunk := answer.read1(_CHUNK)):
                raw += chunk
                if time.monotonic() > deadline:
                    raise CalendarUnavailable(f"took longer than {DEADLINE:.0f} s")
    except urllib.error.HTTPError as error:
        raise CalendarUnavailable(f"is unavailable: the server answered {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise CalendarUnavailable(f"cannot be reached ({type(error).__name__})") from None
    return raw


class CalendarFinding(NamedTuple):
    """A problem of a calendar, or of the schedule that names it."""

    source: str
    rule: str
    unavailable: bool = False  # the calendar could not be fetched, or is broken
    no_shifts: bool = False  # and no shift of it is in force


@dataclass
class ResolvedBrands:
    """The brands with the shifts of their calendars, and the problems found."""

    brands: dict[str, Brand]
    findings: list[CalendarFinding]


def resolve(
    brands: Mapping[str, Brand],
    fetch: Callable[[str], bytes],
    now: datetime,
    applied: Mapping[str, Brand] | None = None,
) -> ResolvedBrands:
    """Return the brands with their shifts of the coming weeks.

    If a calendar is unavailable or broken, the shifts that were `applied` before stay; without any it is an error.
    """
    reader = _Reader(fetch, now)
    found: dict[CalendarFinding, None] = {}
    resolved = {}
    for name, brand in brands.items():
        before = (applied or {}).get(name)
        schedule, findings = reader.with_shifts(
            brand.on_call_schedule, before.on_call_schedule if before is not None else None
        )
        resolved[name] = brand.model_copy(update={"on_call_schedule": schedule})
        known = not any(finding.no_shifts for finding in findings)
        found |= dict.fromkeys([*findings, *(_gaps(resolved[name], now) if known else ())])
    return ResolvedBrands(resolved, list(found))


class _Reader:
    """Fetches and parses each calendar once."""

    def __init__(self, fetch: Callable[[str], bytes], now: datetime) -> None:
        self._fetch = fetch
        self._fetched: dict[str, bytes | CalendarError] = {}
        monday = datetime.combine(now.astimezone(UTC).date(), datetime.min.time(), UTC) - timedelta(days=now.weekday())
        self._since = int(monday.timestamp() * 1000)
        self._until = int((monday + timedelta(weeks=WEEKS)).timestamp() * 1000)

    def with_shifts(self, schedule: Schedule, before: Schedule | None) -> tuple[Schedule, list[CalendarFinding]]:
        """Return a schedule with its calendar's shifts, and its problems."""
        if schedule.ical is None:
            return schedule, []
        try:
            shifts, warnings = self._read(schedule)
        except CalendarError as error:
            if before is not None and before.ical == schedule.ical and before.shifts:
                stay = schedule.model_copy(update={"shifts": before.shifts})
                return stay, [
                    CalendarFinding(
                        schedule.ical, f"{error}; the shifts applied before stay in force", unavailable=True
                    )
                ]
            return schedule, [CalendarFinding(schedule.ical, str(error), unavailable=True, no_shifts=True)]
        written = tuple(format_shift(shift) for shift in shifts)
        return schedule.model_copy(update={"shifts": written}), [
            CalendarFinding(schedule.ical, text) for text in warnings
        ]

    def _read(self, schedule: Schedule) -> ParsedCalendar:
        assert schedule.ical is not None
        if schedule.ical not in self._fetched:
            try:
                self._fetched[schedule.ical] = self._fetch(schedule.ical)
            except CalendarError as error:
                self._fetched[schedule.ical] = error
        raw = self._fetched[schedule.ical]
        if isinstance(raw, CalendarError):
            raise raw
        return parse(raw, schedule, self._since, self._until)


def _gaps(brand: Brand, now: datetime) -> Iterator[CalendarFinding]:
    """Yield a warning about times in the coming weeks in which nobody has a shift."""
    since, until = (int(at.timestamp() * 1000) for at in (now, now + GAP_HORIZON))
    found = gaps(brand.on_call_schedule, since, until)
    if not found:
        return
    others = "another gap" if len(found) == 2 else f"{len(found) - 1} more gaps"  # noqa: PLR2004  one besides the first
    more = f" (and {others} within {GAP_HORIZON.days // 7} weeks)" if len(found) > 1 else ""
    called = (
        "only `on_call` is called then" if brand.on_call else "nobody is called then: name `on_call` or `people` too"
    )
    yield CalendarFinding(brand.on_call_schedule.ical or "", f"nobody has a shift {_span(found[0])}{more}: {called}")


def _span(gap: Shift) -> str:
    start, end = (f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}" for at in (gap.start, gap.end))
    return f"from {start} to {end} UTC"


def as_problems(file: Path, findings: Iterable[CalendarFinding]) -> list[Problem]:
    """Return findings as problems, each at the first place that names the calendar.

    Raises:
        ConfigError: the file cannot be read.
    """
    named = [node for node in walk(parser.read(file).root) if node.path.endswith("schedule.ical")]
    first = {str(node.value): node for node in reversed(named)}
    return [_problem(file, finding, first.get(finding.source)) for finding in findings]


def _problem(file: Path, finding: CalendarFinding, node: Node | None) -> Problem:
    line, column, path = (node.line, node.column, node.path) if node is not None else (0, 0, "on_call_schedule")
    return Problem(str(file), line, column, path, None, finding.rule, "error" if finding.no_shifts else "warning")
