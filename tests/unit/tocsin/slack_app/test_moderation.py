"""Moderation in Slack, before the fake Slack: cards that do not flood, one decision for each item, reports."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from config.brands.model import Brand
from moderation.model import CARD_MS, Carded, Claimed, Decided, PolicyFinding, Post
from tests.support.delivery import until
from tests.support.moderation import LocalQueue, flagged
from tests.support.slack_app import NOW, SlackAppHarness, slack_app
from tocsin.demo.fake_slack import interactions
from tocsin.slack_app.moderation.backlog import HOUR
from tocsin.slack_app.moderation.buttons import MORE, PREFIX, SHOW
from tocsin.slack_app.moderation.card import build_card
from tocsin.slack_app.moderation.poster import LINE_EVERY, CardPoster

if TYPE_CHECKING:
    from moderation.policies.model import Severity
    from tocsin.demo.fake_slack.server import FakeSlack

ROOM = "C0000002"
CLAIM = PREFIX + "claim"
HIDE = PREFIX + "hide_requested"


def brand(**more: Any) -> Brand:
    """Return a brand whose queue has a channel."""
    moderation = {"enabled": True, "cards_per_hour": 5}
    settings = {"name": "acme", "slack_channel": "#alerts", "moderation_channel": ROOM, "moderation": moderation}
    return Brand.model_validate(settings | more)


def waiting(*severities: Severity) -> LocalQueue:
    """Return a queue of items of a brand, one of each severity."""
    return LocalQueue(
        *(
            flagged(f"item{number}", brand="acme", at=NOW, due=NOW + HOUR, severity=severity)
            for number, severity in enumerate(severities)
        )
    )


def poster(app: SlackAppHarness, queue: LocalQueue, after: int = 0) -> CardPoster:
    """Return what posts the cards, some time (ms) after now."""
    return CardPoster(app.state, queue, app.notifier, lambda: NOW + after, app.context.card_changed)


def cards(slack: FakeSlack) -> list[str]:
    """Return the messages of the moderation channel as JSON."""
    return [json.dumps(message, ensure_ascii=False) for message in slack.roots(ROOM)]


async def test_claim_then_three_buttons_then_the_card_says_who_decided_what() -> None:
    """Each step is on the card that everybody sees; the text is shown to who asks, and to nobody else."""
    queue = waiting("high")
    async with slack_app(brand(), queue=queue) as app:
        work, ana = poster(app, queue), app.slack.user("U0ANA")
        await work.tick()
        (card,) = app.slack.roots(ROOM)
        assert "Threat (high)" in card["text"]
        assert "kill" not in json.dumps(card)
        await ana.click(SHOW, place=card["ts"])
        await until(lambda: "*I wi*ll kill you" in app.shown("U0ANA"))
        assert "author 1" in app.shown("U0ANA")
        with pytest.raises(LookupError):
            await ana.click(HIDE, place=card["ts"])
        await ana.click(CLAIM, place=card["ts"])
        await until(lambda: queue.queue.get("item0").holder(NOW) == "U0ANA")  # type: ignore[union-attr]
        await work.tick()
        assert "Claimed by <@U0ANA>" in cards(app.slack)[0]
        row = app.slack.roots(ROOM)[0]["blocks"][-1]["elements"]
        assert [one["type"] for one in row] == ["button", "button", "button", "button", "overflow"]
        await ana.click(HIDE, place=card["ts"])
        await until(lambda: queue.queue.get("item0").state == "decided")  # type: ignore[union-attr]
        await work.tick()
        assert "Hide requested, by <@U0ANA>" in cards(app.slack)[0]
        assert HIDE not in cards(app.slack)[0]
        await ana.click(MORE, "undo", place=card["ts"])
        await until(lambda: queue.queue.get("item0").state == "open")  # type: ignore[union-attr]
    assert app.sent == []


async def test_who_comes_second_sees_who_has_it() -> None:
    """The first claim counts, wherever it was made; a double click is no refusal."""
    queue = waiting("high")
    async with slack_app(brand(), queue=queue) as app:
        work = poster(app, queue)
        await work.tick()
        place = app.slack.roots(ROOM)[0]["ts"]
        queue.queue.apply(Claimed(id="web", item="item0", at=NOW, by="U0BEN", until=NOW + HOUR))
        await app.slack.user("U0ANA").click(CLAIM, place=place)
        await until(lambda: app.slack.ephemeral_texts)
        assert app.slack.ephemeral_texts == ["Nothing was changed: claimed by <@U0BEN>."]
        await work.tick()
        ben = app.slack.user("U0BEN")
        decision = ben.payload(HIDE, None, place, "")
        for _ in range(2):
            await app.slack.socket_mode.send_and_wait("interactive", decision)
        await until(lambda: queue.queue.get("item0").state == "decided")  # type: ignore[union-attr]
        await asyncio.sleep(0)
        assert len(app.slack.ephemeral_texts) == 1


async def test_only_responders_see_a_text_or_decide() -> None:
    """As on the pages."""
    queue = waiting("high")
    async with slack_app(brand(responders=["U0BEN"]), queue=queue) as app:
        await poster(app, queue).tick()
        place = app.slack.roots(ROOM)[0]["ts"]
        for name in (SHOW, CLAIM):
            await app.slack.user("U0EVE").click(name, place=place)
        await until(lambda: len(app.slack.ephemeral_texts) == 2)
        assert app.slack.user("U0EVE").modal is None
    assert queue.queue.get("item0").state == "open"  # type: ignore[union-attr]


async def test_a_wave_is_so_many_cards_an_hour_and_one_line() -> None:
    """Of five an hour one is kept for high severity; the line is edited, not repeated, until the next hour."""
    queue = waiting(*("low",) * 30)
    async with slack_app(brand(), queue=queue) as app:
        work = poster(app, queue)
        for _ in range(5):
            await work.tick()
        *posted, line = cards(app.slack)
        assert len(posted) == 4
        assert "26 more in the queue (0 high)" in line
        queue.queue.apply(flagged("threat", brand="acme", at=NOW, due=NOW + HOUR))
        queue.queue.apply(flagged("threat2", brand="acme", at=NOW, due=NOW + HOUR))
        later = work_at(work, LINE_EVERY)
        for _ in range(3):
            await later.tick()
        assert ["Threat (high)" in card for card in cards(app.slack)] == [False] * 5 + [True]
        assert "27 more in the queue (1 high)" in cards(app.slack)[4]
        await work_at(work, HOUR + 1).tick()
        assert len(cards(app.slack)) == 6 + 3
        assert sum("more in the queue" in card for card in cards(app.slack)) == 1


def work_at(work: CardPoster, after: int) -> CardPoster:
    """Return the same app some time (ms) later."""
    work._now = lambda: NOW + after
    return work


async def test_copies_are_one_card_and_two_apps_post_one() -> None:
    """The card says how many posts carry the text, and not each of them edits it."""
    queue = waiting("high")
    async with slack_app(brand(), queue=queue) as app:
        first, second = poster(app, queue), poster(app, queue)
        await asyncio.gather(first.tick(), second.tick())
        assert len(cards(app.slack)) == 1
        for post in range(2, 200):
            queue.queue.apply(flagged("item0", brand="acme", post=post, at=NOW, due=NOW + HOUR))
            if post % 20 == 0:
                await first.tick()
        await first.tick()
        assert "100+ posts" in cards(app.slack)[0]
        assert len(app.slack.called("chat.update")) < 12


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_app_that_dies_as_it_posts_is_followed_by_another(*, arrived: bool) -> None:
    """The other app looks for the message first, and posts it only if it is not there."""
    queue = waiting("high")
    async with slack_app(brand(), queue=queue) as app:
        if arrived:
            lost = poster(app, LocalQueue(flagged("item0", brand="acme", at=NOW, due=NOW + HOUR)))
            await lost.tick()
        queue.queue.apply(Carded(id="c", item="item0", at=NOW, by="the dead one", channel=ROOM))
        await poster(app, queue).tick()
        assert len(cards(app.slack)) == arrived
        await poster(app, queue, CARD_MS).tick()
        assert len(cards(app.slack)) == 1
        card = queue.queue.get("item0").card  # type: ignore[union-attr]
        assert card is not None
        assert card.ts == app.slack.roots(ROOM)[0]["ts"]


async def test_a_card_follows_the_pages_and_a_restart() -> None:
    """What was decided on a page while no app ran is on the card when one starts."""
    queue = waiting("high")
    async with slack_app(brand(), queue=queue) as app:
        await poster(app, queue).tick()
        queue.queue.apply(Claimed(id="1", item="item0", at=NOW, by="ben", until=NOW + HOUR))
        queue.queue.apply(Decided(id="2", item="item0", at=NOW, by="ben", outcome="no action"))
        await poster(app, queue).tick()
        assert "No action, by ben" in cards(app.slack)[0]


async def test_a_channel_that_refuses_does_not_stop_the_others() -> None:
    """It is tried again after ten minutes."""
    queue = waiting("high")
    queue.queue.apply(flagged("other", brand="zeta", at=NOW, due=NOW + HOUR))
    zeta = brand(name="zeta", moderation_channel="C0000001")
    async with slack_app(brand(), zeta, queue=queue, absent={ROOM}) as app:
        work = poster(app, queue)
        await work.tick()
        await work.tick()
        assert (len(app.slack.roots(ROOM)), len(app.slack.roots("C0000001"))) == (0, 1)
        assert len([call for call in app.slack.called("chat.postMessage") if call.error]) == 1


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_people_wrote_is_text(language: str) -> None:
    """A channel, an author or a reporter with markup in the name mentions nobody."""
    bad = "<!channel> *x* `y`\x1b[2J"
    queue = LocalQueue(replace(flagged("a", brand=bad), post=Post(1, bad, bad, 0, "javascript:alert(1)"), language=bad))
    queue.queue.apply(replace(flagged("a", brand=bad), reported_by=bad, reason=bad))
    item = queue.queue.get("a")
    assert item is not None
    shown = json.dumps(build_card(item, 0, language).blocks)  # type: ignore[arg-type]
    assert "<!channel>" not in shown
    assert "javascript" not in shown
    assert "\\u001b" not in shown


async def test_a_link_that_somebody_reports_enters_the_queue_and_pages_nobody() -> None:
    """Of a post that is in the queue already, the report joins its item; anything else is an item of its own."""
    queue = LocalQueue(replace(flagged("item0", brand="acme", at=NOW), findings=(PolicyFinding("spam", "low"),)))
    async with slack_app(brand(), queue=queue) as app:
        ana = app.slack.user("U0ANA")
        await ana.run_command("report <https://forum.example/1> again & again")
        await ana.run_command("report acme https://forum.example/2")
        await ana.run_command("report")
        await ana.run_command("report nobody https://forum.example/2")
        await until(lambda: len(app.slack.ephemeral_texts) == 4)
        assert "Nobody is paged" in app.slack.ephemeral_texts[0]
        assert "Which post?" in app.slack.ephemeral_texts[2]
        assert "Which brand?" in app.slack.ephemeral_texts[3]
    known, fresh = queue.queue.get("item0"), [item for item in queue.queue.items() if item.id != "item0"]
    assert known is not None
    assert (known.reporters, known.copies, known.history[-1].note) == (("U0ANA",), 1, "again & again")
    assert [(item.policy, item.text) for item in fresh] == [("report", "https://forum.example/2")]
    assert app.sent == []


async def test_a_message_of_slack_is_reported_into_the_queue_and_a_threat_pages() -> None:
    """The shortcut offers the queue first; what reads as a threat pages as detection does."""
    queue = LocalQueue()
    async with slack_app(brand(), queue=queue) as app:
        ana = app.slack.user("U0ANA")
        shortcut = {
            "type": "message_action",
            "callback_id": "tocsin_report",
            "user": {"id": "U0ANA"},
            "message": {"ts": "1.2", "text": "Acme staff, I will kill you"},
            "channel": {"id": ROOM, "name": "press"},
            "trigger_id": app.slack.views.trigger("U0ANA"),
        }
        await app.slack.socket_mode.send_and_wait("interactive", shortcut)
        await until(lambda: ana.modal)
        view = ana.modal
        assert await ana.submit() == {}
        await until(lambda: "paged" in app.shown("U0ANA"))
        await app.slack.socket_mode.send_and_wait("interactive", interactions.view_submission("U0ANA", view, {}, ""))  # type: ignore[arg-type]
        await until(lambda: len(app.sent) == 2)
    (item,) = queue.queue.items()
    assert (item.policy, item.reporters, item.posts[0].url) == (
        "threat",
        ("U0ANA",),
        "https://slack.com/archives/C0000002/p12",
    )
    assert {(page.kind, page.id) for page in app.sent} == {("page", app.sent[0].id)}
    assert "kill" not in app.sent[0].text
