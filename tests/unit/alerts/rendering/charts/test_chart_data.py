"""Tests of an incident's chart: it is right, small, the same every time, and delays no alert."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from msgspec.structs import replace
from PIL import Image

from alerts.delivery.chart_uploader import REFRESH_AFTER, needs_chart
from alerts.delivery.outbox import Outbox
from alerts.notifiers.slack.notifier import SlackNotifier
from alerts.rendering.card import Chart
from alerts.rendering.charts import chart_data, chart_png
from alerts.rendering.route import Route
from detectors.model.signal import Signal, Timeline
from tests.support.alerts import MINUTE, START, MemoryReceipts, action, fast_clock, figures, incident_of, run, signal
from tocsin.demo.fake_slack.faults import Fault
from tocsin.demo.fake_slack.server import TOKEN, FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from alerts.incidents.model import Notification

ROUTE = Route("C0000001", "en", "<@U024BE7LH>")
TIMELINE = Timeline(
    START, 5 * MINUTE, (3,) * 30 + (5, 9, 20, 40, 60, 80), (1,) * 30 + (2, 5, 12, 30, 45, 66), (3.1, 0.6)
)
COUNTS = st.lists(st.integers(0, 10**9), min_size=36, max_size=36).map(tuple)


def drawn(minute: float = 0, **changes: object) -> Signal:
    """Return a signal that carries the course."""
    return replace(signal(minute), timeline=TIMELINE, **changes)


def test_the_bars_are_as_high_as_the_counts_and_the_lines_where_they_belong() -> None:
    """The last bar is the highest: its foot red, its head grey; the limit crosses the picture in black dashes."""
    image = Image.open(BytesIO(chart_png.draw(TIMELINE, figures()))).convert("RGB")
    x = chart_png.SIZE[0] - chart_png.RIGHT - 10
    column = [image.getpixel((x, y)) for y in range(chart_png.SIZE[1])]
    grey, red = (tuple(bytes.fromhex(colour[1:])) for colour in (chart_png.ALL, chart_png.NEGATIVE))
    floor = chart_png.SIZE[1] - chart_png.BOTTOM
    height = floor - chart_png.TOP
    assert column.count(grey) == pytest.approx(height * 14 / 80, abs=8)
    assert column.count(red) == pytest.approx(height * 66 / 80, abs=8)
    threshold = chart_data.threshold_per_step(TIMELINE, figures())
    assert threshold == 12
    assert image.getpixel((chart_png.LEFT + 5, round(floor - height * 12 / 80))) == tuple(
        bytes.fromhex(chart_png.THRESHOLD[1:])
    )


@given(mentions=COUNTS, negative=COUNTS, usual=st.none() | st.tuples(st.floats(0, 1e9), st.floats(0, 1e9)))
@settings(max_examples=20, deadline=None)
def test_any_course_is_small_and_the_same_every_time(
    mentions: tuple[int, ...], negative: tuple[int, ...], usual: tuple[float, float] | None
) -> None:
    """A phone loads it over a poor line; a replay draws what the live run drew."""
    timeline = Timeline(START, 5 * MINUTE, mentions, negative, usual)
    content = chart_png.draw(timeline, figures())
    assert content.startswith(b"\x89PNG")
    assert len(content) < 60_000
    assert content == chart_png.draw(timeline, figures())


def test_who_does_not_see_it_is_reported() -> None:
    """In the brand's language."""
    stated = chart_data.alt(TIMELINE, "en")
    assert stated == "The last 3 h: at most 80 mentions in 5 min; at most 66 negative, 0 min ago"
    assert "négatives" in chart_data.alt(TIMELINE, "fr")


def test_a_limit_on_a_share_has_no_line() -> None:
    """Only counts of mentions over some hours compare with bars."""
    assert chart_data.threshold_per_step(TIMELINE, figures(metric="negative share")) is None
    assert chart_data.threshold_per_step(TIMELINE, figures(window_start=START - 24 * 60 * MINUTE)) is None


def test_it_is_drawn_again_after_ten_minutes_and_when_it_is_over() -> None:
    """By event time, so that the same life gives the same charts."""
    reported = run(drawn(), action(1), action(2, "resolve"))[1]
    shown = Chart("F1", 1, START, 5, "")
    assert needs_chart(reported[0], None)
    assert not needs_chart(reported[1], shown)
    assert needs_chart(reported[-1], shown)
    assert needs_chart(replace(reported[1], happened_at=START + REFRESH_AFTER), shown)
    assert not needs_chart(run(signal())[1][0], None)
    assert chart_data.chart_data(incident_of(signal())) is None


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """Serve a fake Slack."""
    async with FakeSlack() as slack:
        yield slack


@pytest.fixture
async def delivery(fake: FakeSlack) -> AsyncIterator[Outbox]:
    """Open an outbox that leads there."""
    notifier = SlackNotifier(TOKEN, fake.url, timeout=2)
    made = Outbox(notifier, MemoryReceipts(), lambda _brand, _at: ROUTE, clock=fast_clock())
    yield made
    await made.stop()
    await notifier.close()


def pictures(fake: FakeSlack) -> list[str]:
    """Return the files that the cards show."""
    blocks = [block for message in fake.roots() for block in message["blocks"]]
    return [block["slack_file"]["id"] for block in blocks if block["type"] == "image"]


async def until(met: object, patience: float = 5.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(patience):
        while not met():  # type: ignore[operator]  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def submit(delivery: Outbox, *reported: Notification) -> list[int]:
    """Submit; returns the revisions that are done, as they come."""
    done: list[int] = []
    for note in reported:
        delivery.submit(note, lambda note=note: done.append(note.revision))  # type: ignore[misc]
    return done


async def test_the_card_is_posted_first_and_the_chart_comes_to_it(fake: FakeSlack, delivery: Outbox) -> None:
    """One message; it keeps whom it called; a later edit keeps the chart, another one replaces it."""
    fake.files.processing = 0.3
    reported = run(drawn(), action(1), drawn(20, revision=20), action(21, "resolve"))[1]
    done = submit(delivery, replace(reported[0], page=True))
    await until(lambda: done)
    assert pictures(fake) == []
    await until(lambda: pictures(fake))
    assert len(fake.roots()) == 1
    assert "U024BE7LH" in str(fake.roots()[0]["blocks"])
    first = pictures(fake)
    submit(delivery, reported[1])
    await delivery.drain()
    assert pictures(fake) == first
    submit(delivery, reported[-1])
    await until(lambda: pictures(fake) != first)
    await until(lambda: len(fake.files.files) == 1)
    assert fake.roots()[0]["blocks"][-1]["type"] == "context"


async def test_without_the_scope_or_the_files_the_alert_is_as_before(fake: FakeSlack, delivery: Outbox) -> None:
    """A missing scope is tried once an hour, not with every alert; nothing else changes."""
    fake.missing_scopes.add("files:write")
    reported = run(drawn(), action(1), drawn(20, revision=20))[1]
    done = submit(delivery, *reported)
    await until(lambda: len(done) == len(reported))
    await until(lambda: fake.called("files.getUploadURLExternal"))
    submit(delivery, replace(reported[-1], happened_at=START + 2 * REFRESH_AFTER))
    await delivery.drain()
    assert len(fake.called("files.getUploadURLExternal")) == 1
    assert len(fake.roots()) == 1
    assert pictures(fake) == []


async def test_a_chart_that_slack_does_not_take_leaves_the_card(fake: FakeSlack, delivery: Outbox) -> None:
    """The card is never replaced by bare text for the sake of a picture; a file that is gone is left out."""
    fake.faulty, reported = ("chat.update",), run(drawn(), action(1))[1]
    fake.faults.append(Fault(error="invalid_blocks"))
    submit(delivery, reported[0])
    await until(lambda: fake.called("chat.update"))
    await delivery.drain()
    assert pictures(fake) == []
    assert len(fake.roots()[0]["blocks"]) > 3
    submit(delivery, reported[1])
    await until(lambda: pictures(fake))
    fake.files.files.clear()
    submit(delivery, run(drawn(), action(1), action(2, "note", text="x"))[1][-1])
    await delivery.drain()
    assert pictures(fake) == []
    assert len(fake.roots()[0]["blocks"]) > 3


async def test_no_alert_waits_for_a_chart(fake: FakeSlack, delivery: Outbox) -> None:
    """Slack stalls on the upload: the next revision, which pages, is told all the same."""
    fake.faulty, fake.outage = ("files.getUploadURLExternal",), Fault(wait=1.5)
    reported = run(drawn(), replace(drawn(1, revision=1), severity="critical"))[1]
    submit(delivery, reported[0])
    await until(lambda: fake.called("files.getUploadURLExternal"))
    done = submit(delivery, reported[-1])
    await until(lambda: done, 1.0)
    assert fake.replies(fake.roots()[0]["ts"])
