"""Does the command line say who is on call, and what is wrong with a calendar?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from config.brands.loader import load as load_config
from config.brands.wire import decode_brand, encode_brand
from config.errors import ConfigError
from tocsin.cli.commands import load_command
from tocsin.cli.configure.calendar import resolve_shifts, sync_calendars

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from click.testing import Result

BRANDS = """
defaults:
  slack_channel: "#alerts"
  on_call_schedule: {ical: shifts.ics, timezone: Europe/Paris, names: {Ana: U0ANA, Ben Hollis: U0BEN}}
brands:
  - name: Hallowfirth
    on_call: [S0DESK]
  - name: Pippinworth
    on_call_schedule: {people: [U0CAM]}
  - name: Voltanelle
"""
EVENT = "BEGIN:VEVENT\nUID:{0}\nDTSTART;TZID=Europe/Paris:{1}T090000\nDURATION:P7D\nSUMMARY:{2}\nEND:VEVENT\n"
SHIFTS = EVENT.format(1, "20261109", "Ana") + EVENT.format(2, "20261116", "Ben Hollis")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a configuration with a calendar beside it, as it was in November 2026."""
    (tmp_path / "shifts.ics").write_text(f"BEGIN:VCALENDAR\n{SHIFTS}END:VCALENDAR\n")
    (tmp_path / "brands.yaml").write_text(BRANDS)
    return tmp_path / "brands.yaml"


@pytest.fixture(autouse=True)
def _november(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the commands believe that it is 12 November 2026, noon."""
    monkeypatch.setattr("time.time_ns", lambda: 1_794_481_200 * 10**9)


def run(command: str, *arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(load_command(command), list(arguments))


def test_each_turn_has_its_time_and_a_gap_is_flagged(file: Path) -> None:
    """Now, then, and nobody: as text in the schedule's own time, names beside the ids."""
    shown = run("oncall", "Hallowfirth", "--config", str(file), "--ahead", "2w").stdout.splitlines()
    assert shown[1:] == [
        "Hallowfirth  S0DESK  Thu 2026-11-12 12:00  Mon 2026-11-16 09:00  U0ANA (Ana)",
        "Hallowfirth  S0DESK  Mon 2026-11-16 09:00  Mon 2026-11-23 09:00  U0BEN (Ben Hollis)",
        "Hallowfirth  S0DESK  Mon 2026-11-23 09:00  Thu 2026-11-26 12:00  ! nobody",
    ]


def test_programs_get_ids(file: Path) -> None:
    """As JSON: who is called now, who is next, and each turn; the week's rotation fills the gap."""
    (record,) = (json.loads(run("oncall", "Pippinworth", "--config", str(file), "--json").stdout),)
    assert (record["now"], record["next"]) == (["U0ANA"], ["U0BEN"])
    assert [shift["who"] for shift in record["shifts"]] == [["U0ANA"], ["U0BEN"], ["U0CAM"]]
    assert record["shifts"][0]["to"] == "2026-11-16T09:00+01:00"


def test_nobody_at_all_is_an_exit_code(file: Path) -> None:
    """Where neither a shift nor `on_call` names anybody, a check in cron notices."""
    assert run("oncall", "Voltanelle", "--config", str(file)).exit_code == 0
    later = ("--config", str(file), "--at", "2026-11-24T09:00")
    assert run("oncall", "Voltanelle", *later).exit_code == 1
    assert run("oncall", "Hallowfirth", *later).exit_code == 0


def test_the_check_warns_of_gaps_and_refuses_a_broken_calendar(file: Path) -> None:
    """`tocsin config check` names the place of the calendar, and what is wrong in it."""
    checked = run("config", "check", str(file), "--json")
    rules = [(one["line"], one["severity"]) for one in json.loads(checked.stdout)["problems"]]
    assert (checked.exit_code, rules) == (0, [(4, "warning"), (4, "warning")])
    (file.parent / "shifts.ics").write_text("<html>")
    broken = run("config", "check", str(file))
    assert broken.exit_code == 1
    assert "brands.yaml:4:28 defaults.on_call_schedule.ical: is no iCalendar file" in broken.stdout


class Kept:
    """A brand store in memory."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}

    def read_applied(self) -> dict[str, bytes]:
        """Return the records in force."""
        return dict(self.records)

    def publish(self, records: Mapping[str, bytes | None]) -> None:
        """Put records in force."""
        self.records |= {name: record for name, record in records.items() if record is not None}

    def shifts(self, name: str) -> list[str]:
        """Return whose shifts are in force for a brand, in order."""
        return [written[-5:] for written in decode_brand(self.records[name]).on_call_schedule.shifts]


def test_applied_shifts_are_refreshed_and_the_last_good_stay(file: Path) -> None:
    """A refresh sends what the calendar says now, only where it changed; a broken one changes nothing and is told."""
    store, calendar = Kept(), file.parent / "shifts.ics"
    wanted = resolve_shifts(file, load_config(file).by_name(), store)
    store.publish({name: encode_brand(brand) for name, brand in wanted.items()})
    assert store.shifts("Voltanelle") == ["U0ANA", "U0BEN"]
    assert sync_calendars(store, file.parent) == (3, 0, True)
    calendar.write_text(calendar.read_text().replace("SUMMARY:Ana", "SUMMARY:Ben Hollis"))
    assert sync_calendars(store, file.parent) == (3, 3, True)
    assert store.shifts("Voltanelle") == ["U0BEN", "U0BEN"]
    calendar.unlink()
    assert sync_calendars(store, file.parent) == (3, 0, False)
    assert resolve_shifts(file, load_config(file).by_name(), store)["Voltanelle"].on_call_schedule.shifts
    with pytest.raises(ConfigError, match="No such file"):
        resolve_shifts(file, load_config(file).by_name(), Kept())
