"""`tocsin labels export`: the verdicts as labels, and what cannot be read is named and left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from click.testing import CliRunner

from alerts.incidents.model import Action, Incident, encode
from tocsin.cli.commands import load_command

if TYPE_CHECKING:
    import pytest

INCIDENT = Incident(
    "hallowfirth-20260310T1341Z", "Hallowfirth", "open", "critical", 0, 60_000, 60_000, 1, {}, verdict="crisis"
)
VERDICT = Action("cli:1", "Hallowfirth", "verdict", "ana", 120_000, INCIDENT.id, text="real", verdict="crisis")


def test_the_export_goes_on_over_what_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line each for an incident and an action that are damaged, harmless for the terminal; the rest is printed."""
    held = {INCIDENT.id.encode(): encode(INCIDENT), b"lost\x1b[2J": b"\xff\xfe"}
    sent = [SimpleNamespace(partition=3, offset=place, value=raw) for place, raw in enumerate([b"{", encode(VERDICT)])]
    monkeypatch.setattr("streams.kafka.reader.latest", lambda _connection, _topic: held)
    monkeypatch.setattr("streams.kafka.reader.records", lambda _connection, _topic: iter(sent))
    done = CliRunner().invoke(load_command("labels"), ["export"])
    assert done.exit_code == 0
    assert "brand: Hallowfirth" in done.stdout
    first, second = done.stderr.splitlines()
    assert first.startswith("incident lost\\x1b[2J cannot be read and is left out: ")
    assert second.startswith("action at partition 3, offset 0 cannot be read and is left out: ")
