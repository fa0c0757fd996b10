"""Incident commands of `/tocsin`, and the shortcut on a message."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from alerts.incidents.model import Action, is_by_hand
from alerts.rendering.text import headline
from config.brands.model import Brand
from tests.support.alerts import START, incident_of, now, run, signal
from tests.support.slack_handlers import HandlerHarness
from tocsin.slack_app.modals import report
from tocsin.slack_app.payloads import View


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("ack", "ack", ""),
        ("ACK acme", "ack", ""),
        ("unack acme", "unack", ""),
        ("resolve acme", "resolve", ""),
        ("reply acme https://acme.example/we", "official_reply", "https://acme.example/we"),
        ("note acme holding statement at 15:00 &amp; no posts", "note", "holding statement at 15:00 & no posts"),
        ("page", "page", ""),
        ("assign acme <@U0BEN|ben>", "assign", "U0BEN"),
        ("assign acme me", "assign", "U0ANA"),
    ],
)
async def test_what_is_typed_is_done_to_the_open_incident(typed: str, kind: str, text: str) -> None:
    """The brand may be left out where one incident is open."""
    harness = HandlerHarness()
    answer = await harness.ask(typed)
    (action,) = harness.sent
    assert (action.kind, action.text, action.brand, action.incident) == (kind, text, "acme", harness.incident.id)
    assert answer.startswith("acme: ")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("note acme", "Say what: `/tocsin note acme …`."),
        ("assign acme nobody", "Whom?"),
        ("silence acme 9y", "is no duration"),
        ("incident", "Say what"),
    ],
)
async def test_what_is_missing_is_named_and_nothing_is_done(typed: str, answer: str) -> None:
    """Only the person who typed it sees the answer."""
    harness = HandlerHarness()
    assert answer in await harness.ask(typed)
    assert harness.sent == []


async def test_a_brand_that_is_not_known_is_answered_with_the_nearest() -> None:
    """An action on the wrong brand would be worse than none."""
    harness = HandlerHarness(Brand(name="Skylark Rail"))
    assert "Skylark Rail" in await harness.ask("incident Skylarkrail a strike")
    assert [action.brand for action in harness.sent] == ["Skylark Rail"]  # the only brand there is


async def test_a_silence_has_a_duration_and_a_reason() -> None:
    """Two hours where none is named; the words are the reason."""
    harness = HandlerHarness()
    await harness.ask("silence acme 3h the sale has begun")
    await harness.ask("silence acme the sale has begun")
    first, second = (action.silence for action in harness.sent)
    assert first is not None
    assert second is not None
    assert [one.ends_at - one.starts_at for one in (first, second)] == [3 * 3_600_000, 2 * 3_600_000]
    assert first.reason == second.reason == "the sale has begun"


async def test_only_responders_may() -> None:
    """The command asks as the buttons do."""
    harness = HandlerHarness(Brand(name="acme", responders=("U0BEN",)))
    assert "You may not act on acme" in await harness.ask("page acme")
    assert harness.sent == []


def reported(**changes: Any) -> Action:
    """Return the report of a person."""
    parts: dict[str, Any] = {"id": "1", "brand": "acme", "kind": "open", "actor": "U0ANA", "at": START}
    return Action(**parts | {"text": "A journalist <!here> called"} | changes)


def test_an_incident_opened_by_hand_pages_and_ends_by_hand() -> None:
    """It escalates until somebody acknowledges, and no silence of detectors resolves it."""
    state, sent = run(reported(), now(600))
    assert [note.reason for note in sent[:2]] == ["opened", "escalated"]
    assert sent[0].page
    assert state.incident is not None
    assert state.incident.status == "open"
    assert headline(state.incident, "en") == "🟠 Warning acme: “A journalist <!here> called” (reported by hand)"
    assert headline(state.incident, "fr").endswith("(signalé à la main)")


def test_a_report_about_an_open_incident_is_a_note_in_it() -> None:
    """One incident a brand; what detectors find later joins the one that a person opened."""
    _, sent = run(signal(0), reported(at=START + 60_000))
    assert [(note.reason, note.page) for note in sent] == [("opened", True), ("noted", False)]
    joined = incident_of(reported(), signal(1))
    assert not is_by_hand(joined)
    assert incident_of(reported(), signal(1), now(120)).status == "resolved"


async def test_a_message_can_be_reported() -> None:
    """The shortcut opens a form, and the form an incident about the brand that was chosen."""
    harness = HandlerHarness()
    shortcut = {
        "type": "message_action",
        "callback_id": "tocsin_report",
        "user": {"id": "U0ANA"},
        "message": {"ts": "1.2", "text": "They are on the evening news"},
        "channel": {"id": "C1", "name": "press"},
        "trigger_id": "t",
    }
    await harness.dispatch(shortcut)
    values = {"brand": {"brand": {"selected_option": {"value": "acme"}}}, "text": {"text": {"value": "On the news"}}}
    kept = msgspec.json.encode(report.ReportContext("C1:1.2", "https://slack.com/archives/C1/p12")).decode()
    view: dict[str, Any] = {"id": "V1", "type": "modal", "callback_id": report.CALLBACK, "private_metadata": kept}
    view["state"] = {"values": values}
    await harness.dispatch({"type": "view_submission", "user": {"id": "U0ANA"}, "view": view})
    (action,) = harness.sent
    assert action.link == "https://slack.com/archives/C1/p12"
    assert (action.kind, action.brand, action.text) == ("open", "acme", "On the news")


def test_the_form_selects_the_brand_of_the_channel_and_takes_nothing_forged() -> None:
    """A brand that is not watched, or no text, changes nothing."""
    brands = {"acme": Brand(name="acme"), "Skylark": Brand(name="Skylark", slack_channel="#skylark")}
    view = report.build(brands, ("C9", "skylark"), "x" * 9000, report.ReportContext("1"), "en")
    assert view["blocks"][1]["element"]["initial_option"]["value"] == "Skylark"
    assert len(view["blocks"][2]["element"]["initial_value"]) <= report.TEXT_CHARS
    assert report.read(View(private_metadata='{"id": "1"}'), brands, "U0ANA", START) is None
