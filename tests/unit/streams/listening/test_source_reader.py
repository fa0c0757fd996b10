"""Is each post sent once whatever happens, and does a source's health say what is wrong?"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.budget_settings import DailyBudget
from sources.item import Page, SourceError
from sources.mention_fields import deletion
from sources.settings import SourceSettings
from streams.listening.cursor import decode
from streams.listening.source_reader import MAX_PENDING, NOTICE_TIME, RECONNECT_DELAY, SAVE_INTERVAL
from tests.support.listening import NOW, SETTINGS, Clock, CrashError, Forum, Kafka, Script, Stream, item, reader
from tests.support.sources_server import client

if TYPE_CHECKING:
    from collections.abc import Sequence

TEXTS = st.sampled_from(["acme", "brio", "acme and brio", "neither", "acme again"])
POSTS = st.lists(st.tuples(st.sampled_from("abcdefgh"), TEXTS), max_size=14)


async def sent_of(posts: Sequence[tuple[str, str]], crashes: Sequence[int] = ()) -> list[tuple[str, str, str]]:
    """Return what is sent of posts by processes that die after so many effects each, and a last one that does not."""
    kafka, forum = Kafka(), Forum(posts)
    for kafka.steps in (*crashes, None):
        with suppress(CrashError):
            await reader(kafka, forum).read_once(client())
    return kafka.sent


@settings(max_examples=200)
@given(POSTS, st.lists(st.integers(0, 12), max_size=8))
def test_a_crash_between_any_two_effects_loses_nothing_and_sends_nothing_twice(
    posts: list[tuple[str, str]], crashes: list[int]
) -> None:
    """Between two mentions of one post, before the cursor is kept, after it: all is as in one uninterrupted run."""

    async def both() -> None:
        assert await sent_of(posts, crashes) == await sent_of(posts)

    asyncio.run(both())


@pytest.mark.parametrize("texts", [[], ["acme", "brio", "acme and brio", "neither", "acme again", "acme", "brio"] * 2])
async def test_each_post_is_sent_once_to_each_of_its_brands(texts: list[str]) -> None:
    """In order, though each page shows posts of the one before again."""
    posts = [(str(number), text) for number, text in enumerate(texts)]

    pairs = [(post, brand) for post in posts for brand in ("acme", "brio") if brand in post[1]]
    assert await sent_of(posts) == [(name, text, brand) for (name, text), brand in pairs]


async def test_who_dies_in_the_first_look_goes_on_behind_it() -> None:
    """What is pending brings the rest of the page; a hashtag that was asked for its latest posts again has moved on."""
    kafka, page = Kafka(), Page([item("a", "acme"), item("b", "acme")], {"last": "b"})
    kafka.steps = 2  # the cursor is kept, and nothing is sent
    with pytest.raises(CrashError):
        await reader(kafka, Script(page)).read_once(client())
    after = kafka.load()
    assert (len(after.pending), after.position) == (2, {"last": "b"})


async def test_what_says_something_else_is_sent_as_an_edit() -> None:
    """Under the same id; the brand that it was about, and is no longer, gets its deletion."""
    kafka = Kafka()
    for text in ("acme", "acme", "acme is fine", "neither", "brio"):
        await reader(kafka, Forum([("a", text)])).read_once(client())
        kafka.cursor = kafka.cursor and kafka.cursor.replace(b'{"next":1}', b"{}")

    told = [("a", "acme", "acme"), ("a", "acme is fine", "acme"), ("a", "", "acme"), ("a", "brio", "brio")]
    assert kafka.sent == told
    assert [b'"revision"' in (record.value or b"") for record in kafka.mentions] == [False, True, False, True]
    assert [b'"deleted":true' in (record.value or b"") for record in kafka.mentions] == [False, False, True, False]


async def test_a_deletion_reaches_the_brands_that_the_post_was_about() -> None:
    """Once, also after a restart; one of a post that was never sent reaches nobody, and nothing comes back."""
    kafka = Kafka()
    gone = [deletion("a", NOW, "web"), deletion("unknown", NOW, "web"), deletion("b", NOW, "web")]
    pages = ([item("a", "acme and brio"), item("b", "neither")], gone, gone, [item("a", "acme again")])
    for number, items in enumerate(pages):
        await reader(kafka, Script(Page(list(items), {"n": number}))).read_once(client())

    told = [("a", "acme and brio", "acme"), ("a", "acme and brio", "brio"), ("a", "", "acme"), ("a", "", "brio")]
    assert kafka.sent == told


async def test_more_than_a_cursor_holds_is_sent_in_parts() -> None:
    """Each noted first."""
    kafka = Kafka()
    posts = [(str(number), f"acme {'x' * 90_000}") for number in range(12)]
    await reader(kafka, Forum(posts, page=12)).read_once(client())

    assert [name for name, _, _ in kafka.sent] == [name for name, _ in posts]
    assert kafka.saves >= 12 * 90_000 // MAX_PENDING


async def test_an_answer_without_news_is_not_kept() -> None:
    """But the requests that it cost are, in blocks: a day of 1,000 is kept twenty at a time."""
    kafka, clock = Kafka(), Clock()
    one = reader(kafka, Script(Page([item("a", "acme")], {"n": 1}), *[Page([item("a", "acme")], {"n": 1})] * 2), clock)
    asking = client()
    asking.budget = one.budget
    await one.read_once(asking)
    kafka.mentions.clear()
    await one.read_once(asking)
    await one.read_once(asking)

    assert kafka.mentions == []
    cursor = decode(kafka.cursor or b"")
    assert cursor is not None
    assert (cursor.spending.day.requests, cursor.spending.day.number) == (20, NOW // 86_400_000)
    assert one.budget.left("requests") == 997


async def test_requests_of_a_source_that_fails_count_after_a_restart() -> None:
    """A process that dies again and again does not get its day again."""
    kafka = Kafka()
    frugal = SourceSettings(kind="discourse", url="https://forum.example", budget=DailyBudget(requests=3))
    reasons = []
    for _ in range(5):
        one = reader(kafka, Script(SourceError("answers 500")), settings=frugal)
        asking = client()
        asking.budget = one.budget
        await one.read_once(asking)
        reasons.append(one.health.reason)

    assert ["500" in reason for reason in reasons] == [True, True, True, False, False]
    assert "requests of today" in reasons[-1]
    assert one.health.state == "resting"
    assert [(line.unit, line.left, line.limit) for line in one.health.budget] == [("requests", 0, 3)]


async def test_a_source_that_has_used_its_budget_rests_until_the_day_turns() -> None:
    """Then it is asked again, and was neither failing nor silent."""
    clock = Clock()
    frugal = SourceSettings(kind="discourse", url="https://forum.example", budget=DailyBudget(requests=1))
    one = reader(Kafka(), Script(*[Page([item("a", "acme")], {"n": n}) for n in range(2)]), clock, frugal)
    asking = client()
    asking.budget = one.budget
    await one.read_once(asking)
    wait = await one.read_once(asking)
    midnight = 86_400 - clock.now / 1000 % 86_400
    assert (one.health.state, midnight < wait < midnight + 60) == ("resting", True)

    clock.now += int(wait * 1000)
    await one.read_once(asking)
    assert (one.health.state, one.health.reason) == ("active", "")


async def test_a_stream_keeps_its_cursor_every_five_seconds_at_most_without_news() -> None:
    """And at once when it has something for us."""
    kafka, clock = Kafka(), Clock()
    pages = [Page([item(str(number), "neither")], {"seq": number}) for number in range(60)]
    source = Stream(*pages)
    one = reader(kafka, source, clock)
    kept: list[int] = []
    take = one._take

    async def counted(page: Page, *, streamed: bool = False) -> bool:
        clock.now += 500
        news = await take(page, streamed=streamed)
        kept.append(kafka.saves)
        return news

    one._take = counted  # type: ignore[method-assign]
    await one.read_once(client())

    assert len(pages) * 500 // SAVE_INTERVAL <= kept[-1] <= len(pages) * 500 // SAVE_INTERVAL + 1
    assert source.closed

    one = reader(kafka, Stream(Page([item("x", "acme")], {"seq": 99})), clock)
    await one.read_once(client())
    assert [name for name, _, _ in kafka.sent] == ["x"]
    assert kafka.load().seen[-1][0] == "x"


async def test_a_stream_remembers_only_what_it_sent() -> None:
    """The whole network's posts would push it out."""
    kafka = Kafka()
    pages = [Page([item(f"{page}-{n}", "neither") for n in range(500)], {"seq": page}) for page in range(6)]
    ours = Page([item("a", "acme")], {"seq": 0})
    await reader(kafka, Stream(ours, *pages, ours)).read_once(client())

    assert kafka.sent == [("a", "acme", "acme")]


async def test_a_stream_that_ends_is_opened_again_soon() -> None:
    """However seldom other sources are asked; one that never opens is tried ever later."""
    one = reader(Kafka(), Stream(Page([], {"seq": 1})))
    assert await one.read_once(client()) <= RECONNECT_DELAY

    dead = reader(Kafka(), Stream())
    waits = [await dead.read_once(client()) for _ in range(6)]
    assert waits[-1] > 4 * RECONNECT_DELAY


async def test_a_source_that_fails_waits_longer_and_says_so() -> None:
    """Until it answers; Retry-After is obeyed."""
    busy = SourceError("answers 429", retry_after=7_000.0)
    one = reader(
        Kafka(),
        Script(SourceError("answers 500"), SourceError("answers 500"), busy, ValueError("?"), Page([], {"n": 1})),
    )
    assert one.health.state == "starting"

    waits = []
    for state, reason in (("failing", "500"), ("failing", "500"), ("failing", "429"), ("failing", "ValueError")):
        waits.append(await one.read_once(client()))
        assert (one.health.state, reason in one.health.reason) == (state, True)
    assert waits[2] >= 7_000.0
    assert waits[3] > waits[0]

    await one.read_once(client())
    assert (one.health.state, one.health.reason, one.health.last_success) == ("active", "", NOW)


async def test_a_source_that_answers_and_brings_nothing_is_silent() -> None:
    """Once it has shown how often it usually brings something, and not for a short while."""
    clock = Clock()
    pages = [Page([item(str(number), "acme")], {"n": number}) for number in range(12)]
    one = reader(Kafka(), Script(*pages, *[Page([], {"n": 11})] * 2), clock)
    for _ in pages:
        clock.now += 180_000
        await one.read_once(client())
    assert (one.health.state, one.health.usual_gap) == ("active", 180.0)

    clock.now += 20 * 60_000
    await one.read_once(client())
    assert one.health.state == "active"

    clock.now += 20 * 60_000
    await one.read_once(client())
    assert (one.health.state, one.health.last_news) == ("silent", NOW + 12 * 180_000)


async def test_a_gap_is_shown_for_a_while_though_the_source_goes_on() -> None:
    """The pages that follow do not wipe it away at once."""
    clock = Clock()
    one = reader(Kafka(), Stream(Page([], {"seq": 1}, notice="missed some"), Page([], {"seq": 2})), clock)
    with pytest.raises(SourceError):
        await one._read(client())
    assert (one.health.state, one.health.reason) == ("active", "missed some")

    clock.now += NOTICE_TIME
    assert one.health.reason == ""


async def test_what_is_no_mention_is_counted_and_left_out() -> None:
    """Once, however often the source shows it."""
    wrong = item("late", "acme")
    wrong.mention["published_at"] = NOW + 86_400_000
    one = reader(kafka := Kafka(), Script(*[Page([wrong, item("a", "acme")], {"n": 1})] * 3))
    for _ in range(3):
        await one.read_once(client())

    assert (one.health.sent, one.health.rejected) == (1, 1)
    assert kafka.sent == [("a", "acme", "acme")]
    assert one.health.brands == ["acme", "brio"]
    assert one.health.source == SETTINGS.id
