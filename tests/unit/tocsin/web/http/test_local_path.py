"""Where a page leads a browser after a login: to a path of this site, whatever trick its address is written with."""

from __future__ import annotations

from typing import Final

import pytest

from tests.support.tricks import FOREIGN
from tests.support.web_app import day, hidden, web_client
from tocsin.web.http.local_path import local_path

TOKEN: Final = "a-token-of-some-length"
LOCAL: Final = (
    "/",
    "/incidents/hallowfirth-1?outcome=applied",
    "/brands/N%C3%A9vache/thresholds",
    "/a//b",
    "/%5cevil.example",
)


@pytest.mark.parametrize("given", FOREIGN)
async def test_no_trick_leads_to_another_site(given: str) -> None:
    """Not the function, the form after the login, nor the page that asks for it."""
    assert local_path(given) == "/"
    async with web_client(day(), web_token=TOKEN) as client:
        page = await client.get("/login", params={"next": given})
        assert hidden(await page.text(), "next") == "/"
        form = {"token": TOKEN, "name": "Ana", "next": given}
        answer = await client.post("/login", data=form, allow_redirects=False)
        assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("given", LOCAL)
def test_a_path_of_this_site_stays(given: str) -> None:
    """With its query, and as it is written."""
    assert local_path(given) == given
