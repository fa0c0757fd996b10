"""Home tab: it shows what a user may act on, and its buttons work."""

from __future__ import annotations

import json
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings
from msgspec.structs import replace

from alerts.incidents.silences import Silence
from alerts.oncall.schedule import Schedule
from alerts.rendering.buttons import ACK
from config.brands.model import Brand
from config.brands.overrides import PATHS, BrandWithOverrides, Override
from tests.support.delivery import until
from tests.support.slack_app import NOW, SlackAppHarness, slack_app
from tocsin.demo.fake_slack.block_kit import view_errors
from tocsin.demo.fake_slack.server import FakeSlack
from tocsin.slack_app import home
from tocsin.slack_app.listeners import buttons as button_listeners
from tocsin.slack_app.modals import threshold
from tocsin.slack_app.modals.silence import REMOVE

HOUR = 3_600_000


def stated(person: Any) -> str:
    """Return what the home tab of somebody says."""
    return json.dumps((person.home or {}).get("blocks", []), ensure_ascii=False)


async def visit(app: SlackAppHarness, user: str = "U0ANA") -> Any:
    """Open the home tab; return who did."""
    person = app.slack.user(user)
    await person.open_home()
    await until(lambda: person.home)
    return person


async def test_it_shows_what_is_open_who_is_on_call_and_what_is_held_back() -> None:
    """Incidents with their buttons, the people, the silences and the overrides."""
    async with slack_app(Brand(name="acme", on_call=("U0BEN",), on_call_schedule=Schedule(people=("U0CLO",)))) as app:
        app.silence(Silence(0, NOW + HOUR, "U0DAN", detector="volume_spike", reason="a sale", id="s1"))
        app.govern(BrandWithOverrides(app.brand, [Override("detect.negative_spike.min_mentions", 9, None, "U0ANA")]))
        shown = stated(await visit(app))
    for part in ("Critical acme", "<@U0BEN>", "<@U0CLO>", "a sale", "*9* instead of 6", ACK):
        assert part in shown


async def test_what_is_open_is_shown_whatever_came_after_it() -> None:
    """Another incident of the brand that is over hides none."""
    async with slack_app() as app:
        app.know(replace(app.note.incident, id="acme-later", opened_at=NOW, status="resolved", resolved_at=NOW))
        assert "Critical acme" in stated(await visit(app))


async def test_a_group_incident_is_shown_to_people_who_may_act_on_one_of_its_brands() -> None:
    """It is about their brand too."""
    async with slack_app(Brand(name="acme", responders=("U0BEN",)), Brand(name="zeta")) as app:
        app.know(replace(app.note.incident, group="sea", affected_brands=("acme", "zeta")))
        assert "Critical" in stated(await visit(app))


async def test_nobody_sees_what_they_may_not_act_on() -> None:
    """A brand of others, with its incidents and its people, is not there."""
    async with slack_app(Brand(name="acme", responders=("S0DESK",)), Brand(name="zeta", responders=("U0EVE",))) as app:
        app.slack.groups["S0DESK"] = ["U0ANA"]
        eve, ana = stated(await visit(app, "U0EVE")), stated(await visit(app))
    assert "acme" not in eve
    assert "zeta" in eve
    assert "Critical acme" in ana
    assert "zeta" not in ana


async def test_its_buttons_act_and_it_is_brought_up_to_date(monkeypatch: Any) -> None:
    """As those of the card do; afterwards the tab shows what came of it."""
    monkeypatch.setattr(button_listeners, "HOME_REFRESH_DELAY", 0.05)
    async with slack_app() as app:
        ana = await visit(app)
        await ana.click(ACK, place=ana.home["id"])
        await until(lambda: app.sent)
        app.know(
            replace(app.note.incident, revision=2, status="acknowledged", acknowledged_by="U0ANA", acknowledged_at=NOW)
        )
        await until(lambda: "Acknowledged by <@U0ANA>" in stated(ana))
    assert (app.sent[0].kind, app.sent[0].incident) == ("ack", app.note.incident.id)


async def test_silences_and_overrides_are_lifted_there(monkeypatch: Any) -> None:
    """Each once, and the person is told in a modal: a tab has no place for an ephemeral message."""
    monkeypatch.setattr(button_listeners, "HOME_REFRESH_DELAY", 0.05)
    async with slack_app() as app:
        app.silence(Silence(0, NOW + HOUR, "U0DAN", id="s1"))
        app.govern(
            BrandWithOverrides(
                app.brand,
                [Override("detect.negative_spike.min_mentions", 9), Override("detect.volume_spike.min_mentions", 30)],
            )
        )
        ana = await visit(app)
        await ana.click(REMOVE, place=ana.home["id"])
        await until(lambda: "Removed" in app.shown("U0ANA"))
        assert app.sent[0].kind == "unsilence"
        await ana.click(threshold.REMOVE, place=ana.home["id"])
        await until(lambda: app.applied)
        assert app.applied[0].overrides == (Override("detect.volume_spike.min_mentions", 30),)
        await until(lambda: "*9* instead of 6" not in stated(ana))


async def test_who_may_act_no_longer_is_refused_there_too(monkeypatch: Any) -> None:
    """Rights may change while the tab is open."""
    monkeypatch.setattr(button_listeners, "HOME_REFRESH_DELAY", 0.05)
    async with slack_app() as app:
        ana = await visit(app)
        app.govern(BrandWithOverrides(Brand(name="acme", responders=("U0BEN",))))
        await ana.click(ACK, place=ana.home["id"])
        await until(lambda: "You may not act on" in app.shown("U0ANA"))
        assert app.sent == []


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=90).filter(str.strip), min_size=1, max_size=40, unique=True), st.text())
def test_it_keeps_slack_s_limits_however_much_there_is(names: list[str], reason: str) -> None:
    """Forty brands with an incident, silences and every override each; names and reasons come from outside."""
    app = SlackAppHarness(FakeSlack())
    for number, name in enumerate(names):
        brand = Brand.model_construct(**dict(app.brand) | {"name": name})
        overrides = [Override(path, None, None, reason) for path in PATHS]
        app.state.registry.put(BrandWithOverrides(brand, overrides), number + 10)
        app.know(replace(app.note.incident, id=f"incident-{number}", brand=name))
    app.silence(*[Silence(0, NOW + HOUR, reason, reason=reason, term=reason, id=str(n)) for n in range(50)])
    shown = home.build_home(app.state, sorted(app.state.registry.brands()), NOW)
    assert view_errors(shown) == []
    assert len(json.dumps(shown)) < 250_000


def test_to_somebody_without_a_brand_it_says_so() -> None:
    """An empty tab would look broken."""
    app = SlackAppHarness(FakeSlack())
    shown = home.build_home(app.state, [], NOW)
    assert view_errors(shown) == []
    assert "no brands you may act on" in json.dumps(shown)
