"""Threshold modal: current values, the preview of others, and overrides that expire."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from alerts.rendering.buttons import MORE
from config.brands.model import Brand
from config.brands.overrides import PATHS, SENSITIVITY, BrandWithOverrides, Override
from mentions.model.batches import Batch, Tick
from tests.support.delivery import until
from tests.support.mentions_stream import MINUTE, START, Row, batch_of
from tests.support.slack_app import NOW, SlackAppHarness, slack_app
from tocsin.demo.fake_slack import interactions
from tocsin.demo.fake_slack.block_kit import view_errors
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.slack_app import payloads
from tocsin.slack_app.modals.threshold import DURATION, PREVIEW, _threshold_words, describe, label

DAY = 24 * 3_600_000
LEAST, PEAK = "detect.negative_spike.min_mentions", "detect.negative_spike.peak_ratio"
OFF = {
    name: {"enabled": False}
    for name in ("volume_spike", "negative_burst", "negative_share", "sentiment_drift", "high_reach", "negative_spike")
}


async def opened(app: SlackAppHarness, user: str = "U0ANA") -> Any:
    """Open the modal from the card; return who did."""
    await app.post()
    person = app.slack.user(user)
    await person.click(MORE, "threshold")
    await until(lambda: person.modal or app.slack.ephemeral_texts)
    return person


def filled(**values: str) -> dict[str, dict[str, str]]:
    """Return what was filled in: a dot of a path is written `__`."""
    return {key.replace("__", "."): {key.replace("__", "."): value} for key, value in values.items()}


async def test_it_opens_with_today_s_values_of_the_detector_that_fired() -> None:
    """Those in force, with what is configured beside them where somebody overrode it, and who did until when."""
    async with slack_app() as app:
        app.govern(BrandWithOverrides(app.brand, [Override(LEAST, 9, NOW + DAY, "U0BEN", NOW)]))
        ana = await opened(app)
        inputs = {block["block_id"]: block for block in ana.modal["blocks"] if block["type"] == "input"}
    assert list(inputs) == [SENSITIVITY, PEAK, LEAST, DURATION]
    assert inputs[LEAST]["element"]["initial_value"] == "9"
    assert inputs[LEAST]["hint"]["text"] == "Current: 9; configured: 6 · larger fires later"
    assert "<@U0BEN>" in app.shown("U0ANA")


@pytest.mark.parametrize(("span", "until_"), [("1d", DAY), ("7d", 7 * DAY), ("changed", None)])
async def test_what_was_changed_overrides_until_it_ends(span: str, until_: int | None) -> None:
    """Only what differs from today; the same submission again makes the same record."""
    async with slack_app() as app:
        app.govern(BrandWithOverrides(app.brand, [Override("detect.volume_spike.min_mentions", 30)]))
        ana = await opened(app)
        view, stated = ana.modal, filled(detect__negative_spike__min_mentions="12", span=span)
        assert await ana.submit(stated) == {}
        await until(lambda: "*12* instead of 6" in app.shown("U0ANA"))
        await app.slack.socket_mode.send_and_wait(
            "interactive", interactions.view_submission("U0ANA", view, stated, "")
        )
    ends = None if until_ is None else NOW + until_
    assert app.applied[0].overrides == (
        Override("detect.volume_spike.min_mentions", 30),
        Override(LEAST, 12, ends, "U0ANA", NOW),
    )
    assert all(one.overrides == app.applied[0].overrides for one in app.applied)


@pytest.mark.parametrize(
    ("values", "wrong", "why"),
    [
        (filled(detect__negative_spike__min_mentions="0"), LEAST, "must be ≥ 1"),
        (filled(detect__negative_spike__min_mentions="many"), LEAST, "must be a number"),
        (filled(detect__negative_spike__peak_ratio="1e999"), PEAK, "finite"),
        (filled(detect__negative_spike__peak_ratio="\u0661\u0662\u0663\u0664\u0665"), PEAK, "must be ≤ 100"),
        ({}, SENSITIVITY, "Nothing has changed"),
    ],
)
async def test_what_cannot_be_is_stated_beside_it(values: Any, wrong: str, why: str) -> None:
    """In the modal, before anything is saved."""
    async with slack_app() as app:
        ana = await opened(app)
        errors = await ana.submit(values)
        assert list(errors) == [wrong]
        assert why in errors[wrong]
        assert app.applied == []


async def test_the_configured_value_is_no_override() -> None:
    """Who sets it back takes the override away."""
    async with slack_app() as app:
        app.govern(BrandWithOverrides(app.brand, [Override(LEAST, 9, None, "U0BEN")]))
        ana = await opened(app)
        assert await ana.submit(filled(detect__negative_spike__min_mentions="6")) == {}
        await until(lambda: "*6*, as configured" in app.shown("U0ANA"))
        assert app.applied[0].overrides == ()


async def test_a_modal_left_open_until_its_override_would_be_over_is_opened_again() -> None:
    """What is saved is in force for a while, or it is said that it is not."""
    async with slack_app() as app:
        ana = await opened(app)
        view = ana.modal
        ana.modal["private_metadata"] = view["private_metadata"].replace(str(NOW), str(NOW - 2 * DAY))
        assert list(await ana.submit(filled(detect__negative_spike__min_mentions="12"))) == [DURATION]


async def test_a_comma_is_a_decimal_point_too() -> None:
    """As it is typed in French."""
    async with slack_app(Brand(name="acme", language="fr")) as app:
        ana = await opened(app)
        assert await ana.submit(filled(detect__negative_spike__peak_ratio="2,5")) == {}
        await until(lambda: app.applied)
        assert app.applied[0].overrides[0].value == 2.5
        await until(lambda: "*2,5* au lieu de 1,75" in app.shown("U0ANA"))


async def test_a_preview_says_at_once_that_it_is_computed_and_then_what_it_found() -> None:
    """The past runs through the live functions twice; what was typed stays."""
    brand = Brand.model_validate({"name": "acme", "detect": OFF | {"static_threshold": {"mentions": 5}}})
    async with slack_app(brand) as app:
        app.past = past(12)
        app.note = app.note_of("static_threshold")
        app.know(app.note.incident)
        ana = await opened(app)
        view_id = ana.modal["id"]
        await preview(app, ana, {"detect.static_threshold.mentions": "50"})
        await until(lambda: "Over the last 7 days" in app.shown("U0ANA"))
        stated = app.shown("U0ANA")
        shown = [json.dumps(call.body) for call in app.slack.called("views.update")]
        assert "0 alerts instead of 1" in stated
        assert "(12 mentions)" in stated
        assert "Computing" in shown[0]
        assert ana.modal["id"] == view_id
        assert app.applied == []


async def test_a_preview_that_fails_keeps_nobody_from_saving() -> None:
    """The broker may be away, or know no offsets by time."""
    async with slack_app() as app:
        app.past = None  # type: ignore[assignment]  # what a broken source of the past gives
        ana = await opened(app)
        await preview(app, ana, {LEAST: "12"})
        await until(lambda: "The preview failed" in app.shown("U0ANA"))
        assert await ana.submit(filled(detect__negative_spike__min_mentions="12")) == {}


async def test_a_preview_of_what_cannot_be_says_why() -> None:
    """Instead of a figure."""
    async with slack_app() as app:
        ana = await opened(app)
        await preview(app, ana, {LEAST: "0"})
        await until(lambda: "must be ≥ 1" in app.shown("U0ANA"))


async def test_who_may_not_act_gets_no_modal() -> None:
    """A threshold is not for everybody who can see the channel."""
    async with slack_app(Brand(name="acme", responders=("U0BEN",))) as app:
        eve = await opened(app, "U0EVE")
        assert eve.modal is None
        assert "You may not act on" in app.slack.ephemeral_texts[0]


async def test_a_brand_without_a_configuration_has_nothing_to_override() -> None:
    """Built-in thresholds are changed by naming the brand; it can be silenced all the same."""
    async with slack_app() as app:
        app.state.registry.remove("acme")
        ana = await opened(app)
        assert ana.modal is None
        assert "default thresholds" in app.slack.ephemeral_texts[0]
        await ana.click(MORE, "silence")
        await until(lambda: ana.modal)
        assert await ana.submit() == {}
        await until(lambda: app.sent)
        assert app.sent[0].brand == "acme"


async def test_when_the_broker_is_away_the_modal_says_so() -> None:
    """Nobody may believe in a threshold that is none."""
    async with slack_app() as app:
        ana = await opened(app)
        app.failing = True
        await ana.submit(filled(detect__negative_spike__min_mentions="12"))
        await until(lambda: "Nothing was changed" in app.shown("U0ANA"))


@settings(max_examples=20, deadline=None)
@given(
    name=st.text(min_size=1, max_size=90).filter(str.strip),
    by=st.text(max_size=200),
    detectors=st.permutations(["negative_spike", "volume_spike", "negative_burst", "no_data", "abuse", "high_reach"]),
)
def test_the_modal_keeps_slack_s_limits_whatever_is_in_it(name: str, by: str, detectors: list[str]) -> None:
    """Names and people come from outside; every override there can be runs at once."""
    app = SlackAppHarness(FakeSlack())
    for language in ("en", "fr"):
        brand = Brand.model_construct(**dict(Brand(name="acme", language=language)) | {"name": name})
        governed = BrandWithOverrides(brand, [Override(path, None, NOW + DAY, by) for path in PATHS])
        incident = app.note_of(*detectors).incident
        view = app.context.threshold.build(incident, governed)
        assert view_errors(view) == []


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300), st.dictionaries(st.sampled_from([LEAST, DURATION, SENSITIVITY]), st.text()))
def test_no_submission_ends_the_app(metadata: str, values: dict[str, str]) -> None:
    """Whatever comes back is judged, and what is no modal of ours is wrong."""
    app = SlackAppHarness(FakeSlack())
    given = {block: {block: {"value": value}} for block, value in values.items()}
    for kept in (
        metadata,
        '{"brand":"acme","detectors":["negative_spike"]}',
        '{"brand":"acme","detectors":["nosuch"]}',
    ):
        view = {"id": "V1", "callback_id": "tocsin_threshold", "private_metadata": kept, "state": {"values": given}}
        found = payloads.submission({"type": "view_submission", "user": {"id": "U0ANA"}, "view": view})
        assert found is not None
        assert app.context.threshold.validate(found.view)


def test_every_threshold_has_a_name_in_both_languages() -> None:
    """A person reads what it is and in which unit."""
    for path in PATHS - {SENSITIVITY}:
        for language in ("en", "fr"):
            what, _, unit = _threshold_words(path, language)
            assert what in label(path, language)
            assert (unit[0], unit[-1]) == ("[", "]")
    assert "off" in describe(Override("detect.static_threshold.mentions", 5), Brand(name="acme"))


def past(mentions: int) -> list[Batch | Tick]:
    """Return some mentions of one minute, and time that goes on for two hours."""
    rows = [Row(place / mentions) for place in range(mentions)]
    return [
        Tick(0, 1, START - MINUTE, None),
        batch_of(rows),
        *(Tick(0, 1, START + minute * MINUTE, None) for minute in range(1, 120)),
    ]


async def preview(app: SlackAppHarness, person: Any, values: dict[str, str]) -> None:
    """Tap on Preview with some values filled in."""
    view = person.modal
    sent = person.payload(PREVIEW, None, view["id"], "")
    state = interactions.view_state(view, {path: {path: value} for path, value in values.items()})
    sent["view"] = view | {"state": {"values": state}}
    await app.slack.socket_mode.send_and_wait("interactive", sent)
