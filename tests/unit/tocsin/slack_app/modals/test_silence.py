"""Silence modal: what was filled in becomes one silence, for those who may act only."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from alerts.incidents.silences import Silence
from alerts.rendering.buttons import MORE
from alerts.rendering.escaping import mrkdwn
from config.brands.model import Brand
from config.brands.overrides import BrandWithOverrides
from tests.support.alerts import incident_of, signal
from tests.support.delivery import until
from tests.support.slack_app import NOW, SlackAppHarness, slack_app
from tocsin.demo.fake_slack import interactions
from tocsin.demo.fake_slack.block_kit import view_errors
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.slack_app import payloads
from tocsin.slack_app.modals.silence import CALLBACK, CHANNEL, DETECTOR, DURATION, REASON, REMOVE, TERM, SilenceModal
from tocsin.slack_app.text import detector_label, detector_names

HOUR = 3_600_000


def filled(**values: str) -> dict[str, dict[str, str]]:
    """Return what was filled in, by block."""
    return {block: {block: value} for block, value in values.items()}


async def opened(app: SlackAppHarness, user: str = "U0ANA") -> Any:
    """Open the modal from the card; return who did."""
    await app.post()
    person = app.slack.user(user)
    await person.click(MORE, "silence")
    await until(lambda: person.modal or app.slack.ephemeral_texts)
    return person


async def test_what_was_filled_in_becomes_one_silence() -> None:
    """Detector, word, channel, span and reason; delivered twice it is one, and the person sees what came of it."""
    async with slack_app() as app:
        ana = await opened(app)
        view = ana.modal
        stated = filled(detector="negative_spike", term="Gate 12", channel="in forum", span="12h", reason="a drill")
        assert await ana.submit(stated) == {}
        await until(lambda: "Silenced" in app.shown("U0ANA"))
        await app.slack.socket_mode.send_and_wait(
            "interactive", interactions.view_submission("U0ANA", view, stated, "")
        )
        await until(lambda: len(app.sent) == 2)
    first, second = app.sent
    assert first.id == second.id
    assert (first.kind, first.brand, first.actor) == ("silence", "acme", "U0ANA")
    assert first.silence == Silence(NOW, NOW + 12 * HOUR, "U0ANA", "negative_spike", "Gate 12", "forum", "a drill")


async def test_left_as_it_opens_everything_is_silent_for_four_hours() -> None:
    """The least that can be asked for is one tap on Save."""
    async with slack_app() as app:
        ana = await opened(app)
        assert await ana.submit() == {}
        await until(lambda: app.sent)
    assert app.sent[0].silence == Silence(NOW, NOW + 4 * HOUR, "U0ANA")


async def test_a_group_incident_is_silenced_brand_by_brand() -> None:
    """One modal, one act for each of its brands; who may not act on one of them silences none."""
    async with slack_app(Brand(name="acme"), Brand(name="zeta")) as app:
        app.know(replace(app.note.incident, group="sea", affected_brands=("acme", "zeta")))
        ana = await opened(app)
        assert "acme, zeta" in app.shown("U0ANA")
        await ana.submit()
        await until(lambda: "Silenced" in app.shown("U0ANA"))
        assert [one.brand for one in app.sent] == ["acme", "zeta"]
        app.state.registry.put(Brand(name="zeta", responders=("U0BEN",)), 9)
        await ana.close()
        await ana.click(MORE, "silence")
        await until(lambda: ana.modal)
        await ana.submit()
        await until(lambda: "You may not act on" in app.shown("U0ANA"))
        assert len(app.sent) == 2


async def test_who_may_not_act_gets_no_modal_and_a_forged_one_is_refused() -> None:
    """Asked when it opens and again when it is saved: rights may change in between."""
    async with slack_app(Brand(name="acme", responders=("U0BEN",))) as app:
        eve = await opened(app, "U0EVE")
        assert eve.modal is None
        assert "You may not act on" in app.slack.ephemeral_texts[0]
        app.slack.views.put("U0EVE", [], _form(app))
        await eve.submit()
        await until(lambda: "You may not act on" in app.shown("U0EVE"))
        assert app.sent == []


async def test_when_the_broker_is_away_the_modal_says_so() -> None:
    """Nobody may believe in a silence that is none."""
    async with slack_app() as app:
        ana = await opened(app)
        app.failing = True
        await ana.submit()
        await until(lambda: "Nothing was changed" in app.shown("U0ANA"))


@pytest.mark.parametrize(
    ("block", "value"),
    [
        (DETECTOR, "nosuch"),
        (CHANNEL, "in " + "x" * 101),
        (CHANNEL, "forum"),
        (DURATION, "99y"),
        (TERM, "x" * 101),
        (REASON, "x" * 201),
    ],
)
def test_what_the_modal_did_not_offer_is_an_error_beside_it(block: str, value: str) -> None:
    """Nothing that comes back is taken on trust."""
    silencing, view = _silencing()
    good = {DETECTOR: "*", CHANNEL: "*", DURATION: "4h"}
    assert silencing.validate(_submitted(view, good)) == {}
    assert list(silencing.validate(_submitted(view, good | {block: value}))) == [block]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300), st.dictionaries(st.sampled_from([DETECTOR, TERM, CHANNEL, DURATION]), st.text()))
def test_no_submission_ends_the_app(metadata: str, values: dict[str, str]) -> None:
    """Whatever comes back is judged, and what is no modal of ours is wrong."""
    silencing, _ = _silencing()
    view = _submitted({"private_metadata": metadata, "callback_id": CALLBACK}, values)
    assert silencing.validate(view)


hostile = st.text(min_size=1, max_size=120) | st.sampled_from(["<!channel>", "*", "a" * 500, "\u202e\x00"])


@settings(max_examples=30, deadline=None)
@given(name=st.text(min_size=1, max_size=90).filter(str.strip), words=st.lists(hostile, max_size=30), reason=hostile)
def test_the_modal_keeps_slack_s_limits_whatever_the_incident(name: str, words: list[str], reason: str) -> None:
    """Channels, words, names and reasons come from outside."""
    drivers = signal(0).contributors
    drivers = type(drivers)(
        channels=tuple((word, 1) for word in words), terms=tuple((word, 1) for word in words), authors=(), examples=()
    )
    incident = incident_of(signal(0, drivers=drivers))
    silencing, _ = _silencing()
    running = [Silence(0, NOW + 1, reason, None, reason[:100], reason[:100], reason)] * 50
    for language in ("en", "fr"):
        brand = Brand.model_construct(**dict(Brand(name="acme", language=language)) | {"name": name})
        view = silencing.build(incident, brand, running)
        assert view_errors(view) == []
        assert "<!channel>" not in json.dumps(view["blocks"][-1])


async def test_a_running_silence_is_lifted_once_from_the_modal() -> None:
    """By its id; tapped twice it is one act; over, it is said so."""
    async with slack_app() as app:
        app.silence(Silence(0, NOW + HOUR, "U0BEN", reason="a drill", id="s1"), Silence(0, NOW - 1, id="s0"))
        ana = await opened(app)
        sent = ana.payload(REMOVE, None, ana.modal["id"], "")
        for _ in range(2):
            await app.slack.socket_mode.send_and_wait("interactive", sent)
        await until(lambda: len(app.sent) == 2)
        await until(lambda: "Removed" in app.shown("U0ANA"))
        app.silence()
        await app.slack.socket_mode.send_and_wait("interactive", sent)
        await until(lambda: "already ended" in app.shown("U0ANA"))
    first, second = app.sent
    assert first.id == second.id
    assert first.kind == "unsilence"
    assert first.silence is not None
    assert first.silence.id == "s1"


async def test_who_may_not_act_may_not_lift() -> None:
    """A silence is as much a decision as its end."""
    async with slack_app() as app:
        app.silence(Silence(0, NOW + HOUR, "U0BEN", id="s1"))
        ana = await opened(app)
        app.govern(BrandWithOverrides(Brand(name="acme", responders=("U0BEN",))))
        await ana.click(REMOVE, place=ana.modal["id"])
        await until(lambda: "You may not act on" in app.shown("U0ANA"))
        assert app.sent == []


@pytest.mark.parametrize("value", ["", "[]", "{", '["acme"]', '["nosuch","s1"]', '["acme","nosuch"]'])
async def test_a_forged_lift_changes_nothing(value: str) -> None:
    """What no button of ours carries lifts nothing."""
    async with slack_app() as app:
        ana = await opened(app)
        view = {"id": ana.modal["id"], "type": "modal"}
        tap = {"action_id": REMOVE, "block_id": "b", "value": value}
        await app.slack.socket_mode.send_and_wait(
            "interactive", {"type": "block_actions", "user": {"id": "U0ANA"}, "actions": [tap], "view": view}
        )
        await until(lambda: "already ended" in app.shown("U0ANA"))
        assert app.sent == []


def test_every_detector_has_a_name_in_both_languages() -> None:
    """A person chooses what is found, not what the code calls it."""
    for name in detector_names():
        assert detector_label(name, "en") != name != detector_label(name, "fr")


def test_a_reason_pings_nobody() -> None:
    """What one person typed is shown to others as text."""
    assert mrkdwn("<!here>", 20) in json.dumps(_running("<!here>"))


def _running(reason: str) -> Any:
    silencing, _ = _silencing()
    return silencing.build(incident_of(signal(0)), Brand(name="acme"), [Silence(0, NOW + 1, "U0ANA", reason=reason)])


def _silencing() -> tuple[SilenceModal, dict[str, Any]]:
    app = SlackAppHarness(FakeSlack())
    return app.context.silence, _form(app)


def _form(app: SlackAppHarness) -> dict[str, Any]:
    return app.context.silence.build(app.note.incident, app.brand, app.state.silences.active(app.brand.name, NOW))


def _submitted(view: dict[str, Any], values: dict[str, str]) -> payloads.View:
    given = {block: {block: {"value": value}} for block, value in values.items()}
    found = payloads.submission(
        {"type": "view_submission", "user": {"id": "U0ANA"}, "view": view | {"id": "V1", "state": {"values": given}}}
    )
    assert found is not None
    return found.view
