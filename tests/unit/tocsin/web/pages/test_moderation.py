"""Moderation pages: what a person sees and does, and what another person did first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.model import Claimed
from tests.support.moderation import LocalQueue, flagged
from tests.support.web_app import UNTIL, day, hidden, web_client

if TYPE_CHECKING:
    from tests.support.web_app import Client

FRENCH = {"Accept-Language": "fr"}
BAD = '<script>alert("x")</script> I will kill you'


def queue(*names: str) -> LocalQueue:
    """Return a queue with a threat for each name."""
    return LocalQueue(*(flagged(name, at=number, due=UNTIL + 60_000) for number, name in enumerate(names)))


async def press(client: Client, path: str, button: str, **more: str) -> tuple[int, str, str]:
    """Press a button of a page as a browser does; return status, address and text of what is shown then."""
    page = await (await client.get(path)).text()
    form = {"csrf": hidden(page, "csrf"), "do": button, **more}
    answer = await client.post("/moderation/next" if button == "next" else path, data=form)
    return answer.status, answer.url.path, await answer.text()


async def test_the_list_shows_what_waits_and_no_text() -> None:
    """Nobody is shown abuse without asking for it."""
    async with web_client(day(), moderation=queue("one", "two")) as client:
        page = await (await client.get("/moderation")).text()
    assert "2 waiting" in page
    assert "/moderation/one" in page
    assert "kill" not in page


async def test_next_claims_the_first_and_a_decision_goes_on_to_the_second() -> None:
    """Submit, and the next one is there; the last one leads back to the list."""
    own = queue("one", "two")
    async with web_client(day(), moderation=own) as client:
        assert (await press(client, "/moderation", "next"))[1] == "/moderation/one"
        status, path, page = await press(client, "/moderation/one", "hide requested", note="names a person")
        assert (status, path) == (200, "/moderation/two")
        assert "Recorded" in page
        assert (await press(client, "/moderation/two", "no action"))[1] == "/moderation"
        shown = await (await client.get("/moderation/one")).text()
    assert "Hide requested" in shown
    assert "names a person" in shown
    one, two = own.queue.get("one"), own.queue.get("two")
    assert one is not None
    assert two is not None
    assert [one.outcome, two.outcome] == ["hide requested", "no action"]


async def test_what_another_person_has_is_not_given_away() -> None:
    """The page says who has it, offers no decision, and refuses one that is sent anyway."""
    own = queue("one")
    own.queue.apply(Claimed(id="c", item="one", at=UNTIL, by="ben", until=UNTIL + 600_000))
    async with web_client(day(), moderation=own) as client:
        assert (await press(client, "/moderation", "next"))[1] == "/moderation"
        page = await (await client.get("/moderation/one")).text()
        assert "Claimed: ben" in page
        assert 'value="hide requested"' not in page
        status, _, refused = await press(client, "/moderation/one", "hide requested")
    assert status == 409
    assert "claimed by ben" in refused


async def test_a_decision_can_be_undone_and_a_skip_leaves_it_to_others() -> None:
    """Both are on the page of the item."""
    own = queue("one")
    async with web_client(day(), moderation=own) as client:
        await press(client, "/moderation/one", "claim")
        await press(client, "/moderation/one", "no action")
        await press(client, "/moderation/one", "undo")
        assert (await press(client, "/moderation", "next"))[1] == "/moderation/one"
        assert (await press(client, "/moderation/one", "skip"))[1] == "/moderation"
    item = own.queue.get("one")
    assert item is not None
    assert [step.what for step in item.history] == ["flagged", "claimed", "no action", "undone", "claimed", "skipped"]


async def test_hostile_text_is_text_and_the_reason_is_marked() -> None:
    """What an author writes never acts on the page; it stands behind a word of warning."""
    record = flagged("one", due=UNTIL + 1)
    bad = type(record)(**{name: getattr(record, name) for name in record.__struct_fields__} | {"text": BAD})
    async with web_client(day(), moderation=LocalQueue(bad)) as client:
        page = await (await client.get("/moderation/one")).text()
    assert "<script>alert" not in page
    assert "<mark>&lt;scr</mark>" in page
    assert "<details>" in page


async def test_it_speaks_french() -> None:
    """Every key has both languages: a page would fail otherwise."""
    async with web_client(day(), moderation=queue("one")) as client:
        page = await (await client.get("/moderation", headers=FRENCH)).text()
        shown = await (await client.get("/moderation/one", headers=FRENCH)).text()
    assert "1 en attente" in page
    assert "Prendre en charge" in shown


@pytest.mark.parametrize(("button", "status"), [("explode", 400), ("claim", 404)])
async def test_an_unknown_button_or_item_is_an_error(button: str, status: int) -> None:
    """A form that no page offers changes nothing."""
    path = "/moderation/one" if status == 400 else "/moderation/none"
    async with web_client(day(), moderation=queue("one")) as client:
        page = await (await client.get("/moderation/one")).text()
        answer = await client.post(path, data={"csrf": hidden(page, "csrf"), "do": button})
        assert answer.status == status


async def test_a_recording_has_no_queue() -> None:
    """It says so, and next leads nowhere."""
    async with web_client(day()) as client:
        assert "no moderation queue" in await (await client.get("/moderation")).text()
        assert (await client.get("/moderation/one")).status == 404


async def test_a_filter_stays_while_one_works() -> None:
    """The next item is one of the same kind."""
    own = LocalQueue(flagged("one", due=UNTIL + 1), flagged("two", brand="Other", due=UNTIL + 1))
    async with web_client(day(), moderation=own) as client:
        page = await (await client.get("/moderation?brand=Other")).text()
        assert "/moderation/one" not in page
        answer = await client.post("/moderation/next", data={"csrf": hidden(page, "csrf"), "query": "brand=Other"})
        assert (answer.url.path, answer.url.query["brand"]) == ("/moderation/two", "Other")
