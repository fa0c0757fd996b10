"""Silences from the pages: who, how long and why, seen by all, ended by a button."""

from __future__ import annotations

from html import unescape

import pytest
from msgspec.structs import replace

from tests.support.alerts import incident_of, signal
from tests.support.web_app import hidden, unheard, web_client

HOUR = 3_600_000
BOTH = ("Hallowfirth", "Pippinworth")
PAGE = "/brands/Hallowfirth"


async def test_a_silence_is_added_shown_with_who_and_why_and_ended() -> None:
    """From the brand's page: a detector, for a day, with the reason; all see it; the button ends it."""
    world = unheard()
    async with web_client(world) as client:
        page = await (await client.get(PAGE)).text()
        assert "Nothing is silenced" in page
        form = {name: hidden(page, name) for name in ("csrf", "back", "key", "brand")}
        given = form | {"detector": "volume_spike", "span": "24h", "reason": "the <sale> has begun"}
        for _ in range(2):  # a form that is sent twice is one silence
            page = await (await client.post("/silences", data=given)).text()
        assert "Sent" in page
        (silence,) = world.silences("Hallowfirth")
        assert (silence.created_by, silence.detector) == ("local", "volume_spike")
        assert silence.ends_at - silence.starts_at == 24 * HOUR
        assert "the <sale> has begun" not in page
        assert "local: the <sale> has begun" in unescape(page)
        assert "More mentions than usual" in page
        end = form | {"silence": hidden(page, "silence")}
        assert "Nothing is silenced" in await (await client.post("/silences/end", data=end)).text()
        assert world.silences("Hallowfirth") == ()
        assert "is over already" in await (await client.post("/silences/end", data=end)).text()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"span": "9999h"}, 400),
        ({"detector": "nothing"}, 400),
        ({"key": "short"}, 400),
        ({"brand": "Unknown"}, 404),
        ({"reason": "  "}, 200),
        ({"csrf": "wrong"}, 403),
    ],
)
async def test_a_forged_form_silences_nothing(change: dict[str, str], status: int) -> None:
    """What no page offers is refused; a silence without a reason is asked for it."""
    world = unheard()
    async with web_client(world) as client:
        page = await (await client.get(PAGE)).text()
        form = {name: hidden(page, name) for name in ("csrf", "back", "key", "brand")}
        answer = await client.post("/silences", data=form | {"detector": "", "span": "1h", "reason": "x"} | change)
        assert answer.status == status
        assert "reason" not in change or "Say why" in await answer.text()
    assert world.silences("Hallowfirth") == ()


async def test_an_incident_of_several_brands_is_silenced_brand_by_brand() -> None:
    """Its page offers what it found first, and leads back to it, never to another site."""
    world, incident = unheard(), replace(incident_of(signal()), brand="Hallowfirth", affected_brands=BOTH)
    world.latest[incident.id] = incident
    async with web_client(world) as client:
        page = await (await client.get(f"/incidents/{incident.id}")).text()
        assert page.count('name="brand"') == 2
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "detector": "", "span": "1h", "reason": "x"}
        for back, place in (("/incidents/a?outcome=x", "/incidents/a"), ("//evil.example", "/")):
            fields = [*form.items(), ("back", back), ("brand", "Hallowfirth"), ("brand", "Pippinworth")]
            answer = await client.post("/silences", data=fields, allow_redirects=False)
            assert answer.headers["Location"] == f"{place}?outcome=done"
    assert [len(world.silences(name)) for name in BOTH] == [1, 1]
