"""Where do the shifts of a calendar come from, what if it is unavailable, and who is warned of a gap?"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.request import Request

import pytest

from config.brands.model import Brand
from config.calendars import client
from config.calendars.client import MAX_BYTES, CalendarClient, CalendarUnavailable, resolve
from config.calendars.ical import CalendarError
from config.environment import unknown_variables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
SHIFTS = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
DTSTART:20261119T080000Z
DURATION:P7D
RRULE:FREQ=WEEKLY;UNTIL=20261210T000000Z
SUMMARY:Ana
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """Serve `answers` by path: a status, headers and a body each."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = self.server.answers[self.path]  # type: ignore[attr-defined]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *given: Any) -> None:
            del given

    served = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    served.answers = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join(5)


def address(server: ThreadingHTTPServer, path: str) -> str:
    """Return where a path is served."""
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


def brand(**schedule: Any) -> Brand:
    """Return a brand with a schedule."""
    return Brand.model_validate({"name": "Brisela", "on_call_schedule": {"names": {"Ana": "U0ANA"}, **schedule}})


def test_files_addresses_and_secret_addresses_are_fetched(tmp_path: Path, server: ThreadingHTTPServer) -> None:
    """A file beside the configuration, an address, and one that only the environment knows say the same."""
    (tmp_path / "shifts.ics").write_text(SHIFTS)
    server.answers = {"/a.ics": (200, {}, SHIFTS.encode()), "/old": (302, {"Location": "/a.ics"}, b"")}  # type: ignore[attr-defined]
    place = CalendarClient(tmp_path, {"TOCSIN_ICAL_DESK": address(server, "/a.ics")})
    for name in ("shifts.ics", address(server, "/a.ics"), address(server, "/old"), "env:TOCSIN_ICAL_DESK"):
        assert place.fetch(name) == SHIFTS.encode()
    assert not unknown_variables({"TOCSIN_ICAL_DESK": "x"})


def test_what_is_unavailable_says_so_without_the_address(
    tmp_path: Path, server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file, a refusal, a redirect elsewhere, too much of it: told, and no secret address with it."""
    monkeypatch.setattr(client, "TIMEOUT", 1.0)
    server.answers = {  # type: ignore[attr-defined]
        "/s3cr3t/gone": (404, {}, b""),
        "/s3cr3t/file": (302, {"Location": "file:///etc/passwd"}, b""),
        "/s3cr3t/ftp": (302, {"Location": "ftp://127.0.0.1/x"}, b""),
        "/s3cr3t/loop": (302, {"Location": "/s3cr3t/loop"}, b""),
        "/s3cr3t/large": (200, {}, b"x" * (MAX_BYTES + 1)),
    }
    cases = {
        "missing.ics": "No such file",
        "env:TOCSIN_ICAL_UNSET": "TOCSIN_ICAL_UNSET is not set",
        address(server, "/s3cr3t/gone"): "answered 404",
        address(server, "/s3cr3t/file"): "answered 302",
        address(server, "/s3cr3t/ftp"): "redirected",
        address(server, "/s3cr3t/loop"): "answered 302",
        address(server, "/s3cr3t/large"): "larger than",
        "http://127.0.0.1:1/s3cr3t": "cannot be reached",
    }
    for name, says in cases.items():
        with pytest.raises(CalendarError, match=says) as caught:
            CalendarClient(tmp_path, {}).fetch(name)
        assert "s3cr3t" not in str(caught.value)


def test_a_secure_address_is_not_left_for_an_open_one() -> None:
    """A redirect from https to http would tell the secret on the way."""
    follow = client.Redirects().redirect_request
    with pytest.raises(CalendarError, match="redirected"):
        follow(Request("https://a.example/s3cr3t"), None, 302, "", {}, "http://a.example/s3cr3t")
    assert follow(Request("https://a.example/x"), None, 302, "", {}, "https://b.example/x") is not None


@pytest.mark.parametrize(
    "wrong", ["file:///etc/passwd", "ftp://x/y.ics", "env:HOME", "env:TOCSIN_SLACK_TOKEN", "http://ana:pw@x/y.ics", ""]
)
def test_other_places_are_refused_when_the_configuration_is_read(wrong: str) -> None:
    """Neither another scheme nor another variable can be named."""
    with pytest.raises(ValueError, match="TOCSIN_ICAL_NAME"):
        brand(ical=wrong)


def test_shifts_are_resolved_for_the_coming_weeks_and_stay_equal_for_a_week() -> None:
    """A brand's record changes when the calendar does or a week begins, not at every refresh."""
    wanted = {"Brisela": brand(ical="a.ics")}
    first = resolve(wanted, lambda _: SHIFTS.encode(), NOW)
    assert first.brands["Brisela"].on_call_schedule.shifts[0] == "2026-11-19T08:00Z to 2026-11-26T08:00Z: U0ANA"
    assert resolve(wanted, lambda _: SHIFTS.encode(), NOW + timedelta(days=6)).brands == first.brands


def failing(_: str) -> bytes:
    """Fetch nothing."""
    raise CalendarUnavailable("cannot be reached (TimeoutError)")


def test_the_last_good_shifts_stay_where_a_calendar_is_unavailable() -> None:
    """A calendar that is down or broken takes nobody off call; of one never read that is grave."""
    wanted = {"Brisela": brand(ical="a.ics")}
    good = resolve(wanted, lambda _: SHIFTS.encode(), NOW).brands
    for fetch in (failing, lambda _: b"<html>"):
        kept = resolve(wanted, fetch, NOW, good)
        assert kept.brands == good
        assert ["stay in force" in finding.rule and not finding.no_shifts for finding in kept.findings[:1]] == [True]
        assert any(finding.no_shifts for finding in resolve(wanted, fetch, NOW).findings)
        other = {"Brisela": brand(ical="b.ics")}
        assert any(finding.no_shifts for finding in resolve(other, fetch, NOW, good).findings)


def test_a_gap_within_four_weeks_is_a_warning() -> None:
    """Who reads the check hears when nobody has a shift, and who is called instead; a week of people fills it."""
    rules = [finding.rule for finding in resolve({"B": brand(ical="a.ics")}, lambda _: SHIFTS.encode(), NOW).findings]
    (rule,) = rules
    assert rule.startswith("nobody has a shift from 2026-12-10 08:00 to 2026-12-21 12:00 UTC: nobody is called then")
    filled = {"B": brand(ical="a.ics", people=["U0BEN"])}
    assert not resolve(filled, lambda _: SHIFTS.encode(), NOW).findings
