"""Daily digest: each channel gets one a day, within Slack's limits, whatever fails."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from pydantic import ValidationError

from alerts.incidents.silences import Silence
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.rendering.buttons import CRISIS, NOT_A_CRISIS
from config.brands.model import Brand
from config.brands.overrides import PATHS, BrandWithOverrides, Override
from detectors.engine import engine
from detectors.policy import Policy
from tests.support.alerts import action, run, signal
from tests.support.mentions_stream import MINUTE, START, Row, batch_of
from tests.support.slack_app import NOW, SlackAppHarness
from tocsin.demo.fake_slack.block_kit import validation_error
from tocsin.demo.fake_slack.faults import Fault
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack
from tocsin.slack_app.reports.digest import DAY, HOUR, DailyFigures, build_digest, daily_figures
from tocsin.slack_app.reports.scheduler import MAX_DELAY, RETRY_AFTER, DigestScheduler, due_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

COUNTED: Mapping[str, DailyFigures] = {"acme": DailyFigures(1204, 0.125, 900.4, 0.09)}


def brand(name: str = "acme", **changes: Any) -> Brand:
    """Return a brand with a digest at half past eight."""
    return Brand.model_validate({"name": name, "digest": "08:30", "slack_channel": "C0000001"} | changes)


def instant(text: str, zone: str = "UTC") -> int:
    """Return a local time as ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def daily(app: SlackAppHarness, slack: FakeSlack, now: int = NOW) -> DigestScheduler:
    """Return the digests of an app, as of an instant."""
    return DigestScheduler(app.state, SlackNotifier(TOKEN, slack.url), lambda _: COUNTED, lambda: now)


def at_half_past_eight(app: SlackAppHarness) -> int:
    """Return half past eight after the app's incident, UTC."""
    day = datetime.fromtimestamp(NOW / 1000, UTC).date()
    return instant(f"{day}T08:30") + DAY if app.state else 0


def test_it_is_due_by_the_brand_s_clock_and_once_a_day() -> None:
    """Not a minute before; hours later only if the app was down; another zone is another instant."""
    paris, lima = brand(timezone="Europe/Paris"), brand("zeta", timezone="America/Lima")
    morning = instant("2026-11-24T08:30", "Europe/Paris")
    assert due_jobs([paris], morning - 1) == []
    (found,) = due_jobs([paris, lima], morning)
    assert (found.at, found.name, found.brands) == (morning, "digest 2026-11-24 08:30 Europe/Paris", (paris,))
    assert due_jobs([paris], morning + MAX_DELAY - 1) == [found]
    assert due_jobs([paris], morning + MAX_DELAY) == []


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_a_clock_that_is_put_forward_or_back_makes_one_digest_a_day(day: str) -> None:
    """Half past two comes not at all, or twice: the digest comes once."""
    night = brand(digest="02:30", timezone="Europe/Paris")
    start = instant(f"{day}T00:00", "Europe/Paris")
    names = {one.name for minute in range(0, 24 * 60, 10) for one in due_jobs([night], start + minute * MINUTE)}
    assert {name for name in names if day in name} == {f"digest {day} 02:30 Europe/Paris"}


def test_brands_of_one_channel_share_a_digest() -> None:
    """One message a channel; a brand without a time or a channel is in none."""
    found = due_jobs(
        [
            brand("b"),
            brand("a"),
            brand("c", slack_channel="C0000002"),
            brand("d", digest=None),
            Brand(name="e", digest="08:30"),
        ],
        instant("2026-11-24T09:00"),
    )
    assert [(one.channel, [member.name for member in one.brands]) for one in found] == [
        ("C0000001", ["b", "a"]),
        ("C0000002", ["c"]),
    ]


@pytest.mark.parametrize("clock", ["8:30", "24:00", "08:60", "0830", "08:30:00"])
def test_what_is_no_time_of_day_is_refused(clock: str) -> None:
    """As the configuration is checked, not in the morning."""
    with pytest.raises(ValidationError):
        brand(digest=clock)


async def test_it_is_there_once_however_often_the_app_looks_and_starts() -> None:
    """Looked for by its name before it is posted, by an app that knows of nothing."""
    async with FakeSlack() as slack:
        app = SlackAppHarness(slack, brand())
        now = at_half_past_eight(app)
        first = daily(app, slack, now)
        await first.tick()
        await first.tick()
        await daily(app, slack, now + HOUR).tick()
        (message,) = slack.roots()
        assert "1,204 mentions (usually 900), 12% negative (usually 9%)" in json.dumps(message)
        await daily(app, slack, now + DAY).tick()
        assert len(slack.roots()) == 2


async def test_two_apps_at_the_same_time_leave_one() -> None:
    """Several run for safety: each sweeps away what came second."""
    async with FakeSlack() as slack:
        app = SlackAppHarness(slack, brand())
        now = at_half_past_eight(app)
        await asyncio.gather(*[daily(app, slack, now).tick() for _ in range(3)])
        assert len(slack.roots()) == 1


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(drop=True, accept=True), Fault(status=429, retry_after=1)])
async def test_what_slack_does_not_answer_is_tried_again_and_not_doubled(fault: Fault) -> None:
    """It may have been taken all the same."""
    async with FakeSlack() as slack:
        app = SlackAppHarness(slack, brand())
        one = daily(app, slack, at_half_past_eight(app))
        slack.faults.append(fault)
        await one.tick()
        await one.tick()
        assert len(slack.roots()) == 1


async def test_a_channel_that_does_not_know_the_app_is_tried_again_later() -> None:
    """After a pause, so that an invitation heals it; other channels get theirs."""
    async with FakeSlack(absent={"C0000001"}) as slack:
        app = SlackAppHarness(slack, brand(), brand("zeta", slack_channel="C0000002"))
        now = at_half_past_eight(app)
        clock = [now]
        one = DigestScheduler(app.state, SlackNotifier(TOKEN, slack.url), lambda _: COUNTED, lambda: clock[0])
        await one.tick()
        assert (len(slack.roots()), len(slack.roots("C0000002"))) == (0, 1)
        slack.absent.clear()
        await one.tick()
        assert slack.roots() == []
        clock[0] += RETRY_AFTER
        await one.tick()
        assert len(slack.roots()) == 1


async def test_without_the_scope_to_look_it_is_sent_all_the_same() -> None:
    """Rather one too many than none."""
    async with FakeSlack(missing_scopes={"channels:history"}) as slack:
        app = SlackAppHarness(slack, brand())
        one = daily(app, slack, at_half_past_eight(app))
        await one.tick()
        await one.tick()
        assert len(slack.roots()) == 1


def test_it_names_incidents_what_is_to_be_judged_and_what_runs_out() -> None:
    """Those of the last day or open still; what nobody judged has its buttons; silences and overrides of a day."""
    app = SlackAppHarness(FakeSlack(), brand())
    over = run(signal(0), action(30, "resolve"))[1][-1].incident
    app.know(replace(over, id="acme-over"))
    app.know(replace(over, id="acme-judged", verdict="crisis"))
    app.know(replace(over, id="acme-old", opened_at=over.opened_at - 9 * DAY, resolved_at=over.opened_at - 8 * DAY))
    until = NOW + HOUR
    app.silence(
        Silence(0, until + HOUR, "U0BEN", reason="a sale"), Silence(0, until + 2 * DAY, "U0BEN", reason="a fair")
    )
    app.govern(
        BrandWithOverrides(app.brand, [Override("detect.negative_spike.min_mentions", 9, until + HOUR, "U0ANA")])
    )
    stated = build_digest("d", [app.brand], app.state, COUNTED, until)
    shown = json.dumps(stated.blocks, ensure_ascii=False)
    assert stated.text == "Last 24 hours: 3 incidents, 1 to review"
    assert "a sale" in shown
    assert "a fair" not in shown
    assert "*9* instead of 6" in shown
    rows = [block for block in stated.blocks if block["type"] == "actions"]
    assert [block["block_id"] for block in rows] == [f"acme-over|{over.revision}"]
    assert {one["action_id"] for one in rows[0]["elements"]} >= {NOT_A_CRISIS, CRISIS}


def test_it_speaks_french() -> None:
    """Where most of the channel's brands do."""
    app = SlackAppHarness(FakeSlack(), brand(language="fr"))
    stated = build_digest("d", [app.brand], app.state, COUNTED, NOW + HOUR)
    assert "24 dernières heures" in stated.text
    assert "d’habitude 900" in json.dumps(stated.blocks, ensure_ascii=False)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=90).filter(str.strip), min_size=1, max_size=40, unique=True),
    st.text(),
    st.sampled_from(["en", "fr"]),
)
def test_it_keeps_slack_s_limits_however_much_there_was(names: list[str], reason: str, language: str) -> None:
    """Forty brands, each with incidents, silences and overrides; names and reasons come from outside."""
    app = SlackAppHarness(FakeSlack(), brand(language=language))
    over = run(signal(0), action(30, "resolve"))[1][-1].incident
    brands = [Brand.model_construct(**dict(app.brand) | {"name": name}) for name in names]
    for number, one in enumerate(brands):
        overrides = [Override(path, None, NOW + 2 * HOUR, reason) for path in PATHS]
        app.state.registry.put(BrandWithOverrides(one, overrides), number + 10)
        for copy in range(8):
            app.know(replace(over, id=f"incident-{number}-{copy}", brand=one.name))
    app.silence(*[Silence(0, NOW + 2 * HOUR, reason, reason=reason, term=reason, id=str(n)) for n in range(50)])
    stated = build_digest("d", brands, app.state, {}, NOW + HOUR)
    assert validation_error({"text": stated.text, "blocks": stated.blocks}) == ""


def test_figures_are_of_whole_hours_and_the_usual_of_the_same_hours_of_earlier_days() -> None:
    """Known for too few days, nothing is said to be usual."""
    state, policy = engine.initial_state("acme"), Policy()
    state, _ = engine.advance_watermark(state, START, policy)
    for day in range(5):
        for hour in (0, 12):
            minute = (24 * day + hour) * 60 + 10
            labels = [-1, 1, 1, 1] if day < 4 else [-1, -1, -1, 1]
            rows = [Row(minute + place, label=label) for place, label in enumerate(labels)]
            state, _ = engine.process(state, batch_of(rows, offset=100 * minute), policy)
            state, _ = engine.advance_watermark(state, START + (minute + 60) * MINUTE, policy)
    state, _ = engine.advance_watermark(state, START + 5 * DAY + HOUR, policy)
    until = START + 5 * DAY
    assert daily_figures(state, until) == DailyFigures(8, 0.75, 8.0, 0.25)
    assert daily_figures(state, START + 2 * DAY) == DailyFigures(8, 0.25)
