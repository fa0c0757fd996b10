"""Listeners of the Slack app: a click does what the button says, once, for those who may act only."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, cast

import hypothesis.strategies as st
import pytest
from hypothesis import given
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from alerts.incidents.actions import validate
from alerts.rendering import message as render
from alerts.rendering.buttons import ACK, CRISIS, MORE, NOT_A_CRISIS, OFFICIAL_REPLY, SNOOZE, parse_click
from alerts.rendering.route import Route
from config.brands.model import Brand
from tests.support.alerts import START, action, run, signal
from tests.support.slack_handlers import HandlerHarness
from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.slack_app.modals import silence, threshold
from tocsin.slack_app.text import MESSAGES
from tocsin.slack_app.transports.socket_mode import SocketModeListener

if TYPE_CHECKING:
    from slack_sdk.socket_mode.aiohttp import SocketModeClient
    from slack_sdk.socket_mode.response import SocketModeResponse

MINUTE = 60_000
CALLBACKS = (silence.CALLBACK, threshold.CALLBACK, "another")


@pytest.mark.parametrize(
    ("button", "option", "kind", "verdict"),
    [
        (ACK, "", "ack", None),
        (NOT_A_CRISIS, "", "verdict", "not_a_crisis"),
        (CRISIS, "", "verdict", "crisis"),
        (MORE, "planned", "verdict", "planned"),
        (MORE, "resolve", "resolve", None),
        (MORE, "unack", "unack", None),
        (SNOOZE, "unsnooze", "unsnooze", None),
    ],
)
async def test_each_button_is_an_action_of_the_person_who_clicked(
    button: str, option: str, kind: str, verdict: str
) -> None:
    """The act names the person, the brand and the incident, and the case takes it."""
    harness = HandlerHarness()
    await harness.click(button, "U0BEN", option)
    (act,) = harness.sent
    assert (act.kind, act.verdict, act.actor) == (kind, verdict, "U0BEN")
    assert (act.brand, act.incident) == ("acme", harness.incident.id)
    before = {"unack": [action(1)], "unsnooze": [action(1, "snooze")]}.get(kind, [])
    assert validate(run(signal(0), *before)[0], act) == "accepted"


@pytest.mark.parametrize(
    ("option", "minutes"), [("snooze_30m", 30), ("snooze_2h", 120), ("snooze_morning", 17 * 60 + 27)]
)
async def test_a_snooze_lasts_as_long_as_it_says(option: str, minutes: int) -> None:
    """Until morning is until eight in the time zone of the brand."""
    harness = HandlerHarness()
    await harness.click(SNOOZE, option=option)
    assert harness.sent[0].until == START + MINUTE + minutes * MINUTE


async def test_a_double_tap_is_one_act() -> None:
    """Both taps show the same card, so they carry the same id, and the case takes the first only."""
    harness = HandlerHarness()
    await harness.click(NOT_A_CRISIS)
    await harness.click(NOT_A_CRISIS)
    first, second = harness.sent
    assert first.id == second.id
    assert len(run(signal(0), first, second)[1]) == 2


@pytest.mark.parametrize(("user", "acts"), [("U0ANA", 1), ("U0BEN", 1), ("U0EVE", 0)])
async def test_only_those_named_may_act_and_others_are_reported_whom_to_ask(user: str, acts: int) -> None:
    """By name or by user group; a refusal changes nothing and is seen by nobody else."""
    brand = Brand(name="acme", responders=("U0ANA", "S0DESK"), on_call=("U0CAMILLE",), language="fr")
    harness = HandlerHarness(brand, {"S0DESK": {"U0BEN"}})
    await harness.click(ACK, user)
    assert len(harness.sent) == acts
    assert bool(harness.slack.replies) is not bool(acts)
    assert all("<@U0CAMILLE>" in text and "Rien n’a été modifié" in text for text in harness.slack.replies)


@pytest.mark.parametrize("block_id", ["other-20260101T0000Z|1", "|1", "acme|", "acme|-1", "acme|1e9", "x" * 3000])
async def test_a_forged_button_changes_nothing(block_id: str) -> None:
    """What no card of ours holds is not acted on."""
    harness = HandlerHarness()
    await harness.click(ACK, block_id=block_id)
    assert harness.sent == []


async def test_when_the_broker_is_away_the_person_is_reported() -> None:
    """Nobody may believe that it is acknowledged when it is not."""
    harness = HandlerHarness()
    harness.failing = True
    await harness.click(ACK)
    assert "try again" in harness.slack.replies[0]


class RecordingSocket:
    """A connection that keeps which envelopes were acknowledged."""

    logger = logging.getLogger("tests.silent")

    def __init__(self) -> None:
        self.acknowledged: list[str] = []

    async def send_socket_mode_response(self, response: SocketModeResponse) -> None:
        """Keep the envelope's id."""
        self.acknowledged.append(response.envelope_id)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
view = st.fixed_dictionaries(
    {"id": st.text(), "callback_id": st.sampled_from(CALLBACKS), "private_metadata": st.text()}
)
near = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["block_actions", "view_submission", "event_callback"]) | st.text(),
        "user": json | st.just({"id": "U0ANA"}),
        "actions": json,
        "view": json | view,
        "event": json,
    }
)


@given(st.sampled_from(["interactive", "slash_commands", "events_api", ""]), near | st.dictionaries(st.text(), json))
def test_no_payload_ends_the_app(kind: str, payload: dict[str, Any]) -> None:
    """Whatever comes in, it is answered or left alone."""

    async def all_of_it() -> None:
        harness = HandlerHarness()
        client = RecordingSocket()
        listener = SocketModeListener(harness.app, "xapp-1", AsyncWebClient())
        await listener.handle(cast("SocketModeClient", client), SocketModeRequest(kind, "envelope", payload))
        await harness.context.drain(5)
        assert harness.sent == []
        assert client.acknowledged == ["envelope"]

    asyncio.run(all_of_it())


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_buttons_of_a_card_fit_its_state_and_come_back_as_they_went(language: str) -> None:
    """Open: to acknowledge. Acknowledged: to judge. Resolved: to judge only. All within Slack's limits."""
    acts = [[], [action(1)], [action(1), action(2, "resolve")], [action(2, "verdict", verdict="not_a_crisis")]]
    found = []
    for some in acts:
        note = run(signal(0), *some)[1][-1]
        card = render.render_message(note, Route("#a", language, buttons=True), page=False)
        assert validation_error({"text": card.text, "blocks": card.blocks}) == ""
        (buttons,) = [block for block in card.blocks if block["type"] == "actions"]
        found.append([one["action_id"] for one in buttons["elements"]])
        for one in buttons["elements"]:
            for option in one.get("options", [{"value": ""}]):
                back = parse_click(one["action_id"], buttons["block_id"], option["value"])
                assert back is not None
                assert (back.incident, back.revision) == (note.incident.id, note.revision)
    assert found == [
        [ACK, NOT_A_CRISIS, SNOOZE, MORE],
        [OFFICIAL_REPLY, NOT_A_CRISIS, CRISIS, SNOOZE, MORE],
        [NOT_A_CRISIS, CRISIS, MORE],
        [CRISIS, MORE],
    ]


@pytest.mark.parametrize("web", ["https://tocsin.example.com", "https://tocsin.example.com/"])
def test_with_pages_a_card_leads_to_that_of_its_incident(web: str) -> None:
    """Open or over; a tap on the link is acknowledged and changes nothing."""
    for some in ([], [action(2, "resolve")]):
        note = run(signal(0), *some)[1][-1]
        card = render.render_message(note, Route("#a", buttons=True, web_url=web), page=False)
        assert validation_error({"text": card.text, "blocks": card.blocks}) == ""
        (buttons,) = [block for block in card.blocks if block["type"] == "actions"]
        (link,) = [one for one in buttons["elements"] if "url" in one]
        assert link["url"] == f"https://tocsin.example.com/incidents/{note.incident.id}"
        assert parse_click(link["action_id"], buttons["block_id"], "") is None


def test_without_the_app_a_card_has_no_buttons() -> None:
    """A button that nobody answers is worse than none."""
    card = render.render_message(run(signal(0))[1][-1], Route("#a"), page=False)
    assert not [block for block in card.blocks if block["type"] == "actions"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "🔴 Critical acme"),
        ("status", "Since"),
        ("who", "*acme*: <@U0CAMILLE>"),
        ("who ACME", "<@U0CAMILLE>"),
        ("why acme", "refund"),
        ("why <!channel>", "&lt;!channel&gt;"),
        ("help", "/tocsin status"),
        ("delete everything", "Unknown command “delete”"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("why", "`/tocsin why acme`"),
        ("why acem", "refund"),
        ("why zzz", "Brands: acme"),
        ("snooze", "`/tocsin snooze acme`"),
        ("snooze acem 2h", "Did you mean acme?"),
        ("snooze acme 3h", "“3h” is not a snooze duration"),
        ("snooze acme", "is snoozed until"),
    ],
)
async def test_the_command_answers_what_was_asked(text: str, says: str) -> None:
    """In one message, for the asker's eyes only; what was typed pings nobody."""
    stated = await HandlerHarness(Brand(name="acme", on_call=("U0CAMILLE",))).ask(text)
    assert says in stated
    assert "<!channel>" not in stated


@pytest.mark.parametrize(
    ("text", "minutes"), [("snooze acme", 30), ("snooze ACME 2h", 120), ("SNOOZE The Acme Group Morning", 17 * 60 + 27)]
)
async def test_a_typed_snooze_is_the_act_of_the_button(text: str, minutes: int) -> None:
    """Brands are named by name or alias, blanks and all; typed or delivered twice, it is one act, as from the card."""
    harness = HandlerHarness(Brand(name="acme", aliases=("The Acme Group",)))
    await harness.ask(text)
    await harness.ask(text)
    first, second = harness.sent
    assert (first.kind, first.until, first.incident) == (
        "snooze",
        START + MINUTE + minutes * MINUTE,
        harness.incident.id,
    )
    assert first.id == second.id


async def test_who_may_not_act_may_not_snooze_by_typing_either() -> None:
    """The command asks no less than the button."""
    harness = HandlerHarness(Brand(name="acme", responders=("U0BEN",)))
    assert "You may not act on" in await harness.ask("snooze acme")
    assert harness.sent == []


def test_the_app_says_all_it_says_in_every_language() -> None:
    """The same strings with the same values."""
    assert MESSAGES["en"].keys() == MESSAGES["fr"].keys()
    for key, text in MESSAGES["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", MESSAGES["fr"][key])), key
